"""Whether an assertion is for us, for now, and for this very sign-in (SAML profiles 4.1.4.3), exactly compared.

Everything here reads the signed element only; one skew serves every comparison with the hour (SP-14 to SP-19).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sso_bridge.errors import BadRequest, SignInRefused
from sso_bridge.login.authenticate.saml_sp.gate import NCNAME
from sso_bridge.login.authenticate.saml_sp.refusals import refused, refusing
from sso_bridge.login.authenticate.saml_sp.settings import ServiceProvider
from sso_bridge.login.saml.moments import read
from sso_bridge.login.saml.names import BEARER, ENTITY, saml
from sso_bridge.login.saml.xml import Element, text_of

LONGEST_LIFE: Final = timedelta(minutes=10)
"""How long after it was issued an assertion is taken, whatever it says itself."""
LONGEST_WINDOW: Final = timedelta(hours=24)
"""A peer that promises more than this does not know what it promises."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was asked of whom. `request` is the id of our request, None when nobody was sent (SP-20)."""

    us: ServiceProvider
    entity_id: str
    request: str | None
    skew: timedelta
    now: datetime


def moment(node: Element, name: str) -> datetime | None:
    """Return the moment in an attribute, None without it; SignInRefused when it cannot be read (SP-18)."""
    text = node.get(name)
    if text is None:
        return None
    with refusing("time"):
        return read(text)


def check_issuer(node: Element, expected: Expected, *, required: bool) -> None:
    """Refuse another issuer than the identity provider that was asked, letter by letter (SP-14)."""
    issuer = node.find(saml("Issuer"))
    if issuer is None and not required:
        return
    with refusing("issuer"):
        said = None if issuer is None else text_of(issuer)
        if issuer is None or said != expected.entity_id or issuer.get("Format") not in {None, ENTITY}:
            raise BadRequest("the issuer is not the identity provider of this workplace")


def check_envelope(root: Element, expected: Expected, *, signed: bool) -> None:
    """Check the Response around the assertion: issuer, destination, and which request it answers (SP-17, SP-19)."""
    check_issuer(root, expected, required=signed)
    destination = root.get("Destination")
    if destination != expected.us.acs and (signed or destination is not None):
        raise refused("destination", "the Response was meant for another address")
    answered = root.get("InResponseTo")
    if answered is not None and answered != expected.request:
        raise refused("in_response_to", "the Response answers another request than ours")


def check_assertion(assertion: Element, expected: Expected) -> datetime:
    """Check everything about time, audience and confirmation; return until when it must be remembered (SP-21)."""
    if assertion.get("Version") != "2.0" or not NCNAME.match(assertion.get("ID", "")):
        raise refused("malformed", "the assertion has another version, or no usable ID")
    check_issuer(assertion, expected, required=True)
    issued = moment(assertion, "IssueInstant")
    if issued is None or issued > expected.now + expected.skew:
        raise refused("time", "the assertion is from the future; compare the clocks")
    if expected.now - expected.skew > issued + LONGEST_LIFE:
        raise refused("time", "the assertion was issued too long ago")
    conditions = _one(assertion, "Conditions")
    ends = [issued + LONGEST_LIFE, _check_window(conditions, expected, issued)]
    _check_audience(conditions, expected)
    ends.append(_check_confirmed(_one(assertion, "Subject"), expected, issued))
    return max(ends) + expected.skew


def _one(node: Element, tag: str) -> Element:
    """Return the only child of that name (SP-04)."""
    found = node.findall(saml(tag))
    if len(found) != 1:
        raise refused("malformed", f"not exactly one {tag}")
    return found[0]


def _check_window(node: Element, expected: Expected, issued: datetime) -> datetime:
    """Refuse what is not valid yet, not any more, or for ages; return the end that is stated."""
    begins, ends = moment(node, "NotBefore"), moment(node, "NotOnOrAfter")
    if begins is not None and begins > expected.now + expected.skew:
        raise refused("time", "it is not valid yet; compare the clocks")
    if ends is not None and ends + expected.skew <= expected.now:
        raise refused("time", f"it is not valid any more, since {ends:%H:%M:%S} UTC; compare the clocks")
    if ends is not None and ends > issued + LONGEST_WINDOW:
        raise refused("time", "it promises to be valid for more than a day")
    return issued if ends is None else ends


def _check_audience(conditions: Element, expected: Expected) -> None:
    """Our entity id in every AudienceRestriction, of which there is one; conditions we do not know refuse (SP-15)."""
    known = {saml("AudienceRestriction"), saml("OneTimeUse"), saml("ProxyRestriction")}
    if any(child.tag not in known for child in conditions):
        raise refused("audience", "a condition that we do not know")
    restrictions = conditions.findall(saml("AudienceRestriction"))
    with refusing("audience"):
        meant = [[text_of(one) for one in each.findall(saml("Audience"))] for each in restrictions]
    if not meant or any(expected.us.entity_id not in each for each in meant):
        raise refused("audience", f"the assertion is not for {expected.us.entity_id}")


def _check_confirmed(subject: Element, expected: Expected, issued: datetime) -> datetime:
    """Return the end of the first bearer confirmation that holds; otherwise refuse for the last one's sake (SP-16)."""
    why = refused("confirmation", "there is no bearer confirmation")
    for confirmation in subject.findall(saml("SubjectConfirmation")):
        if confirmation.get("Method") != BEARER:
            continue
        try:
            return _confirmed(_one(confirmation, "SubjectConfirmationData"), expected, issued)
        except SignInRefused as refusal:
            why = refusal
    raise why


def _confirmed(data: Element, expected: Expected, issued: datetime) -> datetime:
    if data.get("Recipient") != expected.us.acs:
        raise refused("confirmation", "the confirmation is for another address")
    if data.get("NotOnOrAfter") is None:
        raise refused("confirmation", "the confirmation has no end")
    if data.get("InResponseTo") != expected.request:
        said = "answers another request than ours" if expected.request else "answers a request of somebody else"
        raise refused("in_response_to", f"the assertion {said}, or none")
    return _check_window(data, expected, issued)
