"""`sso-bridge workplace`: what is trusted of an identity provider, and deciding about what waits; the doctor agrees."""

from __future__ import annotations

import json

import pytest

from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.peers import Peers
from tests.fakes.login import Remembered
from tests.sso_bridge.test_peers import POISON, SAML, SOURCE, seeded


@pytest.fixture
def office(folder, run, blank_database):
    """A bridge with a SAML workplace; one description is trusted, another one waits."""
    (folder / "configuration.yaml").write_text(json.dumps({"workplaces": {"office": SAML}}))
    applied = run("config", "apply", str(folder / "configuration.yaml"), "--approve")
    assert 0 == applied.exit_code, applied.output
    store = Store(blank_database)
    seeded(Peers(store, Remembered()))
    store.close()


def test_look_and_accept(office, run, run_json):
    """The change is shown line by line with the command that believes it, once, by --approve (MD-03, AD-08)."""
    shown = run("workplace", "metadata", "office").stdout
    state = run_json("workplace", "metadata", "office")

    believe = ("workplace", "accept", "office", state["held_fingerprint"])
    assert f"sso-bridge {' '.join(believe)} --approve" in shown
    assert "  - keys: " in shown
    assert "WARNING: a change of its metadata waits for a decision" in shown
    alone = run(*believe)
    assert (1, True) == (alone.exit_code, "say --approve" in alone.stderr)
    accepted = run_json(*believe, "--approve")
    assert (None, state["held"]["after"]["keys"]) == (accepted["held"], accepted["used"]["keys"])
    refused = run(*believe, "--approve")
    assert (1, True) == (refused.exit_code, "nothing waits for a decision about office" in refused.stderr)
    assert POISON.entity_id == accepted["used"]["entity_id"]


def test_refresh(office, run_json, clock):
    """A refresh that fails is told, and is no failure of the command."""
    clock.move(hours=1)

    assert "cannot be fetched" in run_json("workplace", "metadata", "office", "--refresh")["problem"]


def test_unknown(office, run):
    """Only SAML workplaces have metadata; the others are named."""
    refused = run("workplace", "metadata", "staff")

    assert (2, True) == (refused.exit_code, "there are: office" in refused.stderr)


def test_doctor(office, run, blank_database):
    """The doctor tells what waits and how far the clocks are apart, and which command shows it (MD-03, SP-18)."""
    store = Store(blank_database)
    Peers(store, Remembered()).measured("office", SOURCE, -40.0, 9)
    store.close()

    told = run("doctor", "office").stdout

    assert "waits for a decision" in told
    assert "its clock is 40 s behind ours" in told
    assert "sso-bridge workplace metadata office" in told
