"""The `oidc` workplace: people sign in at an OpenID provider and come back with a code; we are its relying party.

`relying_party.py` is the story. `discovery.py` and `jwks.py` keep what the provider says about itself, `request.py`
sends people there, `answer.py` reads what they bring back, `token.py` trades it (Authlib), `jose.py` and `id_token.py`
believe nothing that is not signed, `claims.py` says who it is, `logout.py` is the way out. `entra` builds on this room.
"""
