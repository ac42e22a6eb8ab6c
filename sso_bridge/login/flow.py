"""A sign-in on one page: authenticate -> identify -> (mappings) -> release -> respond.

What a platform's endpoint needs: parse and verify its message into an `Asked`, then `begin` (GET) or `park` (a
cross-site POST, which carries no session cookie: SameSite=Lax), and send the `Step` with `web.answer.to_response`.
Every verb records the sign-in's trace, good or bad; a refusal the platform may be told is a `Step` with the
responder's own error answer, any other refusal is raised as a BridgeError that carries the trace's `reference`.
"""

from __future__ import annotations

from sso_bridge.login.asked import Asked
from sso_bridge.login.browser import Browser, Step


class SignIn:
    """The four moments of a sign-in."""

    def begin(self, asked: Asked, browser: Browser) -> Step:
        """Answer the platform at once when a live session satisfies it; otherwise send the browser to sign in."""
        raise NotImplementedError

    def park(self, asked: Asked, browser: Browser) -> Step:
        """Keep a verified request that came by POST, and let the browser come back by GET with its session."""
        raise NotImplementedError

    def resume(self, attempt: str, browser: Browser) -> Step:
        """Go on with a parked or interrupted request; AttemptOver when unknown, used, too old or another browser's."""
        raise NotImplementedError

    def password(self, attempt: str, workplace: str, username: str, password: str, browser: Browser) -> Step:
        """Check the password, find the person, open a new session and answer the platform that waits."""
        raise NotImplementedError
