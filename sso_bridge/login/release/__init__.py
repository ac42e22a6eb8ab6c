"""Step 3 of a sign-in (after the mappings): which claims may leave for this platform, and under which subject.

Gets an `Outcome`, gives a `Released` or raises NotForYou. Everything is listed, or it does not leave.
"""
