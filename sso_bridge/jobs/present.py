"""What HR and the configuration say at the moment of a call: what the gate of a rollout asks last."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mappings.days import Day, day_of, day_then, elsewhere, home_day
from mappings.desired import GroupKey
from mappings.employment import active_on
from mappings.errors import EvaluationError
from mappings.rules import GroupClosed, Rules
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import AccountShadow
from provisioners.sync.derive.leaver import Act, leaver_act
from provisioners.sync.derive.wanted import Wanted, evaluated
from provisioners.sync.rollout.contract import Basis
from sso_bridge.store.staff.people import People

MOST_KEPT = 50_000
"""Answers about so many people are kept as long as nothing has changed: members come once for each of their groups."""


class PresentFacts:
    """Fulfils `rollout.contract.Present`. `today` tells the dates of this moment.

    `changed` tells whether a platform's part of the configuration is another one than in a revision, `has_account`
    whether somebody has an active account of ours there.
    """

    def __init__(
        self,
        people: People,
        today: Callable[[], Day],
        rules: Callable[[], Rules],
        descriptor: Callable[[str], Descriptor],
        changed: Callable[[str, int], bool],
        has_account: Callable[[str, int], bool],
    ) -> None:
        self._people = people
        self._today = today
        self._rules = rules
        self._descriptor = descriptor
        self._changed = changed
        self._has_account = has_account
        self._kept: tuple[object, dict[tuple[str, int], Wanted]] = (None, {})

    def rules_changed(self, platform: str, revision: int) -> bool:
        """Return whether plans for this platform would be made by other rules than in that revision."""
        return self._changed(platform, revision)

    def is_same(self, basis: Basis) -> bool:
        """Return whether neither the organisation nor anybody's day is another one than the plan was made for."""
        today = self._today()
        same_day = (basis.on, basis.elsewhere) == (home_day(today), elsewhere(today))
        return same_day and basis.organisation == self._people.version()

    def works(self, ids: Iterable[int]) -> frozenset[int]:
        """Return those of these people who work here today; nobody we do not know does."""
        day = self._today()
        return frozenset(id_ for id_, person in self._people.some(ids).items() if active_on(person, day))

    def wanted(self, platform: str, ids: Iterable[int]) -> dict[int, Wanted]:
        """Return what these people ought to have there today, without values."""
        wanted = set(ids)
        if not wanted:
            return {}
        rules, chart, kept = self._rules(), self._people.chart(self._today()), self._answers()
        found = {one: kept[platform, one] for one in wanted if (platform, one) in kept}
        descriptor = self._descriptor(platform)
        for id_, person in self._people.some(wanted - found.keys()).items():
            said = evaluated(rules, platform, descriptor, person, chart)
            found[id_] = said._replace(manager=0, attributes=None)
            if len(kept) < MOST_KEPT:
                kept[platform, id_] = found[id_]
        return found

    def owners(self, platform: str, group: str) -> frozenset[int] | None:
        """Return who owns the group by its rule today, None when the rule has no answer; nobody owns a closed one."""
        chart = self._people.chart(self._today())

        def fits(key: str) -> bool:
            person = chart.person(key)
            return person is not None and self._has_account(platform, person.id)

        try:
            named = self._rules().group(platform, _key(group), chart, fits).owners
        except GroupClosed:
            return frozenset()
        except EvaluationError:
            return None
        return frozenset(person.id for key in named if (person := chart.person(key)) is not None)

    def is_closed(self, platform: str, group: str, *, empty: bool) -> bool:
        """Return whether nothing stands behind the group today: no rule, unit, manager, or nobody who has the value."""
        chart = self._people.chart(self._today())
        try:
            return empty and self._rules().group(platform, _key(group), chart).passing
        except GroupClosed:
            return True
        except EvaluationError:
            return False

    def around(self, platform: str, group: str) -> str:
        """Return the key of the group that holds this one by the rules today, empty when none does."""
        try:
            found = self._rules().parent(platform, _key(group), self._people.chart(self._today()))
        except EvaluationError:
            return ""
        return "" if found is None else str(found)

    def leaver(self, shadow: AccountShadow) -> Act:
        """Return what the leaver policy does today with the account of somebody who is out of scope."""
        person = self._people.by_id(shadow.person_id)
        if person is None:
            return Act("none", "nobody we know")
        today = self._today()
        since = day_then(today, person, shadow.state_since) if shadow.state_since else None
        policy = self._rules().leaver(shadow.platform)
        return leaver_act(policy, person, shadow.state, since, day_of(today, person), "")

    def has_left(self, shadow: AccountShadow) -> bool:
        """Return whether this account, or what is left of it, is to be taken away today; on doubt it is not."""
        if shadow.platform not in self._rules().platforms:
            return False
        wanted = self.wanted(shadow.platform, [shadow.person_id]).get(shadow.person_id)
        if wanted is None or wanted.in_scope or wanted.doubt:
            return False
        return shadow.state != "active" or self.leaver(shadow).do == "suspend"

    def _answers(self) -> dict[tuple[str, int], Wanted]:
        held = (self._people.version(), self._today(), self._rules())
        if self._kept[0] != held or len(self._kept[1]) >= MOST_KEPT:
            self._kept = (held, {})
        return self._kept[1]


def _key(text: str) -> GroupKey:
    rule, _, of = text.partition("/")
    return GroupKey(rule, of)
