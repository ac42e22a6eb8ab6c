"""Who is signed in at the bridge: server-side sessions and the cookies that name them.

A cookie holds 256 random bits and nothing else; the database holds their hash. An ended row is ended everywhere.
Knows no Flask and no SQL.
"""
