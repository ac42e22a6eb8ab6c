"""The bridge's own keys: one kind per purpose, sealed at rest, rolled over without outage.

`vault.py` seals, `rotation.py` holds the rules of the roll-over, `material.py` makes keys, `ring.py` is what
the rest uses.
"""
