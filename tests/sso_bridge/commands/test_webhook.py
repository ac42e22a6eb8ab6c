"""`sso-bridge webhook`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.webhooks import Webhooks
from sso_bridge.store.engine import Store

ADD = ("webhook", "add", "desk", "https://desk.example/bridge", "--event", "run.failed", "--event", "plan.waiting")


@pytest.fixture
def kept(run, blank_database: str, vault, clock, made_keys) -> Iterator[Webhooks]:
    """The subscriptions in the database of the commands."""
    store = Store(blank_database)
    yield Webhooks(store, clock, KeyRing(store, vault, clock, made_keys.maker()))
    store.close()


def test_life_of_a_webhook(run, run_json) -> None:
    """AD-06, AD-11: secrets are shown once each, every act is audited, and lists and audit have no secret."""
    made = run_json(*ADD)
    renewed = run_json("webhook", "renew", made["id"])
    assert "disabled" == run_json("webhook", "disable", made["id"])["state"]
    (listed,) = run_json("webhook", "list")
    assert ("disabled", "by an administrator") == (listed["state"], listed["why_disabled"])
    again = run_json("webhook", "enable", made["id"])
    assert ("enabled", "") == (again["state"], again["why_disabled"])
    run_json("webhook", "test", made["id"])
    (told,) = run_json("webhook", "log", made["id"])
    assert ("webhook.test", "waiting", 0) == tuple(told[name] for name in ("event", "state", "attempts"))
    run_json("webhook", "remove", made["id"])

    assert "There are no webhooks." in run("webhook", "list").stdout
    lines = run("audit", "export").stdout
    acts = [json.loads(line) for line in lines.splitlines()]
    assert ["created", "secret_renewed", "changed", "changed", "tested", "removed"] == [
        one["what"].removeprefix("webhook.") for one in acts if one["what"].startswith("webhook.")
    ]
    assert all(one["secret"].startswith("whsec_") and one["secret"] not in lines for one in (made, renewed))
    assert made["secret"] != renewed["secret"]


def test_it_depends_on_nobody(run_json) -> None:
    """AD-04: what is made on the machine, or enabled there, depends on nobody's token."""
    assert run_json(*ADD)["created_by"].startswith("cli")


def test_taking_over(run_json, kept: Webhooks) -> None:
    """AD-04: who enables a webhook on the machine answers for it."""
    made = run_json(*ADD)
    kept.change(made["id"], created_by="token:" + "0" * 16, state="disabled")

    assert run_json("webhook", "enable", made["id"])["created_by"].startswith("cli")


def test_shown_to_people(run) -> None:
    """People read the secret once."""
    assert "whsec_" in run(*ADD).stdout
    assert "whsec_" not in run("webhook", "list").stdout


@pytest.mark.parametrize("url", ["desk.example", "https://user:planted@desk.example/", "ftp://desk.example/"])
def test_addresses_that_are_none(run, url: str) -> None:
    """AD-06: what is no web address, or has a password in it, is wrong use; it is not repeated."""
    refused = run("webhook", "add", "desk", url, "--event", "run.failed")

    assert 2 == refused.exit_code
    assert "planted" not in refused.stderr
    assert "There are no webhooks." in run("webhook", "list").stdout


def test_wrong_use(run, run_json) -> None:
    """An unknown id, a test of what is disabled, and an unknown event fail."""
    for act in ("test", "log", "disable", "enable", "renew", "remove"):
        assert (act, 1) == (act, run("webhook", act, "0" * 16).exit_code)
    made = run_json(*ADD)
    run("webhook", "disable", made["id"])
    assert 1 == run("webhook", "test", made["id"]).exit_code
    assert 2 == run("webhook", "add", "x", "https://desk.example/", "--event", "everything").exit_code


def test_not_more_than_fifty(run, kept: Webhooks) -> None:
    """There is an end to it, as over the API."""
    for number in range(50):
        kept.add(f"desk {number}", "https://desk.example/", ["run.failed"], "cli")

    refused = run(*ADD)
    assert (1, 50) == (refused.exit_code, len(kept.all()))
