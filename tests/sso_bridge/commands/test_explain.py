"""`sso-bridge explain`."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.organisation import person
from tests.fakes.org import UUID
from tests.fakes.saml_platform import SamlPlatform
from tests.sso_bridge.configuration.documents import WHOLE


@pytest.fixture
def ann(run, folder, tmp_path, blank_database, clock):
    """An applied configuration and one person in the register."""
    file = tmp_path / "bridge.yaml"
    file.write_text(WHOLE)
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())
    assert 0 == run("config", "apply", str(file)).exit_code
    facts = {"given_name": "Ann", "family_name": "Smit", "email": "Ann.Smit@Example.org", "username": "ASmit"}
    row = {"id": 2, "uuid": UUID.format(2), "source": "payroll", "key": "E2", "facts": facts, "digest": b"12345678"}
    store = Store(blank_database)
    with store.writing() as connection:
        connection.execute(insert(person).values(strikes=0, changed_at=clock(), **row))
    store.close()
    return "E2"


def test_side_by_side(run, run_json, ann):
    """Claims under their names on the wire and the account stand side by side, each with its rule."""
    told = run_json("explain", ann)
    wiki, chat = told["platforms"]

    assert (UUID.format(2), "E2") == (told["person"], told["key"])
    assert {
        "mail": "Ann.Smit@Example.org",
        "displayName": "Ann Smit",
        "givenName": "Ann",
        "sn": "Smit",
        "uid": "asmit",
    } == wiki["claims"]
    assert ("ann.smit@example.org", "Ann Smit") == (chat["attributes"]["userName"], chat["claims"]["name"])
    assert {"name": "sales-nl", "what": "group"}.items() <= next(
        one for one in chat["why_not"] if one["name"] == "sales-nl"
    ).items()
    text = run("explain", ann, "--platform", "wiki").stdout
    assert "mappings.wiki.attributes.userName" in text
    assert "chat:" not in text
    assert wiki["subject"] in text
    assert wiki["subject"] != chat["subject"]


def test_on_another_day(run, run_json, ann):
    """`--on` shows the day asked for; our own id names the person as well."""
    assert "2027-01-01" == run_json("explain", UUID.format(2), "--on", "2027-01-01")["on"]


def test_nobody(run, ann):
    """An unknown person or platform is told, without a traceback."""
    assert 1 == run("explain", "E404").exit_code
    assert 2 == run("explain", ann, "--platform", "nope").exit_code
    assert "no_such_person" == json.loads(run("explain", "E404", "--json").stderr)["error"]


def test_why_not(run, run_json, ann):
    """`--why-not` takes the condition apart; a question that cannot be asked is told what can."""
    told = run_json("explain", ann, "--platform", "chat", "--why-not", "group:sales-nl")

    assert (False, "groups.sales-nl.members") == (told["has"], told["reasons"][0]["rule"])
    text = run("explain", ann, "--platform", "chat", "--why-not", "group:sales-nl").stdout
    assert "'sales' in person.unitPath  ->  no" in text
    assert 2 == run("explain", ann, "--platform", "chat", "--why-not", "mood").exit_code
    assert 2 == run("explain", ann, "--why-not", "account").exit_code


def test_under_a_draft(run, run_json, ann, tmp_path):
    """`--draft` explains what would be, before anybody applies it."""
    file = tmp_path / "bridge.yaml"
    file.write_text(WHOLE.replace('"person.email.lowerAscii()"', '"person.username"'))
    number = str(run_json("config", "plan", str(file))["draft"])

    (now,), (then,) = (
        run_json("explain", ann, "--platform", "chat", *more)["platforms"] for more in ((), ("--draft", number))
    )
    assert ("ann.smit@example.org", "ASmit") == (now["attributes"]["userName"], then["attributes"]["userName"])
    assert 1 == run("explain", ann, "--draft", "99").exit_code
