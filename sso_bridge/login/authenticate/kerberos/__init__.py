"""The `kerberos` workplace: the ticket of somebody who is signed in at a desk, shown by the browser (SPNEGO, RFC 4559).

`door.py` is the sign-in; `acceptor.py` the one file that touches gssapi.
"""
