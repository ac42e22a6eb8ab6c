"""Numbers, each measured beside its peer or its floor in the same run; `make bench` runs them all.

Machines differ and are noisy: read the ratios. A peer that is not installed is named, not skipped in silence.
"""
