"""Who did what, and what was there before: append-only and hash-chained."""
