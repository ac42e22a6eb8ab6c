"""We are the OpenID provider of a platform: authorization code with PKCE, and nothing weaker.

`request.py` turns a platform's authorization request into an `Asked`; `responder.py` answers with a one-time code;
`tokens.py` trades the code for tokens; `userinfo.py`, `ownership.py` and `discovery.py` are the other endpoints.
No Flask and no tables here: `web/oidc.py` speaks HTTP, `store/sign_in/openid.py` keeps what `ports.py` asks for.
"""
