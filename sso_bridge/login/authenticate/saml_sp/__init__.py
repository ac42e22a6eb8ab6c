"""Step 1 of a sign-in, by SAML 2.0: we are the service provider of the workplace's identity provider.

Our strict gate, python3-saml, then our own checks on what was signed and nothing else: `response.py` is the story on
one page, `workplace.py` the contract. Gives a `VerifiedLogin` or raises.
"""
