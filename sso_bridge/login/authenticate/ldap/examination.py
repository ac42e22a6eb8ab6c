"""What the doctor asks about a directory: each server, the service account, and what it sees of people and groups.

Counts only: no name, no value and no distinguished name of anybody is told (LD-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from sso_bridge.clock import Clock
from sso_bridge.login.authenticate import reached
from sso_bridge.login.authenticate.ldap.account import Unreadable, refusal_in
from sso_bridge.login.authenticate.ldap.groups import DEEPEST, Groups
from sso_bridge.login.authenticate.ldap.handshake import certificate
from sso_bridge.login.authenticate.ldap.people import People
from sso_bridge.login.authenticate.ldap.servers import Unreachable
from sso_bridge.login.authenticate.ldap.state import refusal_of
from sso_bridge.login.authenticate.ldap.wire import Entry
from sso_bridge.question import Doubt, Question, Wrong

SAMPLE, WALKED = 200, 5
"""How many people are looked at, and of how many the groups are read."""
FEW = 0.9
"""The share of people with HR's number below which something is odd."""
TODO = {
    "wrong_password": "write the service account's password into bind_password's file or variable",
    "unknown_user": "correct bind_dn: there is no such account",
    "account_disabled": "let the directory's people enable the service account",
    "account_locked": "unlock the service account, and find out who tries its password",
    "account_expired": "let the directory's people extend the service account",
    "password_expired": "give the service account a new password that does not expire",
    "password_must_change": "give the service account a password that it need not change",
}


@dataclass(frozen=True, slots=True)
class Examination:
    """The questions about one directory. `secret` gives the service account's password."""

    people: People
    secret: Callable[[], str]
    clock: Clock
    _well: set[str] = field(default_factory=set)
    _seen: list[Entry] = field(default_factory=list)

    def questions(self) -> Iterator[Question]:
        """Yield them; as the service account only when a server can be trusted, and once: accounts lock."""
        settings = self.people.settings
        for url in settings.urls:
            host = urlsplit(url).hostname or ""
            yield Question(f"name of {host}", partial(self._name, host))
            if host in self._well:
                yield Question(f"certificate of {host}", partial(self._certificate, url))
        if not self._well.intersection(settings.urls):
            return
        yield Question("service account", self._bind, "see bind_dn and bind_password of this workplace")
        if "bind" not in self._well:
            return
        if self.people.flavour.windows:
            yield Question("clock", self._clock, reached.NTP)
        yield Question("people", self._people, "see base_dn and directory, and what the service account may read")
        if not self._seen:
            return
        link = settings.link_attribute
        yield Question("link to HR", self._link, f"fill {link} for everybody, or see link_attribute of this workplace")
        if self.people.flavour.windows:
            yield Question(
                "account states", self._states, "let the service account read it: see docs/workplaces/ldap.md"
            )
        if settings.group_base:
            yield Question("groups", self._groups, "see group_base, and what the service account may read")

    def _name(self, host: str) -> str:
        said = reached.named(host)
        self._well.add(host)
        return said

    def _certificate(self, url: str) -> str:
        der = certificate(url, self.people.settings.ca_file)
        self._well.add(url)
        return reached.good(der, urlsplit(url).hostname or "", self.clock())

    def _bind(self) -> str:
        settings = self.people.settings
        try:
            bound = self.people.wire.bind(settings.bind_dn, self.secret())
        except Unreachable as why:
            raise Wrong(str(why)) from None
        if reason := refusal_of(bound):
            raise Wrong(f"the directory refuses the service account: {reason}", TODO.get(reason, ""))
        self._well.add("bind")
        return "the directory accepts it"

    def _clock(self) -> str:
        root = self._read("", "currentTime")
        try:
            told = datetime.strptime(root.text("currentTime").partition(".")[0] + "+0000", "%Y%m%d%H%M%S%z")
        except ValueError:
            return "it does not tell its time"
        return reached.clocks(told, self.clock())

    def _people(self) -> str:
        found = self.people.some("", SAMPLE)
        if not found:
            raise Wrong(f"the service account sees no person below {self.people.settings.base_dn}")
        self.people.permanent_id(found[0])
        self._seen.extend(found)
        names = self.people.settings.names or self.people.flavour.names
        never = [name for name in names if not any(one.text(name) for one in found)]
        if never:
            raise Doubt(f"nobody of {len(found)} people has {', '.join(never)}", "take it out of names, or fill it")
        return f"{_count(found)} seen, with {self.people.flavour.id} and {', '.join(names)}"

    def _link(self) -> str:
        link, found = self.people.settings.link_attribute, self._seen
        numbers = Counter(number for one in found if (number := one.text(link)))
        with_it, twice = sum(numbers.values()), sum(count > 1 for count in numbers.values())
        said = f"{with_it} of {_count(found)} have {link}"
        if not with_it:
            raise Wrong(f"nobody of {_count(found)} has {link}, which names people to HR")
        if twice:
            raise Doubt(f"{said}, and {twice} numbers stand at several people", f"correct {link} of those people")
        if with_it < FEW * len(found):
            raise Doubt(f"{said}; the others cannot sign in")
        return said

    def _states(self) -> str:
        entry = self._read(self._seen[0].dn, *self.people.flavour.state)
        try:
            refusal_in(entry, self.people.flavour, self.clock())
        except Unreadable as what:
            raise Wrong(f"the service account cannot read {what}, which tells who is disabled") from None
        return "it can read who is disabled, locked or expired"

    def _groups(self) -> str:
        groups = Groups(self.people.wire, self.people.flavour, self.people.settings.group_base)
        try:
            told = [(len(groups.of(one)), groups.depth(one)) for one in self._seen[:WALKED]]
        except Unreachable as why:
            raise Wrong(str(why)) from None
        most, depth = max(count for count, _ in told), max(deep for _, deep in told)
        said = f"up to {most} groups for each of {len(told)} people, {depth} deep"
        if not most:
            raise Doubt(f"none of {len(told)} people is in a group below group_base")
        if depth >= DEEPEST:
            raise Doubt(f"{said}: what is above is left out", "let groups nest less deeply")
        return said

    def _read(self, dn: str, *attributes: str) -> Entry:
        try:
            return self.people.wire.read(dn, attributes) or Entry(dn)
        except Unreachable as why:
            raise Wrong(str(why)) from None


def _count(found: list[Entry]) -> str:
    return f"the first {SAMPLE} people" if len(found) >= SAMPLE else f"{len(found)} people"
