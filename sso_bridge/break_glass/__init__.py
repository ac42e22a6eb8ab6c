"""Local administrators for the day nobody can sign in any other way (AD-09).

An account is made and sealed on the machine itself. Whoever uses it breaks the seal, which everybody hears; a broken
one is sealed anew on the machine within a day, or it closes. Knows no Flask and no SQL.
"""
