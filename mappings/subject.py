"""What a person is called towards one platform: OIDC `sub`, SAML persistent NameID and the connector's SSO id alike."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final, Literal
from uuid import UUID

SubjectKind = Literal["pairwise", "uuid"]
SHORTEST_SECRET: Final = 32


def subject_for(platform_secret: bytes, platform: str, person_uuid: str, kind: SubjectKind = "pairwise") -> str:
    """Return the permanent subject (IDP-07; OIDC Core 8.1): another one on each platform, unless `kind` is `uuid`.

    Pairwise is an HMAC-SHA-256 over platform and person, 32 letters and digits of lower case, so that platforms which
    fold case cannot mix two people. Raises ValueError for a weak secret, no platform, or a person without our id.
    """
    uuid = str(UUID(person_uuid))
    if kind == "uuid":
        return uuid
    if len(platform_secret) < SHORTEST_SECRET or not platform:
        raise ValueError("a pairwise subject needs a secret of 32 bytes and a platform")
    digest = hmac.new(platform_secret, f"subject\x1f{platform}\x1f{uuid}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode().lower()
