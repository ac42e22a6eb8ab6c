"""Employees sign in once at work and are signed in everywhere; their accounts follow the HR org chart.

The service around `provisioners` and `mappings`: sign-in, sessions, admin API,
commands, store. `app.py` and `cli.py` are the only files that know all parts.
"""
