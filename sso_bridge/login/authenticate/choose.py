"""Home-realm discovery: at which of several workplaces does the person in front of this browser sign in?

In this order: what this browser used before, its network, a Kerberos ticket, the platform's `login_hint`, the mail
address; and a page to choose on when none of these decides. Pure: a choice is a convenience and gives nobody a right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from sso_bridge.login.authenticate.contract import SendsAway, TakesPassword, TakesTicket, Workplace

SignOutHabit = Literal["offer", "follow", "keep"]
MOST_SILENT = 3
"""So many workplaces are tried without a page in one sign-in; some hops must be left for the person."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What the configuration says about any kind of workplace; see `configuration.workplaces`."""

    title: str = ""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    domains: tuple[str, ...] = ()
    silent: bool = False
    sign_out: SignOutHabit = "offer"
    link_by_mail: tuple[str, ...] = ()
    external: bool = False
    levels: Mapping[str, str] = field(default_factory=dict)

    def level(self, theirs: str) -> str:
        """Return what we call the assurance that the workplace states."""
        return self.levels.get(theirs, theirs)

    def theirs(self, levels: tuple[str, ...]) -> tuple[str, ...]:
        """Return what the workplace calls these levels; one that is not in its table it is asked for as it is."""
        known = {ours: tuple(up for up, one in self.levels.items() if one == ours) for ours in levels}
        return tuple(dict.fromkeys(up for ours in levels for up in known[ours] or (ours,)))

    def states(self, levels: tuple[str, ...]) -> bool:
        """Return whether the configuration says that the workplace can reach one of these."""
        return any(one in self.levels.values() for one in levels)

    def near(self, address: str) -> bool:
        """Return whether the address lies in one of its networks."""
        try:
            here = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        here = (here.ipv4_mapped or here) if isinstance(here, IPv6Address) else here
        return any(here.version == network.version and here in network for network in self.networks)

    def within_reach(self, address: str) -> bool:
        """Return whether a browser there may be sent without asking: a workplace of certain networks is not outside."""
        return not self.networks or self.near(address)

    def has(self, mail: str) -> bool:
        """Return whether people with this mail address sign in here."""
        return mail.rpartition("@")[2].lower() in self.domains if "@" in mail else False


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the browser. `remembered` is its cookie, `hint` what the platform said, `mail` what was typed.

    `settled` means that a person is choosing (it was tried before, or somebody else wants to sign in): nothing but the
    address they type decides for them. `fresh` means that only a new sign-in will do, which a ticket is not.
    """

    address: str = ""
    remembered: str = ""
    hint: str = ""
    mail: str = ""
    acr_values: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    settled: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """`go` is where to send the browser at once; otherwise what the page shows, and whose tickets it asks for.

    `asks_mail`: the page asks for the mail address only, since that decides; `others`: there are more ways than these.
    """

    go: str = ""
    forms: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    asks_mail: bool = False
    unknown_mail: bool = False
    others: bool = False


@dataclass(frozen=True, slots=True)
class Chooser:
    """The workplaces of one revision and their manners."""

    doors: Mapping[str, Workplace]
    manners: Mapping[str, Manner]

    def manner(self, name: str) -> Manner:
        """Return what the configuration says; the defaults without it."""
        return self.manners.get(name, Manner())

    def possible(self, at: Situation) -> bool:
        """Return whether anybody could sign in as is asked."""
        return bool(self._able(at) or self._tickets(at))

    def choose(self, at: Situation) -> Choice:
        """Return where this browser goes, or what its page shows."""
        able = self._able(at)
        tickets = () if at.settled or at.fresh else self._tickets(at)
        chosen, sure = self._narrowed(able, at)
        shown = chosen or able
        if len(shown) == 1 and (sure or not (tickets or at.settled)) and isinstance(self.doors[shown[0]], SendsAway):
            return Choice(go=shown[0])
        return Choice(
            forms=tuple(name for name in shown if isinstance(self.doors[name], TakesPassword)),
            pages=tuple(name for name in shown if isinstance(self.doors[name], SendsAway)),
            tickets=tickets,
            asks_mail=self._mail_decides(able) and not chosen and not at.mail and not at.settled,
            unknown_mail=bool(at.mail) and not chosen,
            others=len(shown) < len(able),
        )

    def silent(self, at: Situation) -> tuple[str, ...]:
        """Return the workplaces to try without a page, the likeliest first; none for somebody else or a fresh sign-in.

        One that has networks is tried from there only: elsewhere its pages may not even answer.
        """
        if at.settled or at.fresh or len([name for name in at.tried if self.manner(name).silent]) >= MOST_SILENT:
            return ()
        able = [
            name
            for name in self._able(at)
            if self.manner(name).silent
            and isinstance(self.doors[name], SendsAway)
            and self.manner(name).within_reach(at.address)
        ]
        hinted = [name for name in able if self.manner(name).has(at.hint)]
        first = [name for name in able if mark(name) == at.remembered]
        return tuple(name for name in dict.fromkeys([*first, *(hinted or able)]) if name not in at.tried)

    def _able(self, at: Situation) -> list[str]:
        """Return where people can sign in strongly enough, in the order of the configuration.

        How strongly pages of others sign people in is known only where `levels` tells it; otherwise they may.
        """
        told = [name for name in self.doors if self.manner(name).states(at.acr_values)]
        return [
            name
            for name, door in self.doors.items()
            if (isinstance(door, SendsAway) and (not told or name in told))
            or (isinstance(door, TakesPassword) and (not at.acr_values or door.assurance in at.acr_values))
        ]

    def _tickets(self, at: Situation) -> tuple[str, ...]:
        return tuple(
            name
            for name, door in self.doors.items()
            if isinstance(door, TakesTicket)
            and name not in at.tried
            and door.offered_to(at.address)
            and (not at.acr_values or door.assurance in at.acr_values)
        )

    def _narrowed(self, able: list[str], at: Situation) -> tuple[list[str], bool]:
        """Return which come into question, and whether that outranks a ticket; none when nothing decides."""
        if at.mail and (typed := [name for name in able if self.manner(name).has(at.mail)]):
            return typed, True
        if at.settled:
            return [], False
        hinted = [name for name in able if self.manner(name).has(at.hint)]
        for name in able:
            if mark(name) == at.remembered and self.manner(name).within_reach(at.address) and name in (hinted or able):
                return [name], True
        if near := [name for name in able if self.manner(name).near(at.address) and name in (hinted or able)]:
            return near, True
        return hinted, False

    def _mail_decides(self, able: list[str]) -> bool:
        return len(able) > 1 and all(self.manner(name).domains for name in able)


def mark(name: str) -> str:
    """Return what the browser keeps of the workplace it used: opaque, and worth nothing but one click."""
    return sha256(f"remembered\x1f{name}".encode()).hexdigest()[:32]
