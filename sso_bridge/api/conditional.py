"""Conditional GET (RFC 9110 section 13.1.2): who has the answer already is told so, and not sent it again.

It is asked last: the door has let the caller in, the route has found the resource among what the caller may see, and
the ETag is that of this very answer. So nobody is told "unchanged" of what they may not see any more.
"""

from __future__ import annotations

from typing import Final

from flask import Request

from sso_bridge.api.route import Answer, Header

STATUS: Final = 304
OK: Final = 200
ASKED: Final = Header("If-None-Match", 'The ETag of the answer you have, as in `"12"`: 304 when it is still the same.')


def is_known(request: Request, answer: Answer, status: int) -> bool:
    """Return whether the caller has this answer; compared weakly, as the RFC says for GET and HEAD."""
    tag = answer.headers.get("ETag", "")
    if request.method not in {"GET", "HEAD"} or status != OK or not tag:
        return False
    return request.if_none_match.contains_weak(tag.strip('"'))


def short(answer: Answer) -> Answer:
    """Return what is sent instead: no content, and the headers that a cache needs."""
    return Answer(headers={"ETag": answer.headers["ETag"]})
