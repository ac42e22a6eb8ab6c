"""The rules of a configuration, compiled: one answer per person and platform for sign-in and provisioning alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from mappings.bound import Bound
from mappings.chart import OrgChart
from mappings.claims import claims_for, source_of
from mappings.desired import GroupKey, Outcome
from mappings.employment import absence_reason
from mappings.errors import MappingError, Problem
from mappings.examples import run_examples
from mappings.expression import Language
from mappings.facts import OWN_TO_ONE, TYPES, VARIABLES, FactSource
from mappings.groups.book import GroupBook
from mappings.groups.closing import Closing, GroupClosed
from mappings.groups.examples import run_group_examples
from mappings.groups.owners import Fits
from mappings.groups.rule import GroupFacts, GroupRule, Keys
from mappings.leavers import LeaverPolicy, LeaverStep
from mappings.manner import Manner, Strength
from mappings.people import Person
from mappings.platform_rules import Looked, PlatformRules, outside, waiting
from mappings.reading import MappingRules, Reader
from mappings.tables import read_tables
from mappings.trial import never_a_value
from mappings.unique import attributes_of
from mappings.waves import Waves, read_waves

__all__ = [
    "GroupClosed",
    "GroupFacts",
    "LeaverPolicy",
    "LeaverStep",
    "Manner",
    "PlatformRules",
    "Rules",
    "Strength",
    "compile_rules",
]


class Rules:
    """Pure and thread-safe. Raises EvaluationError when a rule has no value for somebody, KeyError for no platform."""

    def __init__(self, language: Language, platforms: Mapping[str, PlatformRules]) -> None:
        self._language = language
        self._platforms = dict(platforms)
        self._source: FactSource | None = None
        self._last: Looked | None = None
        self._nobody: tuple[FactSource, Bound] | None = None

    @property
    def platforms(self) -> tuple[str, ...]:
        """Return the names of all platforms that have a mapping."""
        return tuple(self._platforms)

    @property
    def language(self) -> Language:
        """Return the language the rules are written in, for taking a condition apart."""
        return self._language

    def outcome(self, platform: str, person: Person, chart: OrgChart) -> Outcome:
        """Return what the platform gets for this person on the chart's day; `in_scope` False with the reason."""
        account, bound = self.account(platform, person, chart), self._looked_at(person, chart).bound
        if bound is None or not account.in_scope:
            return account
        release = self._platforms[platform].mapping.release
        return replace(account, claims=claims_for(release, account.attributes, account.groups, bound))

    def account(self, platform: str, person: Person, chart: OrgChart) -> Outcome:
        """Return the same without the claims, which only a sign-in needs.

        Platforms that are alike get the very same `attributes` for one person: whoever made something of them before
        can see that by `is`.
        """
        rules, looked = self._platforms[platform], self._looked_at(person, chart)
        absent, bound = outside(rules, person, looked), looked.bound
        if absent or bound is None:
            return Outcome(platform, in_scope=False, reason=absent)
        wave, waits = "", None
        if rules.waves is not None:
            number = rules.waves.of(person.uuid, bound, looked.source)
            wave, waits = rules.waves.name(number), waiting(platform, rules.waves, number)
            if waits is not None and not waits.waits:
                return waits
        made = looked.attributes.get(rules.alike)
        if made is None:
            made = looked.attributes[rules.alike] = attributes_of(rules.mapping.attributes, bound, looked.values)
        attributes, candidates = made
        groups = rules.groups.of(bound, looked.source, looked.groups)
        if waits is not None:
            return replace(waits, attributes=attributes, groups=groups, sources=rules.sources, candidates=candidates)
        reason = f"in the scope of mappings.{rules.mapping.name}"
        return Outcome(platform, True, reason, attributes, {}, groups, rules.sources, wave, candidates=candidates)  # noqa: FBT003

    def waves(self, platform: str) -> Waves | None:
        """Return the waves of a platform, None without any."""
        return self._platforms[platform].waves

    def wave(self, platform: str, person: Person, chart: OrgChart) -> int | None:
        """Return the number of the person's wave, 0 for none; None for whoever is not meant to be there at all."""
        rules, looked = self._platforms[platform], self._looked_at(person, chart)
        if looked.bound is None or rules.waves is None or outside(rules, person, looked):
            return None
        return rules.waves.of(person.uuid, looked.bound, looked.source)

    def having(self, outcome: Outcome, values: Mapping[str, str], person: Person, chart: OrgChart) -> Outcome:
        """Return the same with the values that this person was given for attributes that nobody shares."""
        bound, _ = self.bound(person, chart)
        attributes = {**outcome.attributes, **values}
        claims = claims_for(self._platforms[outcome.platform].mapping.release, attributes, outcome.groups, bound)
        return replace(outcome, attributes=attributes, claims=claims if outcome.in_scope else {})

    def admitted(self, waiting: Outcome, person: Person, chart: OrgChart) -> Outcome:
        """Return the answer for somebody who waits for a wave and has an account already: in scope, with claims."""
        bound, _ = self.bound(person, chart)
        release = self._platforms[waiting.platform].mapping.release
        claims = claims_for(release, waiting.attributes, waiting.groups, bound)
        return replace(waiting, in_scope=True, reason="has an account already, and keeps it", claims=claims)

    def group(self, platform: str, key: GroupKey, chart: OrgChart, fits: Fits = lambda _person: True) -> GroupFacts:
        """Return name, description and owners of a group; `fits` tells who can own it on the platform.

        GroupClosed when the rule, the unit or the manager is not there any more, EvaluationError without a value.
        """
        rule, source = self._platforms[platform].groups.rule(key), self._facts_of(chart)
        return rule.describe(key, source, lambda facts: self._language.bind(facts, source.unit), fits)

    def direct(self, platform: str, groups: Keys, chart: OrgChart) -> Keys:
        """Return into which of somebody's groups the person must be put where groups can hold groups."""
        return self._platforms[platform].groups.direct(groups, self._blank(chart), self._facts_of(chart))

    def parent(self, platform: str, key: GroupKey, chart: OrgChart) -> GroupKey | None:
        """Return the group that holds this one where groups can; None at the top. GroupClosed as `group`."""
        rule = self._platforms[platform].groups.rule(key)
        return rule.parent(key, self._blank(chart), self._facts_of(chart))

    def closing(self, platform: str, key: GroupKey) -> Closing:
        """Return what becomes of a group behind which nothing stands any more; it is kept when its rule is gone."""
        try:
            return self._platforms[platform].groups.rule(key).closing
        except GroupClosed:
            return Closing()

    def near(self, platform: str, person: str, led: Iterable[str]) -> Iterable[GroupKey]:
        """Return the groups that an HR key who leads these units may own; by other rules there may be more."""
        return self._platforms[platform].groups.near(person, led)

    def owns_elsewhere(self, platform: str, person: str, *, leads: bool) -> bool:
        """Return whether this HR key, who may lead units, may own groups that `near` does not tell."""
        return self._platforms[platform].groups.owns_elsewhere(person, leads=leads)

    def nests(self, platform: str, key: GroupKey) -> bool:
        """Return whether groups of the rule behind this one hold each other."""
        return self._platforms[platform].groups.rule(key).nested

    def marks(self, platform: str, day: date) -> Mapping[str, int]:
        """Return by HR key what changes for those named in exceptions of group rules when such an exception ends."""
        return self._platforms[platform].groups.marks(day)

    def leaver(self, platform: str) -> LeaverPolicy:
        """Return what happens to accounts of people who leave or fall out of scope."""
        return self._platforms[platform].mapping.leaver

    def strengths(self, platform: str) -> Mapping[str, Strength]:
        """Return how firmly each attribute is held."""
        return self._platforms[platform].manner.strengths

    def manner(self, platform: str) -> Manner:
        """Return how the attributes are held on the platform."""
        return self._platforms[platform].manner

    def fingerprint(self, platform: str) -> str:
        """Return a digest that changes when any rule of this platform changes."""
        return self._platforms[platform].fingerprint

    def behind(self, platform: str) -> PlatformRules:
        """Return the compiled rules themselves, for explanations."""
        return self._platforms[platform]

    def bound(self, person: Person, chart: OrgChart) -> tuple[Bound, FactSource]:
        """Return the person's facts on the chart's day; made once for all platforms in a row."""
        looked = self._looked_at(person, chart)
        source = looked.source
        return looked.bound or self._language.bind(source.facts(person), source.unit), source

    def _looked_at(self, person: Person, chart: OrgChart) -> Looked:
        source, last = self._facts_of(chart), self._last
        if last is not None and last.person is person and last.source is source:
            return last
        absent = absence_reason(person, chart.days)
        bound = None if absent else self._language.bind(source.facts(person), source.unit)
        looked = self._last = Looked(person, source, absent, bound)
        return looked

    def _blank(self, chart: OrgChart) -> Bound:
        source, blank = self._facts_of(chart), self._nobody
        if blank is None or blank[0] is not source:
            blank = self._nobody = (source, self._language.bind(source.nobody(), source.unit))
        return blank[1]

    def _facts_of(self, chart: OrgChart) -> FactSource:
        source = self._source
        if source is None or source.chart is not chart:
            source = self._source = FactSource(chart)
        return source


def compile_rules(document: Mapping[str, Any]) -> Rules:
    """Return the rules of `platforms`, `mappings`, `groups` and `tables`; raise MappingError with every Problem."""
    wrong: list[Problem] = []
    language = Language(TYPES, VARIABLES, OWN_TO_ONE, read_tables(document.get("tables") or {}, wrong))
    reader = Reader(language, wrong)
    platforms, mappings, groups = (document.get(part) or {} for part in ("platforms", "mappings", "groups"))
    read = {name: reader.mapping(name, body) for name, body in mappings.items()}
    rules = {name: reader.group(name, body, platforms) for name, body in groups.items()}
    chosen = {name: body.get("mapping") for name, body in platforms.items() if isinstance(body, Mapping)}
    for name, mapping in chosen.items():
        if mapping is not None:
            reader.unknown([str(mapping)], list(mappings), f"platforms.{name}.mapping", "mapping")
    stated = {name: body.get("waves") for name, body in platforms.items() if isinstance(body, Mapping)}
    waves = {name: read_waves(reader, name, body) for name, body in stated.items()}
    if not reader.problems:
        reader.problems.extend(run_examples(language, read, mappings))
    if not reader.problems:
        reader.problems.extend(never_a_value(language, read, mappings))
        reader.problems.extend(run_group_examples(language, rules, groups))
    if reader.problems:
        raise MappingError(reader.problems)
    return Rules(language, dict(_compiled(chosen, read, rules, waves, document, language)))


def _compiled(
    chosen: Mapping[str, Any],
    read: Mapping[str, MappingRules],
    rules: Mapping[str, GroupRule],
    waves: Mapping[str, Waves | None],
    document: Mapping[str, Any],
    language: Language,
) -> Iterator[tuple[str, PlatformRules]]:
    alike: dict[tuple[tuple[str, str, bool], ...], int] = {}
    for name, mapping in chosen.items():
        if mapping is not None:
            made = tuple((rule.name, rule.program.source, rule.unique) for rule in read[mapping].attributes)
            own = tuple(rule for rule in rules.values() if name in rule.on)
            groups = {rule.name: _ruling(document["groups"][rule.name]) for rule in own}
            stated = [mapping, _ruling(document["mappings"][mapping]), groups, document["platforms"][name].get("waves")]
            paths = (f"mappings.{mapping}.", f"platforms.{name}.", *(f"groups.{rule.name}." for rule in own))
            stated += language.tables_below(paths)
            one = _platform(read[mapping], own, _digest(stated), alike.setdefault(made, len(alike)))
            yield name, replace(one, waves=waves.get(name))


def _ruling(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a mapping or group decides: all but the examples."""
    return {key: value for key, value in body.items() if key != "examples"}


def _platform(mapping: MappingRules, groups: tuple[GroupRule, ...], digest: str, alike: int) -> PlatformRules:
    path = f"mappings.{mapping.name}"
    attributes = {rule.name: rule.path for rule in mapping.attributes}
    claims = {name: source_of(name, attributes, path) for name in mapping.release if name not in attributes}
    rules = {f"groups/{rule.name}": f"groups.{rule.name}" for rule in groups}
    return PlatformRules(mapping, GroupBook(groups), digest, {**attributes, **claims, **rules}, alike, mapping.manner())


def _digest(document: Any) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
