"""Whether metadata that changed by itself may take the place of the metadata in use (MD-03)."""

from __future__ import annotations

from sso_bridge.login.respond.saml_idp.platform import ServiceProvider

ACCEPT = "to accept it, apply the configuration once more"


def doubts(before: ServiceProvider, after: ServiceProvider) -> str:
    """Return why an administrator must look at it first; empty when it may be used at once.

    A platform that rolls over its keys keeps its name and its addresses; who wants another's answers does not.
    """
    if after.entity_id != before.entity_id:
        return f"the new file has another entity id; {ACCEPT}"
    if (before.signing and not after.signing) or (before.encryption and not after.encryption):
        return f"the new file has no keys any more; {ACCEPT}"
    if before.requests_signed and not after.requests_signed:
        return f"the new file takes away that requests are signed; {ACCEPT}"
    keys = (before.signing_keys, before.encryption_keys) != (after.signing_keys, after.encryption_keys)
    if keys and before.consumers != after.consumers:
        return f"the new file has other keys and other addresses; {ACCEPT}"
    return ""
