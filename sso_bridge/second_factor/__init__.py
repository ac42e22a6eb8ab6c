"""Second factors of our own: codes of an authenticator app, security keys and passkeys, recovery codes.

A step of the sign-in (`login.step_up`) asks for one; `/security` adds and removes them. Knows no Flask, no SQL.
"""
