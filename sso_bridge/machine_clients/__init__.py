"""Programs that call us with OAuth 2.0 client credentials: short-lived access tokens instead of one that lasts.

Quite apart from the platforms' OpenID clients: other names, other keys, another token endpoint (decision 0912).
"""
