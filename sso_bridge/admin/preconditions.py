"""`If-Match` and `If-None-Match` (RFC 9110 13.1): a change says what it was made from, or it is not made."""

from __future__ import annotations

import re
from typing import Final

from flask import Request

from sso_bridge.api.problems import Malformed, Moved, Unconditional
from sso_bridge.api.route import Header

IF_MATCH: Final = Header("If-Match", 'The ETag of the revision you have seen, as in `"12"`.', required=True)
SEEN: Final = Header("If-Match", "The ETag of the resource you have seen.", required=True)
OF_RESOURCE: Final = Header("If-Match", "The ETag of the resource you have seen; needed unless it is new.")
NEW: Final = Header(
    "If-None-Match", "`*`: only if there is none by this name yet.", schema={"type": "string", "enum": ["*"]}
)


def seen_revision(request: Request) -> int:
    """Return the revision of `If-Match`. `*` would match whatever somebody else did, so it is refused."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise Unconditional
    found = re.fullmatch(r'"([0-9]{1,9})(-[0-9a-f]{8})?"', given)
    if found is None:
        raise Malformed('If-Match must be one strong ETag, as in "12"')
    return int(found[1])


def check_present(request: Request, tag: str) -> None:
    """Return when the caller has seen this content; Unconditional, Malformed or Moved otherwise."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise Unconditional
    if not re.fullmatch(r'"[0-9a-f]{32}"', given):
        raise Malformed("If-Match must be the ETag of the resource")
    if given.strip('"') != tag:
        raise Moved("it is not any more what you have seen; read it, then decide again")


def check_seen(request: Request, tag: str | None) -> None:
    """Return when the caller has seen this content, or knows that there is none (`tag` None).

    Unconditional when neither is said, Malformed, or Moved when it is otherwise.
    """
    match, none = request.headers.get("If-Match", ""), request.headers.get("If-None-Match", "")
    if bool(match) == bool(none):
        if match:
            raise Malformed("If-Match and If-None-Match cannot both be true")
        raise Unconditional
    if none and none != "*":
        raise Malformed("If-None-Match can only be *")
    if match:
        check_present(request, tag or "")
    elif tag is not None:
        raise Moved("there is one by this name already; read it, then decide again")
