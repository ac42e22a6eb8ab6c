"""After a sign-in, `next` leads to a page of ours or home: nowhere else, however it is spelled (SP-26).

Parsed, not prefix-matched; browsers take a backslash for a slash, drop tabs and line ends, and see another host
behind two slashes, therefore none of these may be in it at all.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

HOME = "/"
LONGEST = 2000
_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:%-]+/?)*")
_QUERY = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")


def local_path(wanted: str) -> str:
    """Return the wanted path with its query when it is one of ours, the home page otherwise."""
    if not wanted.startswith("/") or len(wanted) > LONGEST or not wanted.isascii():
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc or parts.fragment or not _PATH.fullmatch(parts.path):
        return HOME
    # urlsplit takes the empty host out of `///host`, which browsers follow: look at what was written.
    plain = unquote(wanted.partition("?")[0])
    if "//" in plain or ".." in plain or any(char in plain for char in "\\@") or not plain.isprintable():
        return HOME
    return wanted if _QUERY.fullmatch(parts.query) else HOME
