"""Erasing a person: nothing of her is left but the tombstone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, update

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import ALL, AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.privacy.cleaning import clean
from sso_bridge.store.privacy.eraser import Eraser, NotErasable
from sso_bridge.store.privacy.tombstones import Tombstones
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.sync import given_value
from tests.fakes.clock import FakeClock
from tests.fakes.planted import (
    ADDRESS,
    FACTS,
    HER,
    NUMBER,
    OTHER,
    OTHER_UUID,
    SENTENCE,
    UUID,
    VALUES,
    Planting,
    spellings,
)

Dump = Callable[[], bytes]


@pytest.fixture
def planted(store: Store, audit: AuditLog, keys: KeyRing, clock: FakeClock) -> Store:
    """A database that names her wherever something may be named."""
    with store.writing() as connection:
        Planting(connection).plant()
        audit.record(
            Event("sign_in.answered", f"person:{UUID}", "platform:chat", why="oidc", address=ADDRESS, reference="a-b"),
            Event("sign_in.refused", "nobody", "bridge", address=ADDRESS, reference="amber-boat-cedar-dawn"),
            Event("account.created", "worker", f"chat/{UUID}", before={}, after={"phone": SENTENCE}, why="hired"),
            Event("token.created", "cli:tqzwaluw", "token:1", after={"name": SENTENCE}, why=f"asked by {SENTENCE}"),
            Event("sign_in.answered", f"person:{OTHER_UUID}", "platform:chat", why="oidc", address="192.0.2.9"),
        )
        Checkpoints(audit, keys).sign()
    return store


@pytest.fixture
def eraser(planted: Store, audit: AuditLog, keys: KeyRing, clock: FakeClock) -> Eraser:
    """What erases."""
    stones = Tombstones(planted, keys.pairwise_secret)
    return Eraser(planted, clock, audit, stones, lambda: clock().date(), 30)


@pytest.fixture
def dump(store: Store, database_url: str) -> Dump:
    """All bytes of the database: the files with their journal, or what pg_dump says."""

    def whole() -> bytes:
        if store.engine.dialect.name == "postgresql":
            tool = shutil.which("pg_dump") or str(max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")))
            address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
            return subprocess.run([tool, address], check=True, capture_output=True, env=os.environ).stdout
        file = Path(make_url(database_url).database or "")
        return b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))

    return whole


def found(text: bytes) -> list[str]:
    """Return which of her values stand in it, in whatever spelling."""
    folded = text.lower()
    return sorted({name.split(":")[0] for name, way in spellings().items() if way.lower() in folded})


def test_nothing_is_left(eraser: Eraser, planted: Store, audit: AuditLog, keys: KeyRing, dump: Dump) -> None:
    """GDPR art. 17: of all her values, in all tables, columns and files, none is left; the audit stays whole."""
    assert set(VALUES) <= set(found(dump()))

    told = eraser.erase(HER, by="cli:root", why=f"on her request: {SENTENCE}")
    clean(planted)

    assert [] == found(dump())
    assert Checkpoints(audit, keys).verify().sound
    assert told.records >= 4


def test_the_tombstone(eraser: Eraser, planted: Store, clock: FakeClock) -> None:
    """The permanent id, when, by whom and why stay; the user names are known again, and to nobody else."""
    eraser.erase(HER, by="cli:root", why="asked for")

    (stone,) = eraser.tombstones.all()
    assert (HER, UUID, clock.now, "cli:root", "asked for") == (
        stone.person_id, stone.uuid, stone.erased_at, stone.erased_by, stone.why,
    )  # fmt: skip
    assert eraser.tombstones.was_used("TQZwaluw")
    assert eraser.tombstones.was_used("quirine.z@platform.example")
    assert not eraser.tombstones.was_used("ada")
    assert not Tombstones(planted, lambda: b"another key").was_used("tqzwaluw")
    left = People(planted, clock).by_uuid(UUID)
    assert left is not None
    assert ("gone", "", "", f"erased:{UUID}") == (left.status, left.given_name, left.email, left.key)


def test_others_stay(eraser: Eraser, planted: Store, audit: AuditLog, clock: FakeClock) -> None:
    """What is said of others is not touched, but for what names her: their manager is nobody now."""
    eraser.erase(HER, by="cli:root", why="asked for")

    ada = People(planted, clock).by_uuid(OTHER_UUID)
    assert ada is not None
    assert ("Ada", "Engineer", "") == (ada.given_name, ada.assignments[0].title, ada.assignments[0].manager)
    acts = {record.what: record for record in audit.search(ALL)}
    answered = [one for one in audit.records() if one.actor == f"person:{OTHER_UUID}"]
    assert ["192.0.2.9"] == [one.address for one in answered]
    assert {"phone": "[erased]"} == json.loads(acts["account.created"].after or "")
    assert ("cli:[erased]", "token:1") == (acts["token.created"].actor, acts["token.created"].target)
    assert {"rows", "records", "forced"} == json.loads(acts["person.erased"].after or "").keys()
    with planted.reading() as connection:
        groups = connection.execute(select(metadata.tables["group_shadow"].c.members)).scalar()
        items = connection.execute(select(func.count()).select_from(metadata.tables["plan_item"])).scalar()
    assert (OTHER.to_bytes(4, "little"), 1) == (groups, items)


def test_twice(eraser: Eraser, planted: Store, audit: AuditLog, keys: KeyRing) -> None:
    """Erasing who was erased changes nothing more, and breaks nothing."""
    eraser.erase(HER, by="cli:root", why="asked for")
    again = eraser.erase(HER, by="cli:root", why="after a restore")

    assert (0, 1) == (again.records, len(eraser.tombstones.all()))
    assert Checkpoints(audit, keys).verify().sound


def test_rehire_is_somebody_new(eraser: Eraser, planted: Store, clock: FakeClock) -> None:
    """The same number in a later HR file is a new person, with nothing of the old one."""
    eraser.erase(HER, by="cli:root", why="asked for")
    with planted.writing() as connection:
        Planting(connection).connection.execute(
            metadata.tables["person"].insert(),
            {"id": 3, "uuid": "3" * 36, "source": "payroll", "key": NUMBER, "facts": dict(FACTS), "digest": b"1",
             "strikes": 0, "changed_at": clock.now},
        )  # fmt: skip

    people = People(planted, clock)
    assert 3 == getattr(people.by_key("payroll", NUMBER), "id", None)
    assert "gone" == getattr(people.by_uuid(UUID), "status", None)


@pytest.mark.parametrize(
    ("table", "values", "said", "forcible"),
    [
        ("person", {"gone_on": None, "facts": {**FACTS, "leaves_on": "2027-01-01"}}, "works here", True),
        ("person", {"gone_on": None, "facts": {**FACTS, "leaves_on": "2026-10-20"}}, "kept for 30 days", True),
        ("account_shadow", {"state": "suspended", "management": "managed"}, "an account of hers on chat", False),
        ("action", {"state": "waiting"}, "a run still works", False),
        ("hr_import", {"state": "running"}, "an HR import", False),
        ("configuration_state", {}, "the configuration in force names her", False),
    ],
)
def test_hindrances(
    eraser: Eraser, planted: Store, table: str, values: dict[str, object], said: str, *, forcible: bool
) -> None:
    """Whoever works here, or left lately, is erased only when two owners want it; what is still in use, never."""
    with planted.writing() as connection:
        it = metadata.tables[table]
        if table == "configuration_state":
            connection.execute(it.insert(), {"id": 1, "number": 1})
        elif table == "person":
            connection.execute(update(it).where(it.c.id == HER).values(values))
        else:
            connection.execute(update(it).values(values))

    with pytest.raises(NotErasable, match=said) as refused:
        eraser.erase(HER, by="cli:root", why="asked for")

    assert [forcible] == [one.forcible for one in refused.value.reasons]
    if forcible:
        eraser.erase(HER, by="cli:root", why="asked for", forced=True)
    else:
        with pytest.raises(NotErasable):
            eraser.erase(HER, by="cli:root", why="asked for", forced=True)


def test_an_anonymised_account(eraser: Eraser, planted: Store) -> None:
    """An account that a plan has anonymised names her no more, and stands in nobody's way."""
    shadow, action = metadata.tables["account_shadow"], metadata.tables["action"]
    with planted.writing() as connection:
        connection.execute(update(shadow).values(state="suspended", management="managed"))
        connection.execute(update(action).values(kind="account_anonymise", platform="chat", state="done"))

    assert () == eraser.hindrances(HER)


def test_given_for_ever(eraser: Eraser, planted: Store, clock: FakeClock) -> None:
    """A user name that was given once is not given again; nothing says to whom, nor lets names be tried."""
    shadows = StoredShadows(planted, clock, eraser.tombstones.sealed)
    assert shadows.give("chat", "userName", "TQZwaluw", HER)
    with planted.reading() as connection:
        before = set(connection.execute(select(given_value.c.value)).scalars())
    eraser.erase(HER, by="cli:root", why="asked for")

    with planted.reading() as connection:
        rows = connection.execute(select(given_value.c.value, given_value.c.person_id)).all()
    assert {0} == {row.person_id for row in rows}
    assert not before & {row.value for row in rows}
    assert not shadows.give("chat", "userName", "tqzwaluw", 2)
    assert {"tqzwaluw": 0} == shadows.given("chat", "userName", ["tqzwaluw", "somebody"])
    assert StoredShadows(planted, clock).give("chat", "userName", "tqzwaluw", 2)
