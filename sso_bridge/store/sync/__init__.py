"""What the sync keeps: plans, runs, the ledger of actions, the last known state of the platforms."""
