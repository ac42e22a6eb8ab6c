"""Compares accounts on platforms that are nobody's with people: lists whose they may be, and adopts none (PR-08)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from mappings.employment import active_on
from provisioners.correlation.aspects import of_account, of_person
from provisioners.correlation.rules import Correlation, Weighed
from provisioners.ports import AccountShadow
from sso_bridge.correlation.comparing import Comparing
from sso_bridge.store.staff.pairs import PENDING, Name
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.moving import LIVING
from sso_bridge.store.sync.shadows import StoredShadows


class ComparingAccounts:
    """Looks at what is known of the platforms; nothing is asked of them."""

    def __init__(self, comparing: Comparing) -> None:
        self._comparing = comparing
        self._shadows = StoredShadows(comparing.store, comparing.clock)
        self._people = People(comparing.store, comparing.clock)

    def look(self, rules: Correlation, platforms: Collection[str]) -> dict[str, int]:
        """Keep the pairs that the rules find now, close those that are over; return how many are new or open."""
        found: dict[Name, Weighed] = {}
        with self._comparing.store.writing() as connection:
            for platform in platforms:
                if rules.accounts_on(platform):
                    found |= self._of_platform(connection, rules, platform)
            kept = self._comparing.pairs.keep(connection, found, self._comparing.clock())
            for platform in platforms:
                self._close(connection, platform, found)
        pending = sum(pair.pending for pair in kept.values())
        return {"accounts_open": pending} if pending else {}

    def _of_platform(self, connection: Connection, rules: Correlation, platform: str) -> dict[Name, Weighed]:
        keys, statements = self._comparing.keys, self._comparing.statements
        on = rules.accounts_on(platform)
        nobodys = {shadow.remote_id: shadow for shadow in self._shadows.unowned(platform) if shadow.state in LIVING}
        wanted: dict[tuple[str, bytes], list[str]] = {}
        for remote_id, shadow in nobodys.items():
            aspects = of_account(shadow)
            for place in {(rule.block, key) for rule in on for key in rule.keys(aspects)}:
                wanted.setdefault(place, []).append(remote_id)
        holders = keys.holders(connection, wanted)
        ids = {one for some in holders.values() for one in some}
        rows, owners = keys.stated(connection, ids), statements.root_of(connection, ids)
        people = self._people.some({owners.get(one, one) for one in ids})
        busy = {one for one, shadow in self._shadows.some(platform, people).items() if shadow.state in LIVING}
        found: dict[Name, Weighed] = {}
        for place, some in holders.items():
            for remote_id in wanted[place]:
                for one in some:
                    whole = people[owners.get(one, one)]
                    if whole.id in busy or not active_on(whole, self._comparing.today()):
                        continue
                    weighed = rules.weigh_account(platform, of_account(nobodys[remote_id]), of_person(rows[one]))
                    name = Name("account", platform, remote_id, whole.source, whole.key)
                    if weighed.verdict != "no" and (name not in found or found[name].score < weighed.score):
                        found[name] = weighed
        return found

    def _close(self, connection: Connection, platform: str, found: Collection[Name]) -> None:
        pairs = self._comparing.pairs
        pending = pairs.of_platform(connection, platform, PENDING)
        over = [one.id for one in pending if one.rules and one.name not in found]  # no rule has found a pair by hand
        pairs.set(connection, over, "void")

    def shadow(self, name: Name) -> AccountShadow | None:
        """Return what is known of the account of a pair."""
        return self._shadows.account_of(name.where, name.key)
