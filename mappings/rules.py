"""The rules of a configuration, compiled: one answer per person and platform for sign-in and provisioning alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.desired import GroupKey, Outcome
from mappings.people import OrgChart, Person

LeaverAct = Literal["keep", "suspend", "delete"]


@dataclass(frozen=True, slots=True)
class LeaverStep:
    """What happens to an account, `after` so many days: counted from the last day, or from the step before."""

    after: int
    do: LeaverAct


@dataclass(frozen=True, slots=True)
class LeaverPolicy:
    """The steps in order; an empty policy never comes out of `Rules`: the default is suspend at once."""

    steps: tuple[LeaverStep, ...] = (LeaverStep(0, "suspend"),)


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A group's name as people see it, and the HR keys of its owners (head first, then deputy)."""

    name: str
    owners: tuple[str, ...] = ()


class Rules:
    """Pure and thread-safe. Raises EvaluationError when a rule has no value for somebody."""

    @property
    def platforms(self) -> tuple[str, ...]:
        """Return the names of all platforms that have a mapping."""
        raise NotImplementedError

    def outcome(self, platform: str, person: Person, chart: OrgChart) -> Outcome:
        """Return what the platform gets for this person on the chart's day; `in_scope` False with the reason."""
        raise NotImplementedError

    def group(self, platform: str, key: GroupKey, chart: OrgChart) -> GroupFacts:
        """Return name and owners of a group; the key is one that `outcome` gave."""
        raise NotImplementedError

    def leaver(self, platform: str) -> LeaverPolicy:
        """Return what happens to accounts of people who leave or fall out of scope."""
        raise NotImplementedError

    def fingerprint(self, platform: str) -> str:
        """Return a digest that changes when any rule of this platform changes."""
        raise NotImplementedError


def compile_rules(document: Mapping[str, Any]) -> Rules:
    """Return the rules of `platforms`, `mappings` and `groups`; raise MappingError with every Problem at once."""
    raise NotImplementedError
