"""Step 1 of a sync: read what HR states, all of it or nothing.

Gets files; gives a `Feed` that passed the gate, or raises FeedRefused with what to do. An error is never an absence.
"""
