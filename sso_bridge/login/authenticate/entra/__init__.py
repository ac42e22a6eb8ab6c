"""The `entra` workplace: people sign in at Microsoft Entra ID; msal asks, and we verify what it brings (RP-03).

`workplace.py` is the story, `microsoft.py` the only file that knows msal, `tenants.py` says whose tokens count,
`graph.py` reads the groups that did not fit into a token. Tokens, keys, claims and logout are `oidc_rp`'s.
"""
