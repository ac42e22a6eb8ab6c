"""Why each platform gets what it gets for one person: sign-in claims and account side by side, for every way to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.chart import OrgChart
from mappings.claims import CLAIMS
from mappings.days import Day
from mappings.explain import Because, Explanation, explain
from mappings.people import Person
from mappings.subject import subject_for
from sso_bridge.configuration.document.places import Places
from sso_bridge.configuration.explaining.asked import Asked
from sso_bridge.configuration.explaining.joined import Joined, Joinings
from sso_bridge.configuration.explaining.sources import Sources, Stated
from sso_bridge.configuration.explaining.why_not import Answer, why_not
from sso_bridge.configuration.explaining.wire import wire_names
from sso_bridge.configuration.live import Live
from sso_bridge.store.staff.origins import Origins
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.reordered import Orders
from sso_bridge.store.sync.last_seen import History, LastSeen


class NoSuchPerson(Exception):
    """Nobody has this number or id."""

    code = "no_such_person"


@dataclass(frozen=True, slots=True)
class Line:
    """One value, in both legs: as which claim it is sent at sign-in, and as which attribute it stands on the account.

    `now` is what the account is known to have. `line` is where the rule stands in the export, 0 for one of a preset
    or of the product.
    """

    claim: str
    attribute: str
    now: Any
    because: Because
    line: int
    stated: tuple[Stated, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One platform's explanation; `wire` names what a claim is called in the platform's protocol.

    `subject` is the permanent name of the person there: OIDC `sub`, persistent NameID, external id of the account.
    `joined` are the rows and the account that were found to be hers, and by whose word.
    """

    explanation: Explanation
    wire: Mapping[str, str]
    subject: str
    lines: tuple[Line, ...]
    seen: LastSeen
    joined: tuple[Joined, ...] = ()


def find_person(people: People, text: str) -> Person:
    """Return the person with this id of ours or HR number; NoSuchPerson."""
    found = people.by_uuid(text) or people.by_any_key(text)
    if found is None:
        raise NoSuchPerson("nobody has this number or id, or two HR sources both have it")
    return found


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains; `secret` gives the key ring's secret for pairwise subjects."""

    people: People
    origins: Origins
    history: History
    secret: Callable[[], bytes]
    orders: Orders

    def explain(self, live: Live, person: Person, day: Day, platform: str | None = None) -> list[Told]:
        """Return the explanation of one platform, or of every platform that has a mapping; KeyError for another."""
        person, chart, sources = self._seen(live, person, day)
        places = Places(live.document)
        names = [platform] if platform is not None else live.rules.platforms
        return [self._one(live, name, person, chart, sources, places) for name in names]

    def why_not(self, live: Live, person: Person, day: Day, platform: str, question: str) -> Answer:
        """Return why this person does not have something there; NoSuchQuestion, KeyError for no such platform."""
        live.rules.behind(platform)
        person, chart, sources = self._seen(live, person, day)
        seen = self.history.of(platform, person.id)
        return why_not(Asked(live, platform, person, chart, sources, seen), question)

    def _seen(self, live: Live, person: Person, day: Day) -> tuple[Person, OrgChart, Sources]:
        """Return the person and the org chart as this configuration has them, and who states what."""
        precedence = live.configuration.correlation.precedence
        seen = self.orders.seen(precedence)
        person, chart = seen.person(person), seen.chart(self.people.chart(day))
        return person, chart, Sources(self.origins, person, chart, self.orders.rows_of, precedence)

    def _one(self, live: Live, name: str, person: Person, chart: OrgChart, sources: Sources, places: Places) -> Told:
        one = explain(live.rules, name, person, chart)
        known = live.configuration.platforms[name]
        seen = self.history.of(name, person.id)
        subject = subject_for(self.secret(), name, person.uuid, known.login.subject)
        wire = wire_names(known, one.outcome.claims if one.outcome else {})
        joinings = Joinings(self.people.store)
        joined = (*joinings.rows(self.orders.rows_of(person.id)), *joinings.accounts(person, name))
        return Told(one, wire, subject, tuple(_lines(one, seen, sources, places)), seen, joined)


def _lines(one: Explanation, seen: LastSeen, sources: Sources, places: Places) -> Iterator[Line]:
    """Yield each value once: an attribute together with the claim that takes it, then the other claims, then groups."""
    attributes = [because.name for because in one.because if because.what == "attribute"]
    claims = {because.name: because for because in one.because if because.what == "claim"}
    taken = {_attribute_of(name, attributes): name for name in claims}
    now = seen.account.attributes if seen.account else {}
    for because in one.because:
        attribute, claim, had = "", "", None
        if because.what == "attribute":
            attribute, claim, had = because.name, taken.get(because.name, ""), now.get(because.name)
        elif because.what == "claim":
            if _attribute_of(because.name, attributes):
                continue
            claim = because.name
        elif because.what == "group":
            attribute = because.name
            had = because.name in seen.member_of
        else:
            continue
        reads = because.facts or ()
        yield Line(claim, attribute, had, because, places.line(because.rule), sources.behind(reads))


def _attribute_of(claim: str, attributes: list[str]) -> str:
    if claim in attributes:
        return claim
    return CLAIMS[claim].attribute(attributes) if claim in CLAIMS else ""
