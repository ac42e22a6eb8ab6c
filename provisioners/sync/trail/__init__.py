"""Step 6 of a sync: say what came of it, for people and machines."""
