"""Bridge sessions and what platforms were told about them. A session that ended, idled or is over is not found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from sso_bridge.login.asked import Subject
from sso_bridge.login.authenticate.contract import UPSTREAM_SESSION
from sso_bridge.login.ports import Session, Use
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.login import bridge_session as table
from sso_bridge.store.tables.login import session_use
from sso_bridge.store.upsert import upsert

NAME_PARTS = ("name", "format", "qualifier")
"""What of `Session.upstream` names somebody at the workplace."""
_LIVE = (table.c.ended_at.is_(None), table.c.seen_at > bindparam("idle_since"), table.c.ends_at > bindparam("moment"))
_BY_COOKIE = select(table).where(table.c.cookie_hash == bindparam("cookie_hash"), *_LIVE)
_BY_NAME = select(table).where(table.c.name == bindparam("name"), *_LIVE)
_OF_PERSON = select(table).where(table.c.person_id == bindparam("person"), *_LIVE).order_by(table.c.id)
_OPEN = insert(table)
_SEEN = update(table).where(table.c.id == bindparam("which")).values(seen_at=bindparam("moment"))
_END = (
    update(table)
    .where(table.c.id == bindparam("which"), table.c.ended_at.is_(None))
    .values(ended_at=bindparam("moment"), ended_why=bindparam("why"))
)
_END_PERSON = (
    update(table)
    .where(table.c.person_id == bindparam("person"), table.c.ended_at.is_(None))
    .values(ended_at=bindparam("moment"), ended_why=bindparam("why"))
)
_USES = select(session_use).where(session_use.c.session_id == bindparam("which")).order_by(session_use.c.platform)


class Sessions:
    """Fulfils `login.ports.Sessions`. `idle` is how long a session lives unused (SE-03)."""

    def __init__(self, store: Store, idle: timedelta) -> None:
        self.store = store
        self.idle = idle

    def open(self, cookie_hash: bytes, session: Session) -> Session:
        """Keep a new session; returned with its row id."""
        row = _row(session, cookie_hash)
        del row["id"]
        with self.store.writing() as connection:
            made = connection.execute(_OPEN, row).inserted_primary_key
        return replace(session, id=made[0] if made else 0)

    def renew(self, cookie_hash: bytes, session: Session, now: datetime) -> bool:
        """Give an open session a new cookie and what its new sign-in says; False when it has ended meanwhile."""
        row = _row(session, cookie_hash)
        for kept in ("id", "name", "person_id"):
            del row[kept]
        still = (table.c.id == session.id) & table.c.ended_at.is_(None) & (table.c.ends_at > now)
        with self.store.writing() as connection:
            return connection.execute(update(table).where(still).values(row)).rowcount == 1

    def by_cookie(self, cookie_hash: bytes, now: datetime) -> Session | None:
        """Return the live session of this cookie."""
        with self.store.reading() as connection:
            row = connection.execute(_BY_COOKIE, self._at(now) | {"cookie_hash": cookie_hash}).first()
        return None if row is None else _session(row)

    def by_name(self, name: str, now: datetime) -> Session | None:
        """Return the live session of this public name (SessionIndex, `sid`)."""
        with self.store.reading() as connection:
            row = connection.execute(_BY_NAME, self._at(now) | {"name": name}).first()
        return None if row is None else _session(row)

    def of_person(self, person_id: int, now: datetime) -> tuple[Session, ...]:
        """Return the live sessions of a person, oldest first (SE-05)."""
        with self.store.reading() as connection:
            return tuple(_session(row) for row in connection.execute(_OF_PERSON, self._at(now) | {"person": person_id}))

    def of_workplace(
        self, workplace: str, person_id: int | None, upstream: tuple[str, ...], now: datetime
    ) -> tuple[Session, ...]:
        """Return the sessions that came from these of the workplace's sessions, or from any for one person.

        Also those that idled: offline access may still rest on them. Nothing without a person and without sessions.
        """
        query = select(table).where(table.c.ended_at.is_(None), table.c.ends_at > now)
        if upstream:
            query = query.where(table.c.upstream_hash.in_([upstream_hash(workplace, one) for one in upstream]))
        elif person_id is None:
            return ()
        if person_id is not None:
            query = query.where(table.c.person_id == person_id)
        with self.store.reading() as connection:
            found = [_session(row) for row in connection.execute(query.order_by(table.c.id))]
        return tuple(one for one in found if one.subject.workplace == workplace)

    def of_name(self, workplace: str, named: Mapping[str, str], now: datetime) -> tuple[Session, ...]:
        """Return the sessions of whom the workplace calls so: every part of the name the same, none more or less.

        Reads all live sessions that have this name in them: rare, for orders without a session only.
        """
        query = select(table).where(table.c.ended_at.is_(None), table.c.ends_at > now)
        query = query.where(table.c.upstream["name"].as_string() == named.get("name", ""))
        with self.store.reading() as connection:
            found = [_session(row) for row in connection.execute(query.order_by(table.c.id))]
        return tuple(
            one
            for one in found
            if one.subject.workplace == workplace
            and all(one.upstream.get(part, "") == named.get(part, "") for part in NAME_PARTS)
        )

    def seen(self, session: Session, now: datetime) -> None:
        """Note that it was used."""
        with self.store.writing() as connection:
            connection.execute(_SEEN, {"which": session.id, "moment": now})

    def used_at(self, session: Session, use: Use) -> None:
        """Note what a platform was told; a later answer replaces the earlier one, the first moment stays."""
        row = {
            "session_id": session.id,
            "platform": use.platform,
            "protocol": use.protocol,
            "subject": use.subject,
            "first_at": use.first_at,
            "last_at": use.last_at,
        }
        change = ("protocol", "subject", "last_at")
        with self.store.writing() as connection:
            upsert(connection, session_use, row, keys=("session_id", "platform"), change=change)

    def uses(self, session_id: int) -> tuple[Use, ...]:
        """Return what which platforms were told."""
        with self.store.reading() as connection:
            rows = connection.execute(_USES, {"which": session_id}).all()
        return tuple(Use(row.platform, row.protocol, row.subject, row.first_at, row.last_at) for row in rows)

    def end(self, session_id: int, why: str, now: datetime) -> bool:
        """End it at once, for every process; False when it had ended already."""
        with self.store.writing() as connection:
            return connection.execute(_END, {"which": session_id, "moment": now, "why": why}).rowcount == 1

    def end_person(self, person_id: int, why: str, now: datetime) -> int:
        """End all sessions of a person; how many."""
        with self.store.writing() as connection:
            return connection.execute(_END_PERSON, {"person": person_id, "moment": now, "why": why}).rowcount

    def forget(self, before: datetime) -> int:
        """Delete sessions whose last possible moment was before that one; how many."""
        with self.store.writing() as connection:
            return connection.execute(delete(table).where(table.c.ends_at < before)).rowcount

    def _at(self, now: datetime) -> dict[str, Any]:
        return {"moment": now, "idle_since": now - self.idle}


def upstream_hash(workplace: str, session: str) -> bytes:
    """Return under what a session of a workplace is found again."""
    return sha256(f"{workplace}\x1f{session}".encode("utf-8", "replace")).digest()


def _row(session: Session, cookie_hash: bytes) -> dict[str, Any]:
    named = session.upstream.get(UPSTREAM_SESSION, "")
    return asdict(session) | {
        "cookie_hash": cookie_hash,
        "method": list(session.method),
        "upstream": dict(session.upstream),
        "upstream_hash": upstream_hash(session.subject.workplace, named) if named else None,
    }


def _session(row: Row[*tuple[Any, ...]]) -> Session:
    return Session(
        id=row.id,
        name=row.name,
        person_id=row.person_id,
        subject=Subject(**row.subject),
        authenticated_at=row.authenticated_at,
        method=tuple(row.method),
        assurance=row.assurance,
        began_at=row.began_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
        address=row.address,
        user_agent=row.user_agent,
        upstream=row.upstream,
        first=row.first,
        dated=row.dated,
    )
