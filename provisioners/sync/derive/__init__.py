"""Step 3 of a sync: what each person ought to have on each platform, and what the platform can hold of it.

A pure function of facts, day and rules; what was derived before from the same is remembered, not evaluated again.
"""
