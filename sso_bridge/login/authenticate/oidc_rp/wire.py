"""What we fetch from a provider, by the one session for outgoing calls (AD-14), and what comes of a bad answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from sso_bridge.errors import WorkplaceDown
from sso_bridge.outgoing import OutgoingRefused
from sso_bridge.secrets import SecretMissing

OK = 200
LONGEST = 1024 * 1024


def get_json(session: requests.Session, url: str, what: str, headers: Mapping[str, str] | None = None) -> Any:
    """Return the JSON object behind an address; WorkplaceDown that names `what`, the host and what was wrong."""
    host = urlsplit(url).hostname or "?"
    try:
        answer = session.get(url, headers={"Accept": "application/json", **(headers or {})})
    except requests.RequestException as error:
        raise down(f"the {what}", host, error) from None
    if answer.status_code != OK:
        raise WorkplaceDown(f"the {what} at {host} answered {answer.status_code}")
    return json_object(answer, f"the {what} at {host}")


def json_object(answer: requests.Response, what: str) -> dict[str, Any]:
    """Return the JSON object of an answer; WorkplaceDown when it is something else, such as a page of a gateway."""
    if len(answer.content) > LONGEST:
        raise WorkplaceDown(f"{what} gave an answer that is too long")
    try:
        told = answer.json()
    except (ValueError, RecursionError):
        raise WorkplaceDown(f"{what} gave no JSON ({kind_of(answer)})") from None
    if not isinstance(told, dict):
        raise WorkplaceDown(f"{what} gave no JSON object")
    return told


def kind_of(answer: requests.Response) -> str:
    """Return what the answer calls itself, safe to write down."""
    said = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return said if said in {"text/html", "text/plain", "application/xml", "application/jwt"} else "another kind"


def down(what: str, host: str, error: Exception) -> WorkplaceDown:
    """Return what to raise when a call failed; the text of most errors holds addresses, so only their kind is told."""
    if isinstance(error, OutgoingRefused):
        return WorkplaceDown(f"{what} at {host}: {error}")
    if isinstance(error, requests.Timeout):
        return WorkplaceDown(f"{what} at {host} took too long")
    if isinstance(error, requests.exceptions.SSLError):
        return WorkplaceDown(f"{what} at {host}: its certificate is not trusted, or not for this name")
    return WorkplaceDown(f"{what} at {host} cannot be reached ({type(error).__name__})")


def plain_secret(secret: Callable[[str], str], reference: str) -> str:
    """Return what a reference means; WorkplaceDown when it leads nowhere."""
    try:
        return secret(reference)
    except SecretMissing as missing:
        raise WorkplaceDown(f"our own secret is missing: {missing}") from None
