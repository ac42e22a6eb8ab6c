"""Why somebody gets a value, a claim or a group on a platform, and why not; and what HR said that it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from mappings.bound import Bound
from mappings.chart import OrgChart
from mappings.claims import CLAIMS, COMPUTED
from mappings.desired import GroupKey, Outcome, Value
from mappings.errors import EvaluationError
from mappings.expression import Program
from mappings.groups.telling import why_in, why_not_in
from mappings.manner import Strength
from mappings.people import Person
from mappings.rules import PlatformRules, Rules
from mappings.stated import ANY_UNIT, columns_of


@dataclass(frozen=True, slots=True)
class Because:
    """One value and where it came from: the rule's path, its expression, the facts it read; an attribute's strength."""

    what: Literal["scope", "attribute", "claim", "group"]
    name: str
    value: Value | None
    rule: str
    expression: str = ""
    facts: Mapping[str, object] | None = None
    problem: str = ""
    strength: Strength | None = None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """A claim or group the person does not get, and the reason."""

    what: Literal["claim", "group"]
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer for one person on one platform. `outcome` is None when a rule has no value: see `because`."""

    platform: str
    in_scope: bool
    reason: str
    because: tuple[Because, ...]
    why_not: tuple[WhyNot, ...]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the value of one attribute came from.

    `rule` is the path of the rule in the configuration, `expression` its text. `reads` are the facts it read, as
    expressions name them (`person.displayName`, `unit()` for a unit looked up by its key); `columns` is what HR stated
    for them (`person.given_name`, `primary.title`), in the words of `mappings.stated`. `value` is None when there is
    none, with the `problem`.
    """

    attribute: str
    value: Value | None
    rule: str
    expression: str
    strength: Strength
    reads: frozenset[str]
    columns: frozenset[str]
    problem: str = ""


def provenance(rules: Rules, platform: str, person: Person, chart: OrgChart) -> dict[str, Provenance]:
    """Return for each attribute of the platform's mapping where its value comes from; KeyError without a mapping.

    Says what the rules make of the facts, whether or not the person is in scope.
    """
    bound, _ = rules.bound(person, chart)
    found = {}
    for rule in rules.behind(platform).mapping.attributes:
        told, reads = _attribute(rule.path, rule.name, rule.program, bound), reads_of(rule.program)
        found[rule.name] = Provenance(
            rule.name, told.value, rule.path, told.expression, rule.strength, reads, columns_of(reads), told.problem
        )
    return found


def reads_of(program: Program) -> frozenset[str]:
    """Return the facts that an expression reads, from its checked tree: all that it may read, for anybody."""
    return frozenset((*program.reads, ANY_UNIT) if program.looks_up else program.reads)


def explain(rules: Rules, platform: str, person: Person, chart: OrgChart) -> Explanation:
    """Return why this person has what the platform gets; KeyError for a platform without a mapping."""
    behind = rules.behind(platform)
    bound, _ = rules.bound(person, chart)
    because = [
        _scope(behind, bound),
        *(
            replace(_attribute(rule.path, rule.name, rule.program, bound), strength=rule.strength)
            for rule in behind.mapping.attributes
        ),
    ]
    try:
        outcome = rules.outcome(platform, person, chart)
    except EvaluationError as error:
        return Explanation(platform, False, f"a rule has no value: {error}", tuple(because), (), None)  # noqa: FBT003
    if not outcome.in_scope:
        return Explanation(platform, False, outcome.reason, tuple(because[:1]), _nothing(behind, outcome), outcome)  # noqa: FBT003
    because += [_claim(name, outcome, bound) for name in outcome.claims]
    because += [_group(behind, key, bound, chart.on) for key in outcome.groups]
    missing = _why_not(behind, outcome, bound, chart.on)
    return Explanation(platform, True, outcome.reason, tuple(because), missing, outcome)  # noqa: FBT003


def _scope(behind: PlatformRules, bound: Bound) -> Because:
    scope = behind.mapping.scope
    path = f"mappings.{behind.mapping.name}.for"
    if scope is None:
        return Because("scope", "in_scope", bool(bound.value("person.active")), path, "person.active")
    return _attribute(path, "in_scope", scope, bound, "scope")


def _attribute(
    path: str, name: str, program: Program, bound: Bound, what: Literal["scope", "attribute"] = "attribute"
) -> Because:
    facts = {read: bound.value(read) for read in program.reads}
    try:
        return Because(what, name, program.run(bound), path, program.source, facts)
    except EvaluationError as error:
        return Because(what, name, None, path, program.source, facts, str(error))


def _claim(name: str, outcome: Outcome, bound: Bound) -> Because:
    rule = outcome.sources.get(name, "")
    fact = rule.removeprefix("facts.") if rule.startswith("facts.") else ""
    return Because("claim", name, outcome.claims[name], rule, fact, {fact: bound.value(fact)} if fact else None)


def _group(behind: PlatformRules, key: GroupKey, bound: Bound, day: date) -> Because:
    expression, facts = why_in(behind.groups.rule(key), key, bound, day)
    return Because("group", str(key), True, f"groups.{key.rule}", expression, facts)  # noqa: FBT003


def _why_not(behind: PlatformRules, outcome: Outcome, bound: Bound, day: date) -> tuple[WhyNot, ...]:
    release = f"mappings.{behind.mapping.name}.release"
    found = []
    for name in (*CLAIMS, *sorted(COMPUTED)):
        if name not in behind.mapping.release:
            found.append(WhyNot("claim", name, f"not on {release}"))
        elif name not in outcome.claims:
            found.append(WhyNot("claim", name, "on the release list, but without a value for this person"))
    has = {key.rule for key in outcome.groups}
    missing = [rule for rule in behind.groups.rules if rule.name not in has]
    found += [WhyNot("group", rule.name, why_not_in(rule, bound, day)) for rule in missing]
    return tuple(found)


def _nothing(behind: PlatformRules, outcome: Outcome) -> tuple[WhyNot, ...]:
    claims = [WhyNot("claim", name, outcome.reason) for name in behind.mapping.release]
    return (*claims, *(WhyNot("group", rule.name, outcome.reason) for rule in behind.groups.rules))
