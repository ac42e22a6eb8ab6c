"""Draft, apply, roll back; and what every process sees of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.errors import MappingError
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.configuration.changing.effects import effects
from sso_bridge.configuration.changing.scales import Scales
from sso_bridge.configuration.changing.sides import Side
from sso_bridge.configuration.document.diff import as_audit
from sso_bridge.configuration.document.files import canonical, write_yaml
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.consents import Consents
from sso_bridge.store.administration.revisions import NoSuchRevision, RevisionMoved, Revisions
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.reordered import Orders
from tests.fakes.org import ANN, BOSS, EVE, TODAY, company
from tests.fakes.saml_platform import SamlPlatform
from tests.sso_bridge.configuration.documents import changed, whole


@pytest.fixture
def desk(store, clock, audit, tmp_path: Path):
    """Where the configuration is changed."""
    return made(store, clock, audit, tmp_path)


def made(store, clock, audit, folder: Path) -> ConfigurationDesk:
    """Make a desk in a folder."""
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())
    revisions = Revisions(store, clock)
    orders = Orders(store, clock, lambda: TODAY)
    scales = Scales(LiveConfiguration(revisions), People(store, clock), orders, lambda: TODAY)
    return ConfigurationDesk(revisions, audit, folder, scales, Consents(store, clock))


def bring(desk, draft):
    """Approve and apply."""
    desk.approve(draft.id, by="cli:bob")
    return desk.apply(draft.id, by="cli:bob")


def apply(desk, document, why=""):
    """Draft, approve and apply."""
    return bring(desk, desk.propose(document, by="cli:ann", why=why).draft)


def test_life_of_a_revision(desk):
    """A draft changes nothing; applied it holds, with who and why, and a process sees it without a restart."""
    live = LiveConfiguration(desk.revisions)
    proposal = desk.propose(whole(), by="cli:ann", why="first")
    assert (0, (), 0) == (desk.revisions.number(), live.current().rules.platforms, proposal.draft.number)

    applied = desk.apply(proposal.draft.id, by="cli:bob")

    assert (1, "cli:ann", "cli:bob", "first") == (applied.number, applied.made_by, applied.applied_by, applied.why)
    assert ("wiki", "chat") == live.current().rules.platforms
    assert live.current() is live.current()
    assert [1] == [one.number for one in desk.revisions.history()]


def test_changed_meanwhile(desk):
    """A draft made from an older revision, or applied before, is refused: what was looked at is what is applied."""
    one, other = (desk.propose(whole(), by="a") for _ in range(2))
    bring(desk, one.draft)

    for draft in (one, other):
        with pytest.raises(RevisionMoved):
            desk.apply(draft.draft.id, by="a")
        with pytest.raises(RevisionMoved):
            desk.approve(draft.draft.id, by="cli")
    with pytest.raises(NoSuchRevision):
        desk.apply(999, by="a")
    with pytest.raises(NoSuchRevision):
        desk.earlier(7, by="a")
    assert 1 == desk.revisions.number()


def test_mistake_keeps_nothing(desk, store):
    """AD-06: a document with a plain secret is not kept, not even as a draft."""
    with pytest.raises(MappingError):
        desk.propose(changed("workplaces/ad/bind_password", "hunter2"), by="a")

    with pytest.raises(NoSuchRevision):
        desk.revisions.draft(1)


def test_audited(desk, store, clock):
    """Each applied change is in the audit with before, after, who and why; no secret is in it (AD-06)."""
    apply(desk, whole())
    apply(desk, changed("guards/default/suspend/percent", 7), "more room")

    records = [one for one in AuditLog(store, clock).records() if one.what == "configuration.applied"]
    last = records[-1]
    assert ({"guards.default.suspend.percent": 5}, {"guards.default.suspend.percent": 7}) == (
        json.loads(last.before),
        json.loads(last.after),
    )
    assert ("cli:bob", "configuration:2", "more room") == (last.actor, last.target, last.why)


def test_rollback_to_the_byte(desk):
    """A rollback brings the export of the earlier revision back, byte for byte, as a new revision."""
    apply(desk, whole())
    before = write_yaml(desk.in_force())
    apply(desk, {})
    again = bring(desk, desk.earlier(1, by="cli:ann", why="wrong"))

    assert (3, "rollback to revision 1: wrong") == (again.number, again.why)
    assert before == write_yaml(desk.in_force())
    assert desk.revisions.get(1).text == desk.revisions.get(3).text
    assert desk.revisions.get(1).digest == desk.revisions.get(3).digest


def side(document):
    """Return one of the two configurations to compare."""
    checked = parse(document)
    return Side.of(checked.configuration, checked.rules)


STEPS = st.lists(st.tuples(st.sampled_from(["percent", "title", "drop", "rollback"]), st.integers(1, 9)), max_size=12)


@given(STEPS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_walk(store, clock, audit, tmp_path, steps):
    """The plan equals the audit's difference at each step, and a rollback restores the export of that revision."""
    desk = made(store, clock, audit, tmp_path)
    for act, number in [("percent", 5), *steps]:
        if act == "rollback":
            wanted = 1 + number % desk.revisions.number()
            bring(desk, desk.earlier(wanted, by="w"))
            assert canonical(desk.in_force()) == desk.revisions.get(wanted).text
            continue
        documents = {
            "percent": changed("guards/default/suspend/percent", number),
            "title": changed("platforms/wiki/title", f"Wiki {number}"),
            "drop": changed("targets", ...),
        }
        proposal = desk.propose(documents[act], by="w")
        bring(desk, proposal.draft)
        told = list(AuditLog(store, clock).records())[-1]
        assert as_audit(proposal.changes) == (json.loads(told.before or "{}"), json.loads(told.after or "{}"))


def test_effects():
    """A plan names who would gain, lose or change what, for platforms whose rules differ only."""
    before = side(whole())
    dutch = side(changed("mappings/chat/for", "primary.country == 'NL'"))
    people = (BOSS, ANN, EVE)

    found = effects(before, dutch, people, company())
    back = effects(dutch, before, people, company(), examples=1)

    assert {("chat", "loses"): 2} == dict(found.counts)
    assert {("chat", "gains"): 2} == dict(back.counts)
    assert ["E1"] == [one.person for one in back.examples]
    assert {} == dict(effects(before, side(whole()), people, company()).counts)


def test_effects_in_detail():
    """A changed value is told by the names of attributes, claims and groups, never by the value."""
    document = changed("mappings/chat/examples", [])
    before = side(document)
    document["mappings"]["chat"]["attributes"]["displayName"] = "person.sortName"
    document["groups"]["units"]["depth"] = 1
    document["mappings"]["chat"]["attributes"]["title"] = "person.unitPath[1]"

    (doubt,) = effects(before, side(document), [BOSS], company()).examples
    (change,) = effects(before, side(document), [ANN], company()).examples

    assert "doubt" == doubt.what
    assert (
        "claim name",
        "claim groups",
        "attribute displayName",
        "attribute title",
        "- group units/sales",
    ) == change.names
