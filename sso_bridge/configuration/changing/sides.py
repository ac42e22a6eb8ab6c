"""What one person gets on one platform under a configuration: claims at sign-in, attributes and groups of the account.

Only what arrives somewhere counts: claims where people sign in, attributes and groups that the connector can hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from mappings.chart import OrgChart
from mappings.desired import Outcome
from mappings.people import Person
from mappings.rules import Rules
from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.register import PLATFORMS
from provisioners.sync.derive.narrow import missing, narrow, reference
from sso_bridge.configuration.document.model import Configuration, Platform
from sso_bridge.store.staff.reordered import AsTheyAre, Seen

Kind = Literal["sign_in", "account", "claim", "attribute", "group"]
How = Literal["added", "removed", "changed"]
NO_MAPPING: Final = "the platform has no mapping"
THERE: Final = "yes"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that somebody gets, loses, or gets otherwise; None on a side means that it is not there."""

    kind: Kind
    name: str
    before: Any = None
    after: Any = None

    @property
    def how(self) -> How:
        """Return which of the three it is."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    def __str__(self) -> str:
        """Return it without values: `claim title`, `+ group sales`, `- attribute title`."""
        sign = {"added": "+ ", "removed": "- ", "changed": ""}[self.how]
        return f"{sign}{self.kind.replace('_', '-')} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Getting:
    """What somebody gets there. `claims` is None without a sign-in, `attributes` without an account."""

    claims: Mapping[str, Any] | None = None
    attributes: Mapping[str, Any] | None = None
    groups: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def something(self) -> bool:
        """Return whether it is anything at all."""
        return self.claims is not None or self.attributes is not None


NOTHING: Final = Getting()


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two configurations that are compared, and how people look under it."""

    rules: Rules
    platforms: Mapping[str, Platform]
    seen: Seen = field(default_factory=AsTheyAre)

    @classmethod
    def of(cls, configuration: Configuration, rules: Rules, seen: Seen | None = None) -> Side:
        """Return the side of a checked configuration; people as they are, unless they are seen otherwise."""
        return cls(rules, configuration.platforms, seen or AsTheyAre())

    def gets(self, platform: str, person: Person, chart: OrgChart) -> Getting:
        """Return what this person gets there; EvaluationError when a rule has no value."""
        signs_in, connector = self.signs_in(platform), self.connector(platform)
        if not signs_in and connector is None:
            return NOTHING
        outcome = self.rules.outcome(platform, self.seen.person(person), self.seen.chart(chart))
        if not outcome.in_scope:
            return NOTHING
        claims = outcome.claims if signs_in else None
        return Getting(claims) if connector is None else _with_account(outcome, claims, connector)

    def signs_in(self, platform: str) -> bool:
        """Return whether people sign in there."""
        found = self.platforms.get(platform)
        return found is not None and self._used(platform, found) and found.login.protocol != "none"

    def connector(self, platform: str) -> Descriptor | None:
        """Return what keeps accounts there, None when nothing does."""
        found = self.platforms.get(platform)
        if found is None or not self._used(platform, found) or found.connector not in PLATFORMS:
            return None
        return PLATFORMS[found.connector].descriptor

    def basis(self, platform: str) -> tuple[object, ...]:
        """Return what decides for everybody there: equal basis, no difference for anybody."""
        known = platform in self.rules.platforms
        return (
            self.signs_in(platform),
            self.connector(platform),
            self.rules.fingerprint(platform) if known else NO_MAPPING,
            self.seen.basis,
        )

    def _used(self, platform: str, found: Platform) -> bool:
        return found.enabled and platform in self.rules.platforms


def _with_account(outcome: Outcome, claims: Mapping[str, Any] | None, connector: Descriptor) -> Getting:
    held: dict[str, Any] = narrow(outcome.attributes, connector)
    if lacking := missing(held, connector):
        return Getting(claims, doubt=f"no value for {', '.join(lacking)}")
    if manager := reference(outcome.attributes, connector):
        held["manager"] = manager
    return Getting(claims, held, tuple(map(str, outcome.groups)) if connector.groups else ())


def differences(was: Getting, will: Getting) -> Iterator[Difference]:
    """Yield everything that differs, sign-in first; what depends on something that ends as a whole is told as well."""
    yield from _whole("sign_in", was.claims, will.claims)
    yield from _each("claim", was.claims or {}, will.claims or {})
    yield from _whole("account", was.attributes, will.attributes)
    yield from _each("attribute", was.attributes or {}, will.attributes or {})
    yield from _each("group", dict.fromkeys(was.groups, THERE), dict.fromkeys(will.groups, THERE))


def _whole(kind: Kind, was: object, will: object) -> Iterator[Difference]:
    if (was is None) != (will is None):
        yield Difference(kind, "", None if was is None else THERE, None if will is None else THERE)


def _each(kind: Kind, was: Mapping[str, Any], will: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*was, *will)):
        if was.get(name) != will.get(name):
            yield Difference(kind, name, was.get(name), will.get(name))
