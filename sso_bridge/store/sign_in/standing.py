"""Whether what a token rests on still stands: one look at the session and the person (SE-04, SE-05).

Fulfils `oidc_provider.ports.Standing`. A session that merely ran out of time does not end an offline grant; one that
was ended (sign-out, an administrator, a leaver) does, and so does one nobody remembers.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, select

from mappings.days import Day
from mappings.people import Person
from sso_bridge.login.asked import Released
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.group_names import NO_NAMES
from sso_bridge.store.staff.people import to_people, to_person
from sso_bridge.store.tables.login import bridge_session
from sso_bridge.store.tables.organisation import person

_BOTH = (
    select(
        person.c.id,
        person.c.uuid,
        person.c.source,
        person.c.key,
        person.c.facts,
        person.c.gone_on,
        bridge_session.c.subject,
    )
    .join_from(bridge_session, person, bridge_session.c.person_id == person.c.id)
    .where(
        bridge_session.c.name == bindparam("session"),
        person.c.id == bindparam("person"),
        bridge_session.c.ended_at.is_(None),
    )
)


class TokenStanding:
    """Asks session and person in one query.

    `today` tells the dates of this moment; the others are the sign-in's own answers.
    """

    def __init__(
        self,
        store: Store,
        today: Callable[[], Day],
        platform_on: Callable[[str], bool],
        workplace_on: Callable[[str], bool],
        active: Callable[[Person, Day], bool],
        release: Callable[[str, Person], Released | None],
    ) -> None:
        self._store = store
        self._today = today
        self._platform_on = platform_on
        self._workplace_on = workplace_on
        self._active = active
        self._release = release

    def stands(self, platform: str, person_id: int, session_id: str) -> bool:
        """Return whether platform and workplace are on, the person active today, and the session ended by nobody."""
        if not self._platform_on(platform):
            return False
        with self._store.reading() as connection:
            row = connection.execute(_BOTH, {"session": session_id, "person": person_id}).one_or_none()
        if row is None or not self._workplace_on(row.subject["workplace"]):
            return False
        return self._active(to_person(row, NO_NAMES), self._today())

    def released(self, platform: str, person_id: int) -> Released | None:
        """Return what the rules release today, or None when the person is gone or out of scope."""
        with self._store.reading() as connection:
            query = select(person).where(person.c.id == person_id)
            row = connection.execute(query).one_or_none()
            found = None if row is None else to_people(connection, [row])[0]
        return None if found is None else self._release(platform, found)
