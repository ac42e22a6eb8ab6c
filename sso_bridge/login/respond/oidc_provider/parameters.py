"""Request parameters as RFC 6749 3.1 and 3.2 want them: each at most once, an empty one as if it were not there."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

LONGEST = 64 * 1024
MOST = 64

# A control character has no use in any parameter and makes log lines, headers and databases stumble.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BadParameters(Exception):
    """The text cannot be read as parameters without guessing; `first` holds the values nobody can doubt.

    `first` has only names that came exactly once, so that a wrong request of a known client can still be answered
    at its registered address (OP-02, OP-03).
    """

    def __init__(self, why: str, first: dict[str, str] | None = None) -> None:
        self.first = first or {}
        super().__init__(why)


def parse(text: bytes) -> dict[str, str]:
    """Return the parameters of a query or form body; raise BadParameters on repetition, size or broken encoding."""
    if len(text) > LONGEST:
        raise BadParameters("the request is too long")
    pairs = [pair for pair in text.split(b"&") if pair]
    if len(pairs) > MOST:
        raise BadParameters("the request has too many parameters")
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for pair in pairs:
        name, value, clean = _decode(pair)
        if name in found or not clean:
            doubtful.add(name)
        found[name] = value
    if doubtful:
        raise BadParameters("a parameter is repeated or broken", {k: v for k, v in found.items() if k not in doubtful})
    return {name: value for name, value in found.items() if value}


def _decode(pair: bytes) -> tuple[str, str, bool]:
    name, _, value = pair.partition(b"=")
    raw = tuple(unquote_to_bytes(part.replace(b"+", b" ")) for part in (name, value))
    try:
        key, text = (part.decode() for part in raw)
    except UnicodeDecodeError:
        return raw[0].decode(errors="replace"), "", False
    return key, text, not (_CONTROL.search(key) or _CONTROL.search(text))
