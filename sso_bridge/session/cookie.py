"""The cookies, as the browser is to keep them (SE-02).

`__Host-` makes the browser refuse them without Secure, with a Domain, or under another path; so neither a
neighbouring host name nor plain http can plant one. Browsers take http://localhost for trustworthy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class CookieRule:
    """One cookie; Secure, HttpOnly, Path=/ and no Domain go without saying. No `max_age`: until the browser closes."""

    name: str
    same_site: Literal["Lax", "None"]
    max_age: timedelta | None = None

    def header(self, value: str) -> str:
        """Return the Set-Cookie value; an empty text removes the cookie."""
        life = "; Max-Age=0" if not value else "" if self.max_age is None else f"; Max-Age={self._seconds()}"
        return f"{self.name}={value}; Path=/; Secure; HttpOnly; SameSite={self.same_site}{life}"

    def _seconds(self) -> int:
        return int(self.max_age.total_seconds()) if self.max_age is not None else 0


SESSION = CookieRule("__Host-session", "Lax")
"""Names an open session. Lax: a link from a platform carries it, a foreign form does not."""

DOOR = CookieRule("__Host-workplace", "Lax", timedelta(days=365))
"""Remembers at which workplace somebody signed in with this browser; a convenience, and no authority either."""

FLOW = CookieRule("__Host-flow", "None", timedelta(minutes=10))
"""Ties sign-in attempts to this browser; holds no authority. None: an answer may come back by a cross-site POST."""
