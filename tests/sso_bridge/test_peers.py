"""Looking after the identity providers of SAML workplaces: by workers, over the API, on the command line."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from sso_bridge.jobs.peers import JOB, Hourly, LookingAfterPeers
from sso_bridge.jobs.port import Job
from sso_bridge.login.authenticate.saml_sp.ports import Held
from sso_bridge.peers import NothingHeld, PeerDesk
from sso_bridge.store.jobs import Jobs
from sso_bridge.store.peers import Peers
from tests.fakes.admin import DOCUMENT, AdminBridge
from tests.fakes.clock import START
from tests.fakes.login import Remembered
from tests.fakes.peers import Needles
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import Idp

URL = "https://127.0.0.1:9/metadata"
SOURCE = f"{URL}\x1f\x1f"
SAML = {"kind": "saml", "metadata_url": URL}
POISON = Idp(key=rsa_key("attacker"))
API = "/admin/v1/workplaces/office/metadata"


class Configured:
    """A configuration with these workplaces."""

    def __init__(self, **workplaces) -> None:
        from sso_bridge.configuration.parse import parse  # noqa: PLC0415

        self.configuration = parse({"workplaces": workplaces}).configuration


@pytest.fixture
def network() -> dict[str, bytes]:
    """What addresses give."""
    return {URL: Idp().metadata()}


@pytest.fixture
def desk(store, clock, network, tmp_path) -> PeerDesk:
    """A desk for one SAML workplace beside a file."""
    live = Configured(office=SAML, staff={"kind": "file", "path": "users.yaml"})
    return PeerDesk(lambda: live, tmp_path, Peers(store, Remembered()), network.__getitem__, clock, Needles())


def test_refreshed_and_watched(desk, clock):
    """A worker asks every peer whose turn has come, and only SAML workplaces have one."""
    first, second = desk.refresh_due(), desk.refresh_due()
    clock.move(hours=6)

    assert (("office",), {"asked": 1}, {"asked": 0}) == (desk.names(), first, second)
    assert {"asked": 1} == desk.refresh_due()
    state = desk.state("office")
    assert ("https://idp.test/entity", (), "") == (state.used["entity_id"], state.warnings, state.problem)
    with pytest.raises(KeyError):
        desk.state("staff")


def test_alarms(desk, clock, network, capsys):
    """What ends, is held, stale or slow is told; again at each threshold, and not at each look (MD-04, SP-18)."""
    desk.refresh_due()
    network.clear()
    network[URL] = POISON.metadata()
    clock.move(hours=13)
    told = []
    for _ in range(20):
        desk.refresh_due()
        told.append("workplace_needs_attention" in capsys.readouterr().out)
        clock.move(days=1)

    desk.peers.measured("office", SOURCE, 45.0, 9)
    warnings = " ".join(desk.state("office").warnings)
    assert "waits for a decision" in warnings
    assert "last confirmed on 2026-11-02" in warnings
    assert "45 s ahead" in warnings
    assert 1 <= sum(told) <= 4


def test_accepted(desk, network):
    """What is held can be looked at and believed, exactly as it was looked at (MD-03)."""
    desk.refresh("office")
    network[URL] = POISON.metadata()
    held = desk.refresh("office")

    assert "none of the keys that we trust is left" == held.held_why
    assert set(held.held["before"]) == set(held.held["after"]) == {"keys"}
    with pytest.raises(NothingHeld):
        desk.accept("office", "0" * 16, "cli")
    state = desk.accept("office", held.held_fingerprint, "cli")
    assert (None, held.held["after"]["keys"]) == (state.held, state.used["keys"])
    with pytest.raises(NothingHeld):
        desk.accept("office", held.held_fingerprint, "cli")


def test_once_an_hour(store, clock):
    """Any number of workers look after the peers once an hour."""
    queue, other = Jobs(store, clock), Hourly(Jobs(store, clock), clock)
    mine = Hourly(queue, clock)
    for schedule in (mine, mine, other):
        schedule.tick()
    first, none = queue.lease("w"), queue.lease("w")

    assert (JOB, None) == (first.what, none)
    assert {"asked": 3} == LookingAfterPeers(lambda: {"asked": 3})(Job(1, JOB, {}, 1, "schedule")).result


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a SAML workplace of which one thing is trusted and another one held."""
    made = AdminBridge(store, clock, keys, configured=False)
    desk = made.parts.configuration
    wanted = {**DOCUMENT, "workplaces": {**DOCUMENT["workplaces"], "office": SAML}}
    draft = desk.propose(wanted, by="cli").draft.id
    desk.approve(draft, by="cli")
    desk.apply(draft, by="cli")
    seeded(made.parts.peers.peers)
    return made


def seeded(peers: Peers) -> None:
    """Keep one description and hold another."""
    peers.may_ask("office", SOURCE, timedelta(0), START)
    peers.keep("office", Idp().metadata(), {"before": None, "after": {}}, START)
    peers.hold("office", Held(POISON.metadata(), "none of the keys that we trust is left", START), {}, START)


def test_over_the_api(bridge):
    """Administrators look, refresh and decide; what was decided is in the audit under their name (MD-03, AD-11)."""
    seen = bridge.call("GET", API, "viewer").json
    wrong = bridge.call("POST", f"{API}/accept", json={"fingerprint": "0" * 16})
    done = bridge.call("POST", f"{API}/accept", json={"fingerprint": seen["held_fingerprint"]})
    again = bridge.call("POST", f"{API}/accept", json={"fingerprint": seen["held_fingerprint"]})

    assert (409, 200, 409) == (wrong.status_code, done.status_code, again.status_code)
    assert (None, seen["held"]["after"]["keys"]) == (done.json["held"], done.json["used"]["keys"])
    act = bridge.call("GET", "/admin/v1/audit?what=workplace.&limit=1").json["items"][0]
    assert ("workplace.metadata_accepted", bridge.kept["owner"].actor) == (act["what"], act["actor"])


def test_unknown_over_the_api(bridge):
    """A workplace that speaks no SAML has no such address."""
    assert 404 == bridge.call("GET", API.replace("office", "staff"), "viewer").status_code
    assert 404 == bridge.call("POST", f"{API.replace('office', 'nobody')}/refresh").status_code


def test_refresh_over_the_api(bridge):
    """A refresh that fails says why, and the good copy stays (MD-01)."""
    bridge.clock.move(hours=1)

    told = bridge.call("POST", f"{API}/refresh").json

    assert "the metadata cannot be fetched" in told["problem"]
    assert "https://idp.test/entity" == told["used"]["entity_id"]


def test_certificates_are_no_secret(bridge):
    """Keys are named by fingerprints; no document is told (AD-06)."""
    assert "<" not in json.dumps(bridge.call("GET", API, "viewer").json)
