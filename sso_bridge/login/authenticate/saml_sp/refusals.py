"""Why a message of a workplace is refused: a word for the audit, a sentence for the administrator.

The words are listed in `docs/workplaces/saml.md` with what to do about each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sso_bridge.errors import BadRequest, SignInRefused


def refused(reason: str, cause: str) -> SignInRefused:
    """Return the refusal; the cause may name the peer and what differs, never a value about a person."""
    return SignInRefused(f"saml_{reason}", cause)


@contextmanager
def refusing(reason: str) -> Iterator[None]:
    """Turn what the shared room has against a message into a refusal of this sign-in."""
    try:
        yield
    except BadRequest as wrong:
        raise refused(reason, wrong.cause or "the message cannot be read") from None
