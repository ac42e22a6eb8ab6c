"""The rules, compiled: which keys find a pair, which score it gets, and what follows from that.

Pairs are found by exact keys only: each rule makes one key of the aspects it calls equal, so that a hundred thousand
rows are looked up in an index and never compared with each other. The first rule that holds gives the score.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import product
from typing import Literal

from provisioners.correlation.aspects import STRONG, Aspects
from provisioners.correlation.precedence import AS_THEY_CAME, Precedence
from provisioners.correlation.similarity import likeness

Verdict = Literal["certain", "review", "no"]
MOST_KEYS = 16
"""The most keys that one row has for one rule; whoever has more names than that is not found by this rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """All of `equal` must be, all of `alike` at least so much, and none of `unless_differs` stated otherwise.

    `on` are the platforms of a rule for accounts; empty means all.
    """

    name: str
    equal: tuple[str, ...]
    score: int
    alike: Mapping[str, float] = field(default_factory=dict)
    unless_differs: tuple[str, ...] = ()
    on: tuple[str, ...] = ()

    @property
    def block(self) -> str:
        """Return the name of the keys by which this rule finds pairs; rules with equal keys share them."""
        return blake2b(",".join(sorted(self.equal)).encode(), digest_size=8).hexdigest()

    @property
    def is_strong(self) -> bool:
        """Return whether more than names and addresses must be equal."""
        return not STRONG.isdisjoint(self.equal)

    def keys(self, aspects: Aspects) -> frozenset[bytes]:
        """Return under which keys a row is found; none when it does not state all that must be equal."""
        values = [sorted(_reach(name, aspects)) for name in sorted(self.equal)]
        combined = list(product(*values))
        if len(combined) > MOST_KEYS:
            return frozenset()
        return frozenset(blake2b("\x1f".join(each).encode(), digest_size=8).digest() for each in combined)

    def holds(self, one: Aspects, other: Aspects) -> bool:
        """Return whether the rule says that these two are one."""
        return (
            all(equal(name, one, other) for name in self.equal)
            and all(nearest(name, one, other) >= least for name, least in self.alike.items())
            and not any(_differs(name, one, other) for name in self.unless_differs)
        )


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the rules say of a pair: the score of the first rule that holds, and the names of all that do."""

    verdict: Verdict
    score: int = 0
    rules: tuple[str, ...] = ()
    strong: bool = False


NO = Weighed("no")


@dataclass(frozen=True, slots=True)
class Correlation:
    """All rules, in their order, and from which score on a pair is certain, or is to be looked at.

    `precedence` tells which source speaks of who is one person.
    """

    people: tuple[Rule, ...] = ()
    accounts: tuple[Rule, ...] = ()
    certain: int = 95
    review: int = 60
    precedence: Precedence = AS_THEY_CAME

    @property
    def digest(self) -> str:
        """Return what changes when any rule or limit does that tells who is one person."""
        stated = [
            [[one.name, one.equal, one.score, dict(one.alike), one.unless_differs, one.on] for one in rules]
            for rules in (self.people, self.accounts)
        ]
        text = json.dumps([stated, self.certain, self.review])
        return blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def blocks(self) -> dict[str, list[str]]:
        """Return under the name of each kind of keys the rules that find by it."""
        found: dict[str, list[str]] = {}
        for rule in (*self.people, *self.accounts):
            found.setdefault(rule.block, []).append(rule.name)
        return found

    def keys(self, aspects: Aspects) -> Iterator[tuple[str, bytes]]:
        """Yield (block, key) for all rules, each once: what is kept of a person to be found by."""
        blocks = {rule.block: rule for rule in (*self.people, *self.accounts)}
        for block, rule in blocks.items():
            for key in sorted(rule.keys(aspects)):
                yield block, key

    def weigh_people(self, row: Aspects, person: Aspects) -> Weighed:
        """Return what is to be thought of two rows; names and addresses alone are never certain."""
        return self._weigh(self.people, row, person, certain=True)

    def weigh_account(self, platform: str, account: Aspects, person: Aspects) -> Weighed:
        """Return likewise for an account: whose it is always takes somebody who says so (PR-08)."""
        return self._weigh(self.accounts_on(platform), account, person, certain=False)

    def accounts_on(self, platform: str) -> tuple[Rule, ...]:
        """Return the rules for accounts on this platform."""
        return tuple(rule for rule in self.accounts if not rule.on or platform in rule.on)

    def _weigh(self, rules: tuple[Rule, ...], one: Aspects, other: Aspects, *, certain: bool) -> Weighed:
        held = [rule for rule in rules if rule.holds(one, other)]
        if not held or held[0].score < self.review:
            return NO
        first, strong = held[0], any(rule.is_strong for rule in held)
        sure = certain and first.score >= self.certain and first.is_strong
        return Weighed("certain" if sure else "review", first.score, tuple(rule.name for rule in held), strong)


def equal(name: str, one: Aspects, other: Aspects) -> bool:
    """Return whether both state this aspect, and the same; of `other_number` one must name the other's number."""
    if name == "other_number":
        return bool(_named(one, other) or _named(other, one))
    return bool(one.get(name, frozenset()) & other.get(name, frozenset()))


def nearest(name: str, one: Aspects, other: Aspects) -> float:
    """Return how alike the two are in this aspect at best."""
    pairs = product(one.get(name, frozenset()), other.get(name, frozenset()))
    return max((likeness(left, right) for left, right in pairs), default=0.0)


def _named(one: Aspects, other: Aspects) -> frozenset[str]:
    return one.get("other_number", frozenset()) & _reach("other_number", other)


def _differs(name: str, one: Aspects, other: Aspects) -> bool:
    return bool(one.get(name)) and bool(other.get(name)) and not equal(name, one, other)


def _reach(name: str, aspects: Aspects) -> frozenset[str]:
    own = aspects.get(name, frozenset())
    return own | aspects.get("number", frozenset()) if name == "other_number" else own
