"""Delegated mappers write groups, owners, waves and services whose effect would reach beyond their bounds."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import update

from sso_bridge.store.staff.facts import unit_facts
from sso_bridge.store.staff.register import locked_version
from sso_bridge.store.tables.organisation import organisation, unit
from tests.fakes.delegated import DOCUMENT, GROUP, RULE, UNITS, Delegated
from tests.fakes.sign_in_bridge import ADA, BOB

CONFIGURATION = "/admin/v1/configuration"
CHAT = DOCUMENT["platforms"]["chat"]
TREE = {"each": "unit", "nested": True, "owners": "unit.head"}
WAVES = {"open": "all", "steps": [{"name": "all", "percent": 100}]}
SCIM = {"connector": "scim", "token": "env:CHAT_TOKEN"}


@pytest.fixture
def bridge(store, clock, keys) -> Delegated:
    """Two departments, three platforms, and tokens that reach a part of them."""
    return Delegated(store, clock, keys)


BEYOND: dict[str, tuple[str, str, Any]] = {
    "a nested group on two platforms": ("groups", "tree", {"on": ["chat", "wiki"], **TREE}),
    "a nested group elsewhere": ("groups", "tree", {"on": ["wiki"], **TREE}),
    "a nested group for nobody yet": ("groups", "tree", {"on": [], **TREE}),
    "one's own group nested elsewhere": ("groups", "talk", {"on": ["chat", "wiki"], **TREE}),
    "one's own group put elsewhere": ("groups", "talk", GROUP | {"on": ["wiki"]}),
    "owners of a foreign group": ("groups", "pages", GROUP | {"on": ["wiki"], "owners": "'E1'"}),
    "owners of a shared group": ("groups", "everywhere", GROUP | {"on": ["chat"], "owners": "'E1'"}),
    "people put into a shared group": ("groups", "everywhere", GROUP | {"on": ["chat", "wiki"], "members": ["E1"]}),
    "waves of another platform": ("platforms", "wiki", DOCUMENT["platforms"]["wiki"] | {"waves": WAVES}),
    "scope of a shared mapping": ("mappings", "shared", RULE | {"for": "person.employeeNumber == 'E1'"}),
    "a mapping for nobody yet": ("mappings", "mine", RULE),
    "a table of all": ("tables", "cost", {"1": "x"}),
    "a target of all": ("targets", "reach", {"metric": "coverage", "goal": 1, "owner": "E1", "due": "2027-01-01"}),
    "who is who": ("correlation", "people", {}),
}  # fmt: skip


@pytest.mark.parametrize(("part", "name", "value"), BEYOND.values(), ids=BEYOND.keys())
def test_rules_beyond(bridge: Delegated, part: str, name: str, value: Any) -> None:
    """AD-02, AD-04: whatever is written reaches one's own platforms alone, through each door; by unit nothing does."""
    own = {"platforms": {"chat": CHAT}, "mappings": {"chat": RULE}, "groups": {"talk": GROUP}}
    whole = own | {part: {**own.get(part, {}), name: value}}
    change, seen = {"changes": [{"part": part, "name": name, "value": value}]}, {"If-Match": '"1"'}
    doors = [
        ("PUT", "", {"configuration": whole}, seen), ("POST", "/plan", {"configuration": whole}, seen),
        ("POST", "/check", {"configuration": whole}, {}), ("POST", "/import", whole, seen),
    ]  # fmt: skip
    if part not in {"tables", "correlation"}:  # which are no single resources
        known = bridge.call("GET", f"{CONFIGURATION}/{part}/{name}", "chat owner")
        single = {"If-Match": known.headers["ETag"]} if known.status_code == HTTPStatus.OK else {"If-None-Match": "*"}
        doors += [("POST", "/drafts", change, seen), ("PUT", f"/{part}/{name}", {"value": value}, single)]
    for who in ("chat mapper", "chat owner", "sales mapper", "both owner"):
        for method, end, body, headers in doors:
            answer = bridge.call(method, f"{CONFIGURATION}{end}", who, json=body, headers=headers)
            assert (who, end, 403, "out_of_reach") == (who, end, answer.status_code, answer.json["code"])
    assert DOCUMENT == bridge.call("GET", CONFIGURATION).json["configuration"]


def test_what_is_ones_own(bridge: Delegated) -> None:
    """AD-04: nested groups, owners and waves of one's own platform are drafted; giving rights takes a second hand."""
    change = [{"part": "groups", "name": "tree", "value": {"on": ["chat"], **TREE}},
              {"part": "platforms", "name": "chat", "value": CHAT | {"waves": WAVES}}]  # fmt: skip
    path, seen = f"{CONFIGURATION}/drafts", {"If-Match": '"1"'}
    made = bridge.call("POST", path, "chat mapper", json={"changes": change}, headers=seen)

    assert 200 == made.status_code, made.text
    assert [] != made.json["second_person"]
    digest = {"digest": made.json["digest"]}
    assert 409 == bridge.call("POST", f"{path}/{made.json['draft']}/apply", "chat mapper").status_code
    assert 200 == bridge.call("POST", f"{path}/{made.json['draft']}/approve", "owner", json=digest).status_code

    wider = [{"part": "groups", "name": "tree", "value": {"on": ["chat", "wiki"], **TREE}}]
    onto = {"changes": wider, "onto": made.json["draft"]}
    assert 403 == bridge.call("POST", path, "chat mapper", json=onto, headers=seen).status_code


@pytest.mark.parametrize(
    "url", ["https://wiki.example/scim/v2", "https://WIKI.example./other", "https://x@wiki.example:8443/scim"]
)
def test_the_service_of_another_platform(bridge: Delegated, url: str) -> None:
    """AD-04: with one's own platform nobody writes where another platform keeps its accounts and groups."""
    services = {"chat": CHAT | {"provisioning": SCIM | {"url": "https://chat.example/scim/v2"}},
                "wiki": {"mapping": "shared", "provisioning": {"connector": "scim", "token": "env:WIKI_TOKEN",
                                                               "url": "https://wiki.example/scim/v2"}}}  # fmt: skip
    desk = bridge.parts.configuration
    draft = desk.propose(DOCUMENT | {"platforms": DOCUMENT["platforms"] | services}, by="cli").draft.id
    desk.approve(draft, by="cli")
    desk.apply(draft, by="cli")
    seen = {"If-Match": '"2"'}

    def tried(address: str) -> tuple[int, str]:
        value = services["chat"] | {"provisioning": SCIM | {"url": address}}
        body = {"changes": [{"part": "platforms", "name": "chat", "value": value}]}
        answer = bridge.call("POST", f"{CONFIGURATION}/drafts", "chat mapper", json=body, headers=seen)
        return answer.status_code, answer.json.get("code", "")

    assert (403, "out_of_reach") == tried(url)
    assert (200, "") == tried("https://chat.example/scim/v3")
    assert (200, "") == tried("https://elsewhere.example/scim/v2")


def test_asking_about_others(bridge: Delegated) -> None:
    """AD-02, AD-04: a rule that is tried with rights by unit finds no other unit and nobody of another one."""
    heads = {"finance": replace(UNITS[3], head="E2"), "sales": replace(UNITS[1], head="E1", name="Sales")}
    with bridge.store.writing() as connection:
        locked_version(connection)
        for key, one in heads.items():
            connection.execute(update(unit).where(unit.c.key == key).values(facts=unit_facts(one)))
        connection.execute(update(organisation).values(version=organisation.c.version + 1))
    bridge.place(ADA, "inside", manager=BOB.key)
    attributes = {
        "userName": "'x' + unit('finance').head", "displayName": "'x' + manager.givenName",
        "title": "unit('sales').head + unit('sales').name", "department": "person.unitPath[0]",
    }  # fmt: skip
    body = {"platform": "chat", "person": ADA.uuid, "mapping": RULE | {"attributes": attributes}, "groups": {}}

    def told(who: str) -> dict[str, Any]:
        values = bridge.call("POST", "/admin/v1/mappings/preview", who, json=body).json["values"]
        return {one["name"]: one["value"] for one in values if one["what"] == "attribute"}

    everything = {"userName": "xE2", "displayName": "xBob", "title": "E1Sales", "department": "company"}
    assert everything == told("mapper")
    assert everything == told("chat mapper")
    assert everything | {"userName": "x", "displayName": "x"} == told("sales mapper")
    assert everything | {"userName": "x", "displayName": "x"} == told("both mapper")
