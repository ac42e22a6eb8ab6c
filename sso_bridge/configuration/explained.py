"""Why each platform gets what it gets for one person, for commands and the admin API alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings.explain import Because, Explanation, explain
from mappings.people import Person
from mappings.subject import subject_for
from sso_bridge.configuration.live import Live
from sso_bridge.configuration.wire import wire_names
from sso_bridge.store.staff.people import People


class NoSuchPerson(Exception):
    """Nobody has this number or id."""

    code = "no_such_person"


@dataclass(frozen=True, slots=True)
class Told:
    """One platform's explanation; `wire` names what a claim is called in the platform's protocol.

    `subject` is the permanent name of the person there: OIDC `sub`, persistent NameID, external id of the account.
    """

    explanation: Explanation
    wire: Mapping[str, str]
    subject: str


def find_person(people: People, text: str) -> Person:
    """Return the person with this id of ours or HR number; NoSuchPerson."""
    found = people.by_uuid(text) or people.by_any_key(text)
    if found is None:
        raise NoSuchPerson("nobody has this number or id, or two HR sources both have it")
    return found


def explained(
    live: Live, people: People, person: Person, day: date, secret: Callable[[], bytes], platform: str | None = None
) -> list[Told]:
    """Return the explanation of one platform, or of every platform that has a mapping; KeyError for another one.

    `secret` gives the key ring's secret for pairwise subjects.
    """
    chart = people.chart(day)
    told = []
    for name in [platform] if platform is not None else live.rules.platforms:
        one = explain(live.rules, name, person, chart)
        claims = one.outcome.claims if one.outcome else {}
        known = live.configuration.platforms[name]
        subject = subject_for(secret(), name, person.uuid, known.login.subject)
        told.append(Told(one, wire_names(known, claims), subject))
    return told


def as_json(one: Told) -> dict[str, Any]:
    """Return one platform's explanation for machines, claims under the names that the protocol gives them."""
    told, outcome = one.explanation, one.explanation.outcome
    claims = {one.wire.get(name, name): value for name, value in outcome.claims.items()} if outcome else {}
    return {
        "platform": told.platform,
        "subject": one.subject,
        "in_scope": told.in_scope,
        "reason": told.reason,
        "claims": claims,
        "attributes": dict(outcome.attributes) if outcome else {},
        "groups": [str(key) for key in outcome.groups] if outcome else [],
        "because": [_because(one) for one in told.because],
        "why_not": [{"what": one.what, "name": one.name, "reason": one.reason} for one in told.why_not],
    }


def _because(one: Because) -> dict[str, Any]:
    return {
        "what": one.what, "name": one.name, "value": one.value, "rule": one.rule, "expression": one.expression,
        "facts": dict(one.facts or {}), "problem": one.problem, "strength": one.strength or "",
    }  # fmt: skip
