"""What SAML 2.0 is on both sides, towards workplaces and towards platforms: hardened XML, signatures, names, bindings.

Decides nothing about trust: the rooms that use it bring the keys. May import `errors` only.
"""
