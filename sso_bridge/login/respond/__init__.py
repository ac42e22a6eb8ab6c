"""Step 4 of a sign-in: tell the platform, in its own protocol.

Gets what was asked, who is signed in and what may be released; gives an `Answer`.
Decides nothing about people: by now everything is decided.
"""
