"""Step 5 of a sign-in, in SAML 2.0: we are the identity provider of the platforms.

Reads an AuthnRequest only after a structural gate and its signature, answers with a signed Response to a registered
address. `responder.py` is the contract, `request.py` what comes in, `response.py` what goes out.
May import earlier steps, `errors` and `clock`. Knows nothing about pages or tables.
"""
