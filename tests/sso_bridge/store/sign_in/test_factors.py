"""Second factors in the database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert

from sso_bridge.second_factor.ports import MOST, Factor
from sso_bridge.store.sign_in.factors import StoredFactors
from sso_bridge.store.tables.organisation import person
from tests.fakes.clock import START
from tests.fakes.sign_in_bridge import ADA, BOB, _row


@pytest.fixture
def factors(store) -> StoredFactors:
    with store.writing() as connection:
        for one in (ADA, BOB):
            connection.execute(insert(person), _row(one, START))
    return StoredFactors(store)


APP = Factor("app", ADA.id, "totp", "telephone", b"sealed", START, counter=10)
KEY = Factor("key", ADA.id, "webauthn", "blue key", b"public", START, credential=b"id-1", counter=0)


def test_kept(factors):
    """What was added is there, oldest first, and only for its person."""
    assert not factors.ready(ADA.id)
    assert [True, True] == [factors.add(APP), factors.add(KEY)]

    assert (APP, KEY) == factors.of_person(ADA.id)
    assert () == factors.of_person(BOB.id)
    assert (True, False) == (factors.ready(ADA.id), factors.ready(BOB.id))


def test_one_credential_one_person(factors):
    """A key is registered once, whoever comes second."""
    factors.add(KEY)

    assert not factors.add(replace(KEY, id="again", person_id=BOB.id))


def test_ten_at_most(factors):
    """Nobody has more than ten."""
    assert [True] * MOST + [False] == [factors.add(replace(APP, id=f"app-{number}")) for number in range(MOST + 1)]


def test_counts_up_only(factors, clock):
    """A step counts once; a key that always says 0 may, and one that has counted may not go back."""
    factors.add(APP)
    factors.add(KEY)
    assert [True, False, False, True] == [factors.use(APP, step, clock()) for step in (11, 11, 10, 12)]
    assert [True, True, True, False, False] == [factors.use(KEY, count, clock()) for count in (0, 0, 5, 5, 0)]

    assert {12, 5} == {one.counter for one in factors.of_person(ADA.id)}


def test_removed(factors, clock):
    """Only one's own can be removed; with the last one the recovery codes are void."""
    factors.add(APP)
    factors.replace_codes(ADA.id, [b"a" * 32, b"b" * 32], clock())
    assert not factors.remove(BOB.id, "app")
    assert factors.remove(ADA.id, "app")

    assert (0, False) == (factors.codes_left(ADA.id), factors.ready(ADA.id))


def test_recovery_codes(factors, clock):
    """Each is spent once; new ones void the old ones; they are of one person."""
    factors.replace_codes(ADA.id, [b"a" * 32, b"b" * 32], clock())
    assert [False, True, False] == [factors.spend(who, b"a" * 32) for who in (BOB.id, ADA.id, ADA.id)]
    factors.replace_codes(ADA.id, [b"c" * 32], clock())

    assert not factors.spend(ADA.id, b"b" * 32)
    assert 1 == factors.codes_left(ADA.id)


def test_cleared(factors, clock):
    """An administrator's reset leaves nothing."""
    factors.add(APP)
    factors.add(KEY)
    factors.replace_codes(ADA.id, [b"a" * 32], clock())

    assert 2 == factors.clear(ADA.id)
    assert ((), 0) == (factors.of_person(ADA.id), factors.codes_left(ADA.id))
