"""The `ldap` workplace: Active Directory and other LDAP directories, by name and password.

`form.py` is the sign-in, in the words of a directory; `wire.py` the one file that touches ldap3.
"""
