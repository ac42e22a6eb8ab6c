"""Keys over the API: everybody may look, nobody changes one alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.admin import AdminBridge

BASE = "/admin/v1/keys"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application, and a second owner."""
    made = AdminBridge(store, clock, keys)
    made.token("colleague", "owner")
    return made


def propose(bridge: AdminBridge, act: str, target: str, who: str = "owner"):
    """Propose a change."""
    return bridge.call("POST", f"{BASE}/proposals", who, json={"act": act, "target": target, "why": "yearly"})


def approve(bridge: AdminBridge, made: dict[str, Any], who: str = "colleague", digest: str = ""):
    """Approve a proposal."""
    body = {"digest": digest or made["digest"]}
    return bridge.call("POST", f"{BASE}/proposals/{made['id']}/approve", who, json=body)


def current(bridge: AdminBridge, purpose: str) -> str:
    """Return the key that signs."""
    items = bridge.call("GET", BASE, "viewer").json["items"]
    return next(one["kid"] for one in items if (one["purpose"], one["state"]) == (purpose, "current"))


def test_look(bridge: AdminBridge) -> None:
    """AD-06: all keys are told, with their state; nothing of a secret part, nor a field for it."""
    items = bridge.call("GET", BASE, "viewer").json["items"]

    assert len(bridge.parts.keys.records()) == len(items)
    assert not {"sealed", "secret", "private_key"} & set(items[0])


def test_two_rotate(bridge: AdminBridge) -> None:
    """AD-08, IDP-08: one proposes, another one lets it happen; it happens once, and the audit has both."""
    made = propose(bridge, "rotate", "saml")
    assert (201, None) == (made.status_code, made.json["done_at"])

    (changed,) = approve(bridge, made.json).json["items"]
    assert ("saml", "next", True) == (changed["purpose"], changed["state"], changed["published"])
    assert 409 == approve(bridge, made.json).status_code
    acts = bridge.call("GET", "/admin/v1/audit?what=key.&limit=2").json["items"]
    assert ["key.rotated", "key.proposed"] == [one["what"] for one in acts]
    assert bridge.kept["owner"].actor == acts[0]["after"]["made_by"]
    done = bridge.call("GET", f"{BASE}/proposals", "viewer").json["items"][0]
    assert bridge.kept["colleague"].actor == done["done_by"]


def test_nobody_alone(bridge: AdminBridge) -> None:
    """AD-08: neither the maker, nor a token the maker made, lets it happen; the keys stay as they were."""
    bridge.token("mine", "owner", created_by=bridge.kept["owner"].actor)
    before, made = current(bridge, "oidc-es256"), propose(bridge, "replace", "oidc-es256").json

    for who in ("owner", "mine"):
        answer = approve(bridge, made, who)
        assert (409, "second_person_needed") == (answer.status_code, answer.json["code"])
    assert before == current(bridge, "oidc-es256")
    assert 200 == approve(bridge, made).status_code
    assert before != current(bridge, "oidc-es256")


def test_it_ends_after_a_day(bridge: AdminBridge, clock) -> None:
    """AD-08: a proposal holds for 24 hours."""
    made = propose(bridge, "rotate", "saml").json
    clock.move(hours=24)

    answer = approve(bridge, made)
    assert (409, "not_approved") == (answer.status_code, answer.json["code"])


def test_keys_changed_meanwhile(bridge: AdminBridge) -> None:
    """AD-08: what was proposed for one state of the keys is not done to another one."""
    made = propose(bridge, "rotate", "saml").json
    bridge.parts.keys.rotate("saml")

    answer = approve(bridge, made)
    assert (409, "stale") == (answer.status_code, answer.json["code"])
    assert 422 == approve(bridge, made, digest="0" * 64).status_code


def test_retire(bridge: AdminBridge) -> None:
    """IDP-08: a published next key can be withdrawn by two; the one that signs cannot be, whoever asks."""
    (coming,) = bridge.parts.keys.rotate("saml")

    assert (409, "rotation_refused") == (
        (no := propose(bridge, "retire", current(bridge, "saml"))).status_code,
        no.json["code"],
    )
    (gone,) = approve(bridge, propose(bridge, "retire", coming.kid).json).json["items"]
    assert (coming.kid, "retired", False) == (gone["kid"], gone["state"], gone["published"])


def test_refusal_keeps_nothing(bridge: AdminBridge) -> None:
    """A step that the roll-over refuses leaves the proposal as it was: it can be approved when its time has come."""
    approve(bridge, propose(bridge, "rotate", "saml").json)
    made = propose(bridge, "rotate", "saml").json

    assert "rotation_refused" == approve(bridge, made).json["code"]
    assert bridge.call("GET", f"{BASE}/proposals").json["items"][0]["done_at"] is None


@pytest.mark.parametrize(("act", "target"), [("rotate", "nix"), ("retire", "nix"), ("burn", "saml"), ("rotate", "")])
def test_mistakes(bridge: AdminBridge, act: str, target: str) -> None:
    """AD-03: what is no act, purpose or key is told with its place."""
    answer = propose(bridge, act, target)

    assert 422 == answer.status_code
    assert json.dumps(answer.json["errors"])
    assert 404 == bridge.call("POST", f"{BASE}/proposals/99/approve", json={"digest": "0" * 64}).status_code


def test_pairwise_stays(bridge: AdminBridge) -> None:
    """What would make everybody a stranger cannot even be proposed."""
    assert "rotation_refused" == propose(bridge, "replace", "pairwise").json["code"]
