"""`sso-bridge person`: tell and erase."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import make_url, update

from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from tests.fakes.planted import HER, NUMBER, UUID, VALUES, Planting


@pytest.fixture
def planted(run, blank_database: str) -> Store:
    """A bridge that names her wherever something may be named."""
    store = Store(blank_database)
    with store.writing() as connection:
        Planting(connection).plant()
    yield store
    store.close()


def test_export(planted: Store, run, tmp_path) -> None:
    """GDPR art. 15: each kind of value that is kept about her is told, and from every table that holds it."""
    file = tmp_path / "her.json"
    assert 0 == run("person", "export", NUMBER, "--output", str(file)).exit_code

    text = file.read_text("utf-8")
    told = json.loads(text)
    assert [] == [value for value in VALUES if value not in text]
    tables = {one["table"] for one in told["held"]}
    assert {"person", "link", "bridge_session", "sign_in_trace", "openid_grant", "second_factor", "account_shadow",
            "plan_item", "action", "hr_import", "job", "scim_user", "session_use"} <= tables  # fmt: skip
    assert [{"platform": "1", "group": told["groups"][0]["group"], "owner": True}] == told["groups"]
    assert all(one["what"] for one in told["held"])
    assert not {"sealed", "salt", "code_hash", "cookie_hash"} & {
        name for one in told["held"] for name in one["rows"][0]
    }
    assert "ada@corp.example" not in text
    assert "person.told" in run("audit", "export").stdout


def test_erase(planted: Store, run, run_json) -> None:
    """GDPR art. 17: without --yes nothing is done; with it she is gone, the audit is whole, and a tombstone tells."""
    words = ("person", "erase", NUMBER, "--reason", "GDPR-17")
    look = run_json(*words)
    assert (False, []) == (look["erased"], look["reasons"])
    assert "say --yes" in run(*words).stdout
    assert "Nobody was erased." in run("person", "erased").stdout

    done = run_json(*words, "--yes")
    assert (UUID, True, True) == (done["person"], done["erased"], done["cleaned"])
    assert run_json("audit", "verify")["sound"]
    (stone,) = run_json("person", "erased")
    assert (UUID, "GDPR-17") == (stone["person"], stone["why"])
    assert 1 == run("person", "export", NUMBER).exit_code
    assert 0 == run("person", "clean").exit_code


def test_erase_in_the_way(planted: Store, run) -> None:
    """What stands in the way is told with what to do about it; the command cannot set it aside."""
    with planted.writing() as connection:
        shadow = metadata.tables["account_shadow"]
        connection.execute(update(shadow).where(shadow.c.person_id == HER).values(state="active", management="managed"))

    refused = run("person", "erase", UUID, "--reason", "x", "--yes")

    assert 1 == refused.exit_code
    assert "an account of hers on chat is active: by a plan" in refused.output
    assert 2 == run("person", "erase", UUID, "--yes").exit_code


def test_in_use(planted: Store, run, blank_database: str) -> None:
    """Somebody who reads meanwhile keeps the journal of SQLite: it is told, and cleaned another time."""
    if make_url(blank_database).get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL has no such journal")
    with planted.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM person").all()
        done = run("person", "erase", NUMBER, "--reason", "GDPR-17", "--yes")
        assert 0 == done.exit_code

    assert "run `sso-bridge person clean`" in done.stdout
    assert 0 == run("person", "clean").exit_code
