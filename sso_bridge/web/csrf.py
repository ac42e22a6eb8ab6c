"""Forms of ours cannot be filled in by another site (SE-09).

The token is an HMAC under a secret that only this browser's cookie holds, so it fits no other browser and nothing is
stored. Besides, the browser itself says where the form came from: `Sec-Fetch-Site`, or `Origin` where it is older.
Our pages say `no-referrer`, which makes `Origin: null` the usual value; null alone therefore decides nothing.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from flask import Request

from sso_bridge.errors import BadRequest

FIELD = "csrf"


class ForeignForm(BadRequest):
    """The form was not ours, or the browser keeps no cookies."""

    code = "foreign_form"
    sentence = "This page was open too long, or your browser keeps no cookies. Please try again."


def token_for(secret: str, purpose: str) -> str:
    """Return the token for a form with this purpose in the browser that holds the secret."""
    return hmac.new(secret.encode(), f"form:{purpose}".encode(), sha256).hexdigest()


def check(request: Request, secret: str, purpose: str) -> None:
    """Raise ForeignForm unless the form is ours and of this browser."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site not in {"", "same-origin"}:
        raise ForeignForm("the browser says that the form came from another site")
    origin = request.headers.get("Origin", "null")
    if origin != "null" and origin != request.host_url.rstrip("/"):
        raise ForeignForm("the form came from another origin")
    given = request.form.getlist(FIELD)
    if not secret or len(given) != 1 or not hmac.compare_digest(token_for(secret, purpose).encode(), given[0].encode()):
        raise ForeignForm("the form's token is not of this browser")
