"""Okta: the twelve steps of its published "SCIM 2.0 SPEC Test", and the ways of its provisioning."""

from __future__ import annotations

import pytest

from tests.fakes.scim_bridge import USER, ScimBridge

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
HEADERS = {
    "Accept_Charset": "utf-8",
    "Content_Type": "application/scim+json; charset=utf-8",
    "User_Agent": "OKTA SCIM Integration",
}
NOBODY = "010101001010101011001010101011"


def somebody(user_name: str = "Runscope300Hfluaklab151@example.com", **said: object) -> dict[str, object]:
    """Return a person as Okta pushes one."""
    return {
        "schemas": [USER],
        "userName": user_name,
        "name": {"givenName": "Runscope300", "familyName": "Hfluaklab151"},
        "emails": [{"primary": True, "value": user_name, "type": "work"}],
        "displayName": "Runscope300 Hfluaklab151",
        "active": True,
        **said,
    }


class Okta:
    """Calls with Okta's headers, and filters in the query."""

    def __init__(self, bridge: ScimBridge) -> None:
        self.bridge = bridge

    def get(self, path: str, **query: str):
        headers = {"Authorization": f"Bearer {self.bridge.texts['okta']}", "Accept": "application/scim+json"}
        client = self.bridge.app.test_client()
        return client.get(f"/scim/v2{path}", query_string=query, headers=headers, base_url=self.bridge.site)

    def send(self, method: str, path: str, body: object):
        return self.bridge.call(method, path, body, **HEADERS)


@pytest.fixture
def okta(bridge: ScimBridge) -> Okta:
    """Okta, and one person who is here already."""
    bridge.user(
        "bjensen@example.com",
        **{name: value for name, value in somebody("b@example.com").items() if name not in {"schemas", "userName"}},
    )
    return Okta(bridge)


def test_the_twelve_steps(okta: Okta) -> None:
    """PR-14: every step of the published test, in its order, each with all that it asserts."""
    # 1 Test Users endpoint
    page = okta.get("/Users", count="1", startIndex="1")
    assert 200 == page.status_code
    assert [LIST] == page.json["schemas"]
    assert all(isinstance(page.json[name], int) for name in ("itemsPerPage", "startIndex", "totalResults"))
    first = page.json["Resources"][0]
    assert all(first["name"][name] for name in ("familyName", "givenName"))
    assert all((first["id"], first["userName"], first["active"], first["emails"][0]["value"]))

    # 2 Get Users/{id}
    one = okta.get(f"/Users/{first['id']}")
    assert (200, first) == (one.status_code, one.json)

    # 3 Invalid user by user name
    none = okta.get("/Users", filter='userName eq "abcdefgh@example.com"')
    assert (200, [LIST], 0) == (none.status_code, none.json["schemas"], none.json["totalResults"])

    # 4 Invalid user by id
    missing = okta.get(f"/Users/{NOBODY}")
    assert (404, [ERROR]) == (missing.status_code, missing.json["schemas"])
    assert missing.json["detail"]

    # 5 A random user does not exist
    random = okta.get("/Users", filter='userName eq "Runscope300Hfluaklab151@example.com"')
    assert (200, 0) == (random.status_code, random.json["totalResults"])

    # 6 Create a user with realistic values
    made = okta.send("POST", "/Users", somebody())
    assert 201 == made.status_code
    assert made.json["active"] is True
    assert ("Hfluaklab151", "Runscope300") == (made.json["name"]["familyName"], made.json["name"]["givenName"])
    assert [USER] == made.json["schemas"]
    assert somebody()["userName"] == made.json["userName"] == made.json["emails"][0]["value"]

    # 7 The user was created
    created = okta.get(f"/Users/{made.json['id']}")
    assert (200, made.json) == (created.status_code, created.json)

    # 8 Failure when the same user is created again
    assert 409 == okta.send("POST", "/Users", somebody()).status_code

    # 9 Case of the user name
    capitals = okta.get("/Users", filter='userName eq "RUNSCOPE300HFLUAKLAB151@example.com"')
    assert (200, 1) == (capitals.status_code, capitals.json["totalResults"])

    # 10 Groups endpoint
    groups = okta.get("/Groups")
    assert (200, 0, []) == (groups.status_code, groups.json["totalResults"], groups.json["Resources"])

    # 11 Status 401
    okta.bridge.texts["stranger"] = "non-token"
    refused = okta.bridge.call("GET", "/Users", who="stranger", **HEADERS)
    assert (401, "401", [ERROR]) == (refused.status_code, refused.json["status"], refused.json["schemas"])
    assert refused.json["detail"]

    # 12 Status 404
    again = okta.get("/Users/00919288221112222")
    assert (404, "404", [ERROR]) == (again.status_code, again.json["status"], again.json["schemas"])
    assert again.json["detail"]


def test_whole_person_by_put(okta: Okta) -> None:
    """Okta reads, changes and sends the whole person back, with what is ours to say in it; that is ignored."""
    made = okta.send("POST", "/Users", somebody(externalId="00u1")).json

    body = {**made, "name": {"givenName": "Ada", "familyName": "Lovelace"}, "groups": [{"value": "x"}], "password": "p"}
    changed = okta.send("PUT", f"/Users/{made['id']}", body)

    assert 200 == changed.status_code
    assert {"givenName": "Ada", "familyName": "Lovelace"} == changed.json["name"]
    assert (made["id"], made["meta"]["created"]) == (changed.json["id"], changed.json["meta"]["created"])
    assert ("Ada", "Lovelace") == (
        okta.bridge.person(made["id"]).given_name,
        okta.bridge.person(made["id"]).family_name,
    )


def test_deactivates_by_patch(okta: Okta) -> None:
    """Okta never deletes: it replaces active by an object without a path, and the person is out at once."""
    made = okta.send("POST", "/Users", somebody()).json

    off = okta.bridge.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": False}})
    status = okta.bridge.person(made["id"]).status
    on = okta.bridge.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": True}})

    assert (200, False, "inactive") == (off.status_code, off.json["active"], status)
    assert (True, "active") == (on.json["active"], okta.bridge.person(made["id"]).status)


def test_password_is_thrown_away(okta: Okta) -> None:
    """PR-14: a password that Okta sends is taken without a word, never told, and stands in no table."""
    secret = "Correct-Horse-77"
    made = okta.send("POST", "/Users", somebody(password=secret)).json
    okta.send("PUT", f"/Users/{made['id']}", somebody(password=secret, title="Engineer"))
    okta.bridge.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"password": secret}})

    assert secret not in okta.get(f"/Users/{made['id']}").text
    with okta.bridge.store.reading() as connection:
        kept = [str(row) for table in okta.bridge.tables for row in connection.execute(table.select())]
    assert not [row for row in kept if secret in row]


def test_group_push(okta: Okta) -> None:
    """Group push: made empty, filled by PATCH, renamed by PATCH with an object, members replaced, deleted."""
    ada = okta.send("POST", "/Users", somebody()).json["id"]
    group = okta.send(
        "POST",
        "/Groups",
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales", "members": []},
    ).json["id"]
    path = f"/Groups/{group}"

    okta.bridge.patch(path, {"op": "add", "path": "members", "value": [{"value": ada, "display": "Ada"}]})
    joined = okta.bridge.person(ada).source_groups
    okta.bridge.patch(path, {"op": "replace", "value": {"id": group, "displayName": "Sales NL"}})
    renamed = okta.bridge.person(ada).source_groups
    okta.bridge.patch(path, {"op": "replace", "path": "members", "value": []})
    left = okta.bridge.person(ada).source_groups
    gone = okta.bridge.call("DELETE", path)

    assert (("Sales",), ("Sales NL",), (), 204) == (joined, renamed, left, gone.status_code)
