"""Step 2 of a sync: one org chart of one day, out of dated facts; what is odd about it is listed, never fatal."""
