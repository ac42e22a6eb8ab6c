"""Compiled rules: outcomes, all mistakes at once, fingerprints."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date

import pytest

from mappings.desired import GroupKey
from mappings.errors import EvaluationError, MappingError
from mappings.manner import STRICT
from mappings.rules import LeaverPolicy, LeaverStep, compile_rules
from tests.fakes.org import ANN, BOSS, EVE, FakeChart, company, someone

DOCUMENT = {
    "platforms": {"chat": {"mapping": "chat"}, "forum": {"mapping": "chat"}, "wiki": {}},
    "mappings": {
        "chat": {
            "for": "person.active && person.kind != 'supplier'",
            "attributes": {
                "userName": "person.email.lowerAscii()",
                "displayName": "person.displayName",
                "title": {"value": "primary.title", "strength": "normal"},
            },
            "release": ["email", "email_verified", "name", "preferred_username", "groups", "title"],
            "leaver": {"after": "7d", "do": "suspend", "then": {"after": "30d", "do": "delete"}},
            "examples": [{"person": {"givenName": "Els", "familyName": "Bos"}, "expect": {"displayName": "Els Bos"}}],
        }
    },
    "groups": {
        "sales-nl": {"on": ["chat", "forum"], "members": "'sales' in person.unitPath && primary.country == 'NL'"},
        "units": {"on": ["chat"], "each": "unit", "depth": 2, "members": "unit.key in person.unitPath"},
        "lines": {"on": ["chat"], "each": "manager", "members": "manager.id in person.managers"},
        "crew": {"on": ["forum"], "members": ["E3"]},
    },
}


@pytest.fixture(scope="module")
def rules():
    """The rules of the document above."""
    return compile_rules(DOCUMENT)


def test_outcome(rules):
    """One answer holds attributes, released claims and groups, each with the rule it came from."""
    found = rules.outcome("chat", ANN, company())

    assert found.in_scope
    assert {"userName": "e2@example.org", "displayName": "Ann Smit", "title": "Seller"} == found.attributes
    assert {
        "email": "E2@Example.org",
        "email_verified": True,
        "name": "Ann Smit",
        "preferred_username": "e2@example.org",
        "groups": ("sales-nl", "units/root", "units/sales", "lines/E1"),
        "title": "Seller",
    } == found.claims
    assert ("mappings.chat.attributes.userName", "mappings.chat.attributes.displayName", "facts.person.email") == tuple(
        found.sources[name] for name in ("preferred_username", "name", "email")
    )


def test_two_platforms_agree(rules):
    """Sign-in and account of the same mapping say the same; only the groups differ by `on`."""
    chart = company()
    one, other = (rules.outcome(name, EVE, chart) for name in ("chat", "forum"))

    assert one.attributes == other.attributes
    assert (GroupKey("crew"),) == other.groups


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (replace(ANN, leaves_on=date(2026, 10, 31)), "last day was 2026-10-31"),
        (replace(ANN, status="gone"), "HR status is gone"),
        (replace(ANN, kind="supplier"), "outside mappings.chat.for"),
    ],
)
def test_out_of_scope(rules, person, reason):
    """Somebody who does not work here, or whom the mapping leaves out, gets nothing at all, and the reason."""
    found = rules.outcome("chat", person, company())

    assert (False, reason, {}, {}, ()) == (found.in_scope, found.reason, found.attributes, found.claims, found.groups)


def test_external_people():
    """People whom only a workplace knows are in scope where the mapping says `external`, and nowhere else (ID-05)."""
    guest = replace(ANN, source="@partner", kind="external")

    def outcome(body: dict[str, object]):
        document = {"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": body}}
        return compile_rules(document).outcome("p", guest, company())

    assert "not known to HR, and mappings.m.external is off" == outcome({"for": "true"}).reason
    assert outcome({"external": True}).in_scope
    assert not outcome({"external": True, "for": "person.kind == 'employee'"}).in_scope
    with pytest.raises(MappingError, match="must be true or false"):
        outcome({"external": "yes"})


def test_inactive_without_scope():
    """Fail closed: a mapping without `for`, or one that forgets `active`, still leaves out who does not work here."""
    document = {"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": {"for": "true"}}}

    assert not compile_rules(document).outcome("p", replace(ANN, status="left"), company()).in_scope


def test_error_is_raised():
    """PR-02: an expression without a value stops the outcome; no half account comes out."""
    body = {"attributes": {"userName": "person.email.split('@')[1]"}}
    rules = compile_rules({"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": body}})

    with pytest.raises(EvaluationError):
        rules.outcome("p", replace(ANN, email="none"), company())


def test_all_mistakes_at_once():
    """Every mistake of the document is told, each with its path and what was probably meant (AD-03)."""
    with pytest.raises(MappingError) as caught:
        compile_rules(
            {
                "platforms": {"a": {"mapping": "chta"}},
                "mappings": {
                    "chat": {
                        "fro": "true",
                        "attributes": {
                            "x": "person.emial",
                            "y": {"value": "'1'", "strenght": "weak"},
                            "z": {"value": "1 +"},
                        },
                        "release": ["emal", "sub"],
                        "leaver": {"after": "1w", "do": "explode"},
                    },
                    "odd": [],
                },
                "groups": {
                    "g": {"on": ["b"], "each": "units", "members": "'x'", "owners": "person.id", "depth": 3},
                    "h": {},
                },
            }
        )

    told = {problem.path for problem in caught.value.problems}
    assert {
        "platforms.a.mapping", "mappings.chat.fro", "mappings.chat.attributes.x", "mappings.chat.attributes.y",
        "mappings.chat.attributes.z", "mappings.chat.release[0]", "mappings.chat.release[1]",
        "mappings.chat.leaver.after", "mappings.chat.leaver.do", "mappings.odd", "groups.g.on", "groups.g.each",
        "groups.g.members", "groups.g.owners", "groups.g.depth", "groups.h.members",
    } <= told  # fmt: skip


def test_fingerprint(rules):
    """The fingerprint changes with any rule of the platform, and not with another platform's groups or an example."""
    changed, other = copy.deepcopy(DOCUMENT), copy.deepcopy(DOCUMENT)
    changed["mappings"]["chat"]["attributes"]["title"] = "'x'"
    other["groups"]["crew"]["members"] = ["E9"]
    other["mappings"]["chat"]["examples"] = []

    assert rules.fingerprint("chat") != compile_rules(changed).fingerprint("chat")
    assert rules.fingerprint("chat") == compile_rules(other).fingerprint("chat")
    assert rules.fingerprint("forum") != compile_rules(other).fingerprint("forum")


def test_policy_and_strength(rules):
    """Leaver policy and strengths come out as written; without a policy an account is suspended at once."""
    plain = compile_rules({"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": {}}})

    assert LeaverPolicy((LeaverStep(7, "suspend"), LeaverStep(30, "delete"))) == rules.leaver("chat")
    assert LeaverPolicy((LeaverStep(0, "suspend"),)) == plain.leaver("p")
    assert {"userName": "strong", "displayName": "strong", "title": "normal"} == rules.strengths("chat")
    assert ("chat", "forum") == rules.platforms
    with pytest.raises(KeyError):
        rules.outcome("wiki", ANN, company())


def test_charts_do_not_mix(rules):
    """The same person under another chart is answered from that chart."""
    moved = FakeChart((BOSS, ANN), ())

    assert ("units/root", "units/sales") == tuple(map(str, rules.outcome("chat", ANN, company()).groups))[1:3]
    assert () == rules.outcome("forum", someone(8, "nowhere", "E99"), moved).groups


def titled(**more):
    """Return a document whose one attribute is written like this."""
    mappings = {"m": {"attributes": {"title": {"value": "primary.title", **more}}}}
    return {"platforms": {"p": {"mapping": "m"}}, "mappings": mappings}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"strength": "firm"}, "strength"),
        ({"strength": None}, "strength"),
        ({"empty": "ignore"}, "empty"),
        ({"empty": None}, "empty"),
        ({"strength": "weak", "empty": "clear"}, "empty"),
    ],
)
def test_unknown_manner(more, place):
    """A strength or a way with empty values that there is not is refused at save instead of being ignored."""
    with pytest.raises(MappingError) as caught:
        compile_rules(titled(**more))

    assert [f"mappings.m.attributes.title.{place}"] == [each.path for each in caught.value.problems]


def test_manner():
    """Strength and what happens to an empty value come out as written; everything is strong and cleared without."""
    held = compile_rules(titled(strength="normal", empty="refuse")).manner("p")
    weak, plain = compile_rules(titled(strength="weak")).manner("p"), compile_rules(titled()).manner("p")

    assert ("normal", {"title": "normal"}, {"title"}) == (held.strength("title"), held.eased, held.refused)
    assert ({"title"}, {"title"}, set()) == (weak.weak, weak.loose, weak.refused)
    assert ({}, set(), "strong") == (plain.eased, plain.loose, plain.strength("title"))
    assert "a (strong), b (strong), c (strong), d (strong) and 1 more" == STRICT.named("edcba")


def test_account_without_claims():
    """Provisioning gets the same answer without claims, and the same object for platforms with the same attributes."""
    attributes = {"attributes": {"userName": "person.email"}}
    mappings = {"m": {**attributes, "release": ["email"]}, "n": {**attributes, "for": "person.active"}}
    platforms = {"a": {"mapping": "m"}, "b": {"mapping": "n"}, "c": {"mapping": "m"}}
    rules = compile_rules({"platforms": platforms, "mappings": mappings})
    chart = company()

    answers = [rules.account(each, ANN, chart) for each in "abc"]

    assert [{}, {}, {}] == [each.claims for each in answers]
    assert answers[0].attributes is answers[1].attributes is answers[2].attributes
    assert rules.outcome("a", ANN, chart).attributes == answers[0].attributes
    assert {"email": ANN.email} == rules.outcome("a", ANN, chart).claims
    assert rules.account("a", EVE, chart).attributes is not answers[0].attributes
