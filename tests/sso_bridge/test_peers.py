"""Looking after the identity providers of SAML workplaces: by workers, over the API, on the command line."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from sso_bridge.jobs.peers import JOB, LookingAfterPeers
from sso_bridge.jobs.port import Job
from sso_bridge.login.authenticate.saml_sp.ports import Held
from sso_bridge.peers import NothingHeld, PeerDesk
from sso_bridge.store.sign_in.peers import Peers
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
        from sso_bridge.configuration.document.parse import parse  # noqa: PLC0415

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


def test_alarms(desk, clock, network):
    """What ends, is held, stale or slow is told; again at each threshold, and not at each look (MD-04, SP-18)."""
    desk.refresh_due()
    network.clear()
    network[URL] = POISON.metadata()
    clock.move(hours=13)
    told = []
    for _ in range(20):
        with capture_logs() as said:
            desk.refresh_due()
        told.append("workplace_needs_attention" in [line["event"] for line in said])
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


def test_told_by_the_job():
    """The job tells how much there was."""
    assert {"asked": 3} == LookingAfterPeers(lambda: {"asked": 3})(Job(1, JOB, {}, 1, "schedule")).result


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a SAML workplace of which one thing is trusted and another one held."""
    made = AdminBridge(store, clock, keys, configured=False)
    made.token("colleague", "owner")
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


def accept(bridge, who="owner", fingerprint=""):
    """Ask to believe what is held."""
    wanted = fingerprint or bridge.call("GET", API, "viewer").json["held_fingerprint"] or "0" * 16
    return bridge.call("POST", f"{API}/accept", who, json={"fingerprint": wanted})


def test_two_over_the_api(bridge):
    """One owner proposes, another one carries it out, once; both are in the audit (MD-03, AD-08, AD-11)."""
    seen = bridge.call("GET", API, "viewer").json
    wrong = accept(bridge, fingerprint="0" * 16)
    wish, done, again = accept(bridge), accept(bridge, "colleague"), accept(bridge)

    assert (409, 200, 200, 409) == tuple(one.status_code for one in (wrong, wish, done, again))
    maker = bridge.kept["owner"].actor
    assert (seen["held"], seen["used"], maker) == (wish.json["held"], wish.json["used"], wish.json["proposed_by"])
    assert (None, "", seen["held"]["after"]["keys"]) == (
        done.json["held"],
        done.json["proposed_by"],
        done.json["used"]["keys"],
    )
    acts = bridge.call("GET", "/admin/v1/audit?what=workplace.&limit=2").json["items"]
    assert [
        ("workplace.metadata_accepted", bridge.kept["colleague"].actor),
        ("workplace.metadata_proposed", maker),
    ] == [(act["what"], act["actor"]) for act in acts]
    assert maker == acts[0]["after"]["proposed_by"]


def test_nobody_alone(bridge):
    """Neither the owner who proposed it nor a token of that owner's own agrees; nothing new is trusted (AD-08)."""
    bridge.token("mine", "owner", created_by=bridge.kept["owner"].actor)
    before = accept(bridge).json["used"]

    for who in ("owner", "mine"):
        answer = accept(bridge, who)
        assert (409, "second_person_needed") == (answer.status_code, answer.json["code"])
    assert before == bridge.call("GET", API, "viewer").json["used"]
    assert 403 == accept(bridge, "operator").status_code


def test_it_ends_after_a_day(bridge):
    """After 24 hours the second owner is the first one again (AD-08)."""
    accept(bridge)
    bridge.clock.move(hours=24)

    late = accept(bridge, "colleague").json

    assert bridge.kept["colleague"].actor == late["proposed_by"]
    assert late["held"] is not None
    assert accept(bridge).json["held"] is None


@pytest.mark.parametrize("side", ["held", "used"])
def test_another_difference(bridge, side):
    """Agreed is to the difference that was looked at: when either side is another by now, it begins anew (AD-08)."""
    peers = bridge.parts.peers.peers
    accept(bridge)
    why = "none of the keys that we trust is left"
    if side == "used":
        peers.keep("office", Idp(sso="https://idp.test/elsewhere").metadata(), {"before": {}, "after": {}}, START)
    held = Idp(key=rsa_key("another")) if side == "held" else POISON
    peers.hold("office", Held(held.metadata(), why, START), {}, START)

    assert "" == bridge.call("GET", API, "viewer").json["proposed_by"]
    assert bridge.kept["colleague"].actor == accept(bridge, "colleague").json["proposed_by"]


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
