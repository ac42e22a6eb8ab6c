"""Whose accounts and groups these are: only what we made or explicitly adopted is planned for (PR-06, PR-07, PR-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappings.desired import Value
from provisioners.ports import AccountShadow

NAMES = ("userName", "username", "email", "emails", "mail")
"""Attributes by which platforms tell accounts apart. Equal values are never a reason to adopt, only to stand back."""


@dataclass(frozen=True, slots=True)
class Protected:
    """The list nobody may touch: remote ids, user names or mail addresses, and group keys, without regard to case.

    Break-glass, service, bot, owner and guest accounts belong here. The executor checks the list once more, last.
    """

    entries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Protected:
        """Return the list of these entries."""
        return cls(frozenset(entry.casefold() for entry in entries))

    def account(self, remote_id: str, *attributes: Mapping[str, Value]) -> bool:
        """Return whether this account is on the list."""
        if not self.entries:
            return False
        names = {remote_id.casefold()}
        for each in attributes:
            names |= names_of(each)
        return not self.entries.isdisjoint(names)

    def group(self, key: str, remote_id: str) -> bool:
        """Return whether this group is on the list."""
        return not self.entries.isdisjoint({key.casefold(), remote_id.casefold()} - {""})


NOBODY: frozenset[int] = frozenset()
UNDECIDED = "an account there may be this person's already: decide first, by `sso-bridge correlation list`"
HELD = "another person's account has this name or address"
EXCHANGED = (
    "these people exchange their names or addresses, and none of them is free; give one another one at HR for a day, "
    "or rename one on the platform"
)


@dataclass(slots=True)
class Taken:
    """Names in use on a platform: by accounts that are not ours, by accounts of ours, and given away in this plan.

    `held` tells who has them now, of the people who are looked at next. `freed` are names of accounts that this plan
    deletes, `needed` whose deletion somebody else needs; `wanting` tells whose name somebody would have got. Of the
    people in `undecided` it is not known yet whether they have an account there.
    """

    by_others: dict[str, AccountShadow] = field(default_factory=dict)
    held: Mapping[str, frozenset[int]] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)
    freed: dict[str, int] = field(default_factory=dict)
    needed: set[int] = field(default_factory=set)
    wanting: dict[int, int] = field(default_factory=dict)
    undecided: frozenset[int] = NOBODY
    owners: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(unique attribute, value) -> to whom it was ever given, of the people who are looked at next."""
    _chosen: dict[tuple[str, str], int] = field(default_factory=dict)

    def free(self, person_id: int, attributes: Mapping[str, Value]) -> None:
        """Remember that this person's account is deleted in this plan."""
        self.freed.update(dict.fromkeys(names_of(attributes), person_id))

    def exchanges(self, person_id: int) -> bool:
        """Return whether whose name this person would get wants this person's, directly or through others."""
        walked, at = {person_id}, self.wanting.get(person_id, 0)
        while at and at not in walked:
            walked.add(at)
            at = self.wanting.get(at, 0)
        return at == person_id

    def add(self, shadow: AccountShadow) -> None:
        """Remember an account that is not ours."""
        for name in names_of(shadow.attributes):
            self.by_others[name] = shadow

    def choose(self, person_id: int, name: str, options: Iterable[str], has: Value) -> str:
        """Return what the person has already, if it is among the options, else the first that was never given away."""
        options = tuple(options)
        if has in options:
            return str(has)
        for option in options:
            key = name, option.casefold()
            names = names_of({name: option})
            elsewhere = any(each in self.by_others or self.held.get(each, NOBODY) - {person_id} for each in names)
            elsewhere |= any(self.given.get(each, person_id) != person_id for each in names)
            holders = {self.owners.get(key, person_id), self._chosen.get(key, person_id)}
            if not elsewhere and holders == {person_id}:
                self._chosen[key] = person_id
                return option
        return ""

    def clash(self, person_id: int, attributes: Mapping[str, Value], known: Mapping[str, Value]) -> str:
        """Return why these attributes cannot be given to this person, or an empty text; then they are given.

        What the person's account is `known` to have is not given anew. A name that its holder gives up in this same
        plan is free for the next one.
        """
        names = names_of(attributes)
        holders = (
            [(name, self.held.get(name, NOBODY) - {person_id}) for name in names - names_of(known)] if self.held else []
        )
        for name, others in holders:
            if left := others - {self.freed.get(name, 0)}:
                self.wanting[person_id] = min(left)
                return HELD
        for name in names:
            if name in self.by_others:
                return "an account that is not ours has this name or address; adopt it by an explicit act, or rename it"
            if self.given.get(name, person_id) != person_id:
                return "another person would get the same name or address in this plan"
        self.needed.update(self.freed[name] for name, others in holders if others)
        self.given.update(dict.fromkeys(names, person_id))
        return ""


def names_of(attributes: Mapping[str, Value]) -> set[str]:
    """Return the names and addresses of an account, folded for comparison."""
    found: set[str] = set()
    for name in NAMES:
        value = attributes.get(name, "")
        if isinstance(value, tuple):
            found.update(each.casefold() for each in value if each)
        elif value != "":
            found.add(str(value).casefold())
    return found
