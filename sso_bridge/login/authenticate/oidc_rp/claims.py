"""Who it is, out of checked claims. What the provider did not say is not made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, MAIL, UPSTREAM_SESSION
from sso_bridge.login.authenticate.oidc_rp.id_token import Claims, moment

UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
"""The authentication context class of a sign-in about which the provider says nothing."""

ABOUT = ("name", "given_name", "family_name", "preferred_username", "email", "locale")
LONGEST = 255
MOST_GROUPS = 10_000
MOST_METHODS = 20


def verified_login(
    claims: Claims, subject: Subject, link_claim: str, groups: Iterable[str], *, mail_verified: bool
) -> VerifiedLogin:
    """Return the sign-in. When, how and how strongly is the provider's word.

    One that does not tell `auth_time` vouches at the time of the token, `iat`, which is not `dated`; without `amr`
    there are no methods.
    """
    told = {name: value for name in ABOUT if (value := text(claims.get(name)))}
    number = text(claims.get(link_claim), numbers=True)
    session = text(claims.get("sid"))
    attributes = {name: (value,) for name, value in told.items()}
    if mail_verified and "email" in told:
        attributes[MAIL] = (told["email"],)
    return VerifiedLogin(
        subject=subject,
        authenticated_at=_when(claims),
        dated="auth_time" in claims,
        method=tuple(listed(claims.get("amr")))[:MOST_METHODS],
        assurance=text(claims.get("acr")) or UNSPECIFIED,
        keys={EMPLOYEE_NUMBER: number} if number else {},
        attributes=attributes,
        groups=frozenset(list(groups)[:MOST_GROUPS]),
        upstream=_upstream(session, claims),
    )


def text(value: object, *, numbers: bool = False) -> str:
    """Return a claim that is one printable line of reasonable length, empty otherwise; whole numbers where allowed."""
    if numbers and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        return ""
    return value


def listed(value: object) -> list[str]:
    """Return the texts of a claim that is a list; another shape, or another item in it, says nothing."""
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, str) and text(one)]


def _when(claims: Claims) -> datetime:
    return moment(claims, "auth_time" if "auth_time" in claims else "iat")


def _upstream(session: str, claims: Claims) -> Mapping[str, str]:
    """Return what logout needs: the provider's session, and the hint by which it knows the person again."""
    hint = text(claims.get("login_hint"))
    known = {UPSTREAM_SESSION: session, "logout_hint": hint}
    return {name: value for name, value in known.items() if value}
