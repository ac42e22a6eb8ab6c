"""Small print of RFC 7644: what is told after a write, what filters may ask, what a PATCH must find."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sso_bridge.scim.asking import from_query
from sso_bridge.scim.desk import build
from sso_bridge.scim.schema import USERS
from tests.fakes.scim_bridge import BASE, ENTERPRISE, GROUP, USER, ScimBridge

MAILS = [{"value": "ada@work.nl", "type": "work"}, {"value": "ada@home.nl", "type": "home", "primary": True}]
NAME = {"givenName": "Ada", "familyName": "Lovelace"}


@pytest.fixture
def ada(bridge: ScimBridge) -> dict:
    """Somebody with lists, a name and an extension."""
    return bridge.user(
        "ada", emails=MAILS, name=NAME, title="Clerk", externalId="Ab1", **{ENTERPRISE: {"division": "X"}}
    )


def test_attributes_after_writes(bridge: ScimBridge, ada: dict) -> None:
    """RFC 7644 section 3.9: whoever writes says what to be told, too, by POST, PUT, PATCH and for people and groups."""
    one, query = f"/Users/{ada['id']}", "?attributes=userName,emails.value"
    whole = {"schemas": [USER], "userName": "ada", "emails": MAILS}
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
             "Operations": [{"op": "add", "path": "title", "value": "x"}]}  # fmt: skip

    made = bridge.call("POST", f"/Users{query}", {**whole, "userName": "bob"}).json
    for told in (made, bridge.call("PUT", one + query, whole).json, bridge.call("PATCH", one + query, patch).json):
        assert {"schemas", "id", "userName", "emails"} == told.keys()
        assert [{"value": "ada@work.nl"}, {"value": "ada@home.nl"}] == told["emails"]
    group = {"schemas": [GROUP], "displayName": "g", "members": [{"value": ada["id"]}]}
    assert "members" not in bridge.call("POST", "/Groups?excludedAttributes=members", group).json
    assert 400 == bridge.call("PUT", f"{one}?attributes=id&excludedAttributes=name", whole).status_code


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("attributes=members.value", {"value"}),
        ("attributes=members.value,members.type", {"value", "type"}),
        ("attributes=members,members.value", {"value", "type", "$ref"}),
        ("attributes=members.value,members", {"value", "type", "$ref"}),
        ("excludedAttributes=members.$ref", {"value", "type"}),
        ("excludedAttributes=members.$ref,members.type", {"value"}),
    ],
)
def test_parts_of_members(bridge: ScimBridge, query: str, told: set[str]) -> None:
    """RFC 7644 section 3.9: parts of members are chosen like parts of any list, though members are never held."""
    group = bridge.group("Sales", bridge.user()["id"], "nobody")["id"]

    for path in (f"/Groups/{group}?{query}", f"/Groups?{query}"):
        answer = bridge.call("GET", path).json
        found = answer["Resources"][0] if "Resources" in answer else answer
        assert [told, told] == [set(one) for one in found["members"]]


def test_what_filters_find(bridge: ScimBridge, ada: dict) -> None:
    """RFC 7644 section 3.4.2.2: schemas, kinds and versions, case by schema, composed letters, `not` and `and`/`or`."""
    bob = bridge.user("zo\u00eb", externalId="ab1")
    version, both = ada["meta"]["version"].replace('"', '\\"'), [ada["id"], bob["id"]]
    expected = {
        f'schemas eq "{ENTERPRISE}"': both[:1],
        f'schemas eq "{USER}" and title pr': both[:1],
        'meta.resourceType eq "User"': both,
        'meta.resourceType eq "Group"': [],
        f'meta.version eq "{version}" and title pr': both[:1],
        'externalId eq "Ab1"': both[:1],
        'externalId co "B1"': [],
        'externalId co "b1"': both,
        'userName eq "zoe\u0308"': both[1:],
        'userName eq "ZO\u00cb"': both[1:],
        'emails[type eq "work"].value eq "ADA@WORK.NL"': both[:1],
        'emails[type eq "work"].value eq "ada@home.nl"': [],
        'emails[type eq "work" and primary eq true]': [],
        "emails[primary eq true]": both[:1],
        "emails pr": both[:1],
        'emails co "HOME"': both[:1],
        "not (emails pr) or title eq null and userName pr": both[1:],
        'title pr and not (title eq "clerk")': [],
        f'{ENTERPRISE.upper()}:DIVISION eq "x"': both[:1],
        f'meta.created ge "{ada["meta"]["created"]}" and meta.created le "2026-12-31"': both,
        'meta.created lt "1999-01-01T00:00:00+14:00"': [],
    }

    assert expected == {text: bridge.found("/Users", text) for text in expected}
    for text in ('meta.created gt "yesterday"', 'meta.created gt "0001-01-01T00:00:00+14:00"', "meta.created co 5"):
        answer = bridge.call("GET", f"/Users?filter={text.replace(' ', '%20').replace('+', '%2B')}")
        assert (400, "invalidFilter") == (answer.status_code, answer.json["scimType"])


def test_order_by_parts(bridge: ScimBridge, ada: dict) -> None:
    """RFC 7644 section 3.4.2.3: a complex attribute is sorted by one of its parts, mails by the primary one."""
    bob = bridge.user("bob", name={"familyName": "Babbage"}, emails=[{"value": "a@x.nl"}])["id"]

    for path in ("name.familyName", "emails", "emails.value"):
        found = bridge.call("GET", f"/Users?sortBy={path}").json["Resources"]
        assert [bob, ada["id"]] == [one["id"] for one in found]
    for path in ("name", "addresses", "addresses.locality", "emails.type", ENTERPRISE, "password", "meta.version"):
        assert 400 == bridge.call("GET", f"/Users?sortBy={path}").status_code


def test_edges_of_pages(bridge: ScimBridge, ada: dict) -> None:
    """RFC 7644 section 3.4.2.4: beyond the end there is an empty page that tells how many there are."""
    told = bridge.call("GET", "/Users?startIndex=1000000&count=5").json
    none = bridge.call("GET", '/Users?count=0&filter=title co "le"').json

    assert (1, 0, []) == (told["totalResults"], told["itemsPerPage"], told["Resources"])
    assert (1, 0, []) == (none["totalResults"], none["itemsPerPage"], none["Resources"])
    assert [ada["id"]] == [one["id"] for one in bridge.call("GET", "/Users?startIndex=0").json["Resources"]]


def test_pages_of_people_end_early(bridge: ScimBridge) -> None:
    """PR-14: a page of people ends before it tells too many groups; nobody is lost, and one is always told whole."""
    people = [bridge.user(f"u{number}")["id"] for number in range(3)]
    for number in range(3):
        bridge.group(f"g{number}", *people)
    desk = build(bridge.store, bridge.clock, bridge.parts.audit, bridge.parts.today, lambda *_: None, BASE)
    reader, found, cursor = replace(desk.reader, most_on_a_page=2), [], ""

    while cursor is not None:
        page = reader.listed(USERS, from_query(USERS, "okta", {"cursor": [cursor]}))
        found += [(page["totalResults"], one["id"], len(one["groups"])) for one in page["Resources"]]
        cursor = page.get("nextCursor")

    assert [(3, one, 3) for one in people] == found
    assert 3 == len(reader.listed(USERS, from_query(USERS, "okta", {"excludedAttributes": ["groups"]}))["Resources"])


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "replace", "path": 'emails[type eq "other"].value', "value": "x@y.nl"}, "noTarget"),
        ({"op": "replace", "path": 'emails[type eq "other"]', "value": {"value": "x@y.nl"}}, "noTarget"),
        ({"op": "remove", "path": 'emails[type eq "other"]'}, ""),
        ({"op": "remove", "path": 'emails[value eq "nobody@x.nl"].type'}, ""),
        ({"op": "replace", "path": 'emails[type co "other"].value', "value": "x@y.nl"}, "noTarget"),
        ({"op": "add", "path": 'emails[type co "other"].value', "value": "x@y.nl"}, "invalidFilter"),
        ({"op": "replace", "path": 'name[givenName eq "Ada"].familyName', "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "emails[].value", "value": "x@y.nl"}, "invalidFilter"),
        ({"op": "replace", "path": 'emails[type eq "work"', "value": "x@y.nl"}, "invalidPath"),
        ({"op": "replace", "path": ENTERPRISE, "value": "x"}, "invalidValue"),
        ({"op": "replace", "value": "x"}, "invalidValue"),
        ({"op": "replace", "value": {"id": "x", "meta": {}, "groups": [], "schemas": []}}, ""),
        ({"op": "remove", "path": "userName"}, "invalidValue"),
        ({"op": "replace", "path": "userName", "value": "BOB"}, "uniqueness"),
        ({"op": "add", "path": "emails", "value": [{**MAILS[0], "primary": True}] * 2}, "invalidValue"),
    ],
)
def test_patch_of_what_is_not_there(bridge: ScimBridge, ada: dict, operation: dict, kind: str) -> None:
    """RFC 7644 section 3.5.2: a filter that finds nothing to replace is refused; nothing to remove is no error."""
    bridge.user("bob")

    answer = bridge.patch(f"/Users/{ada['id']}", operation)

    assert (kind or 200) == (answer.json["scimType"] if kind else answer.status_code)
    assert ada == bridge.call("GET", f"/Users/{ada['id']}").json


def test_all_or_none(bridge: ScimBridge, ada: dict) -> None:
    """RFC 7644 section 3.5.2: when one operation of a PATCH fails, none is done."""
    good = {"op": "replace", "path": "title", "value": "Engineer"}

    answer = bridge.patch(f"/Users/{ada['id']}", good, {"op": "replace", "path": "active", "value": "perhaps"})

    assert 400 == answer.status_code
    assert ada == bridge.call("GET", f"/Users/{ada['id']}").json


def test_versions_compare_weakly(bridge: ScimBridge, ada: dict) -> None:
    """RFC 7644 section 3.14, RFC 9110 section 8.8.3.2: weak and strong, one of many, or any; of groups as of people."""
    strong = ada["meta"]["version"].removeprefix("W/")
    group = bridge.group("Sales", ada["id"])
    asked = [ada["meta"]["version"], strong, f'"x", {strong}', "*", '"x"']

    found = [bridge.call("GET", f"/Users/{ada['id']}", If_None_Match=one).status_code for one in asked]

    assert [304, 304, 304, 304, 200] == found
    path, rename = f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "x"}
    assert 304 == bridge.call("GET", path, If_None_Match=group["meta"]["version"]).status_code
    assert 412 == bridge.patch(path, rename, If_Match='"x"').status_code
    assert 200 == bridge.patch(path, rename, If_Match="*").status_code
    assert 412 == bridge.call("DELETE", path, If_Match=group["meta"]["version"]).status_code
