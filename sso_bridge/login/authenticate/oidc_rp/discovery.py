"""What a provider says about itself (OpenID Connect Discovery 4, RFC 8414): believed only for the issuer we asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.oidc_rp.settings import WELL_KNOWN
from sso_bridge.login.authenticate.oidc_rp.wire import get_json

IssuerRule = Callable[[str], bool]
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OFFERED = ("userinfo_endpoint", "end_session_endpoint")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of the document that we use. An endpoint that is not offered is empty."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    names_issuer: bool = False
    takes_claims: bool = False


def address_of(issuer: str) -> str:
    """Return where the document of an issuer lies (Discovery 4.1)."""
    return issuer.removesuffix("/") + WELL_KNOWN


def discover(session: requests.Session, issuer: str) -> Metadata:
    """Return what this issuer says; WorkplaceDown when it cannot be had or is another issuer's (RP-02)."""
    return read_metadata(get_json(session, address_of(issuer), "discovery document"), lambda said: said == issuer)


def read_metadata(document: Mapping[str, Any], is_right: IssuerRule) -> Metadata:
    """Return the checked document; WorkplaceDown says what is wrong with it."""
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or not is_right(issuer):
        raise WorkplaceDown("the discovery document is about another issuer than the configured one")
    secure = urlsplit(issuer).scheme == "https"
    found = {name: _endpoint(document, name, secure=secure) for name in (*NEEDED, *OFFERED)}
    if missing := [name for name in NEEDED if not found[name]]:
        raise WorkplaceDown(f"the discovery document has no {missing[0]}")
    return Metadata(
        issuer=issuer,
        **found,
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        takes_claims=document.get("claims_parameter_supported") is True,
    )


def _endpoint(document: Mapping[str, Any], name: str, *, secure: bool) -> str:
    """Return an address; one that is not https is an error, unless the issuer itself is reached without (a lab)."""
    said = document.get(name)
    if said is None:
        return ""
    try:
        parts = urlsplit(said if isinstance(said, str) else "")
        wanted = {"https"} if secure else {"https", "http"}
        usable = parts.scheme in wanted and parts.hostname and "@" not in parts.netloc and not parts.fragment
    except ValueError:
        usable = False
    if not usable or any(ord(one) <= ord(" ") for one in said):
        raise WorkplaceDown(f"the discovery document has an unusable {name}")
    return str(said)
