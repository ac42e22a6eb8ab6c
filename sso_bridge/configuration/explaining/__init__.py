"""Why somebody has what a platform gets, down to the row of HR behind it; and why not."""
