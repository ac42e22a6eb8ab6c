"""The composition root: all parts of the running bridge, each built when first asked for.

Ground, bridge and site stand on each other; `machines`, `callers` and `privacy` are rooms of theirs. Nothing else knows
all parts, and nothing here decides anything.
"""
