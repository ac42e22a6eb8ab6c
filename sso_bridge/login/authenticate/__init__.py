"""Step 1 of a sign-in: the workplace says who is at the keyboard.

One file per kind of workplace. Gives a `VerifiedLogin` or raises; there is no third outcome.
"""
