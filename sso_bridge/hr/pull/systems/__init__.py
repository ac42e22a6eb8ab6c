"""The named HR systems: each a description for the one engine, and nothing else."""
