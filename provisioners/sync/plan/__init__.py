"""Step 4 of a sync: what would change, why, and whether that may be.

Gets what is wanted and what is known; gives an immutable, hashed plan. Changes nothing.
"""
