"""What somebody with a token for one HR source tries at the SCIM server."""

from __future__ import annotations

import base64
import json
import time

import pytest
from sqlalchemy import insert

from sso_bridge.scim.bulk import REQUEST, Done, carry_out
from sso_bridge.scim.employment import EMPLOYMENT
from sso_bridge.scim.schema import KINDS
from sso_bridge.store.staff.scim_nesting import ScimNesting
from sso_bridge.store.tables.scim import scim_subgroup
from tests.fakes.scim_bridge import ENTERPRISE, GROUP, USER, ScimBridge


@pytest.fixture
def bridge(store, clock, keys) -> ScimBridge:
    """The application with two sources that push, and one person of the other source."""
    return ScimBridge(store, clock, keys)


PATHS = (
    "roles", 'roles[value eq "admin"].value', "entitlements", "password", "x509Certificates", "isAdmin", "__class__",
    "__proto__.admin", "id", "meta", "meta.created", "meta.version", "groups", "groups.value", "schemas", "unsaid",
    "source", "key", "status", f"{ENTERPRISE}:roles", f"{ENTERPRISE}:manager.displayName", "urn:evil:2.0:User:admin",
    'emails[type eq "work"].__class__', "name.givenName.x", "userName.value", "../tokens", "\x00",
)  # fmt: skip


def test_bulk_that_waits_for_itself() -> None:
    """AD-10, PR-14: however much one operation says and however long a chain is, each is read once for references."""

    def one(number: int, said: object) -> dict:
        return {"method": "POST", "path": "/Users", "bulkId": f"b{number}", "data": {"x": said}}

    last = 999
    chain = [one(number, f"bulkId:b{number + 1}") for number in range(1, last)]
    waiting = one(0, [f"bulkId:b{last}", *["y"] * 30_000])
    made: list[object] = []

    def act(_method: str, _endpoint: str, _id: str, data: dict, _version: str) -> Done:
        made.append(data["x"])
        return Done(201, "/Users/1")

    began = time.process_time()
    carry_out({"schemas": [REQUEST], "Operations": [waiting, *chain, one(last, "")]}, act)

    assert time.process_time() - began < 2
    assert (1000, "", "1") == (len(made), made[0], made[1] if isinstance(made[1], str) else made[1][0])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("act", ["add", "replace", "remove"])
def test_paths_that_are_not_served(bridge: ScimBridge, act: str, path: str) -> None:
    """PR-14: a PATCH path is on the allow-list of the schemas or refused; nothing of the person changes."""
    ada = bridge.user()

    answer = bridge.patch(f"/Users/{ada['id']}", {"op": act, "path": path, "value": "admin"})

    assert (400, True) == (
        answer.status_code,
        answer.json["scimType"] in {"invalidPath", "mutability", "invalidFilter"},
    )
    assert ada == bridge.call("GET", f"/Users/{ada['id']}").json


def test_mass_assignment(bridge: ScimBridge) -> None:
    """AD-03: id, meta, groups, source and everything else that is ours to say is ours, whatever a body says."""
    other = bridge.user("eve", "entra", **{ENTERPRISE: {"employeeNumber": "E1"}})["id"]
    ours = {"version": 'W/"0"', "created": "1999-01-01T00:00:00Z", "location": "https://evil.example"}
    body = {"schemas": [USER], "userName": "ada", "id": other, "meta": ours, "groups": [{"value": "admins"}],
            "source": "entra", "key": "E1", "uuid": other, "unsaid": True, "strikes": 9,
            "gone_on": "2020-01-01"}  # fmt: skip

    made = bridge.call("POST", "/Users", body).json
    put = bridge.call("PUT", f"/Users/{made['id']}", body).json
    bridge.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"id": other, "meta": ours, "source": "entra"}})

    for told in (made, put, bridge.call("GET", f"/Users/{made['id']}").json):
        assert other != told["id"] == made["id"]
        assert not {"groups", "source", "key", "unsaid", "strikes", "gone_on"} & set(told)
        assert "evil" not in str(told)
        assert not told["meta"]["created"].startswith("1999")
    assert ("okta", made["id"]) == (bridge.person(made["id"]).source, bridge.person(made["id"]).key)
    assert "eve" == bridge.call("GET", f"/Users/{other}", who="entra").json["userName"]


def test_people_of_another_source(bridge: ScimBridge) -> None:
    """PR-14: ids of another source are not found by any method, filter, membership or manager."""
    eve = bridge.user("eve", "entra", **{ENTERPRISE: {"employeeNumber": "E1"}})["id"]
    club = bridge.group("Club", eve, who="entra")["id"]
    body = {"schemas": [USER], "userName": "x"}

    whole = {**body, "schemas": [USER, GROUP], "displayName": "x"}
    rename = {"op": "replace", "path": "displayName", "value": "x"}
    for path in (f"/Users/{eve}", f"/Groups/{club}"):
        answers = [bridge.call("GET", path), bridge.call("PUT", path, whole),
                   bridge.patch(path, rename), bridge.call("DELETE", path)]  # fmt: skip
        assert [404] * 4 == [one.status_code for one in answers]
    for text in (f'id eq "{eve}"', 'userName sw "e"', f'groups.value eq "{club}"', "userName pr or not (userName pr)"):
        assert [] == bridge.found("/Users", text)
    assert [] == bridge.found("/Groups", f'members.value eq "{eve}"')
    mine = bridge.group("Mine", eve)
    ada = bridge.user("eve", **{ENTERPRISE: {"manager": {"value": eve}}})["id"]
    assert [eve] == [one["value"] for one in mine["members"]]
    assert ("Club",) == bridge.person(eve).source_groups
    assert eve == bridge.person(ada).assignments[0].manager
    assert "E1" != bridge.person(ada).assignments[0].manager


@pytest.mark.parametrize(
    "text",
    [
        f'userName eq "{"x" * 10_000}"',
        " or ".join(['userName eq "x"'] * 600),
        "(" * 4000 + "userName pr" + ")" * 4000,
        "not (" * 1500 + "userName pr" + ")" * 1500,
        "emails[" * 1000,
        'userName eq "' + "\\" * 9000,
        "1" * 9999,
        "userName eq " + "9" * 5000,
        "userName" + "." * 5000,
        'userName eq "x" --',
        'userName eq "\' OR 1=1 --"; DROP TABLE person',
    ],
)
def test_filters_that_bite(bridge: ScimBridge, text: str) -> None:
    """PR-14: long, deep and crooked filters are refused for next to nothing, and never become our fault."""
    bridge.user()
    began = time.process_time()

    answer = bridge.call(
        "POST", "/Users/.search", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text}
    )

    assert (400, "invalidFilter") == (answer.status_code, answer.json["scimType"])
    assert time.process_time() - began < 2
    assert text[:60] not in answer.text


@pytest.mark.parametrize(
    "text", ["x' OR '1'='1", 'x" or userName pr or userName eq "', "%", "_da@example.org", "a%", "\\"]
)
def test_values_stay_values(bridge: ScimBridge, text: str) -> None:
    """PR-14: what stands in quotes is compared, whatever it looks like: no SQL, no wildcard."""
    bridge.user()
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')

    for how in ("eq", "co", "sw", "ew"):
        assert [] == bridge.found("/Users", f'userName {how} "{quoted}"')
        assert [] == bridge.found("/Users", f'displayName {how} "{quoted}" and title pr')


@pytest.mark.parametrize("name", ["password", "PASSWORD", f"{USER}:password", "x509Certificates.value", "roles.value"])
def test_nothing_is_guessed_letter_by_letter(bridge: ScimBridge, name: str) -> None:
    """PR-14: what is never told can be asked for by no filter, no order, no path and no choice of attributes."""
    ada = bridge.user(password="planted")
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}

    for how in ('sw "p"', "pr", 'ne "x"', 'gt "a"'):
        answer = bridge.call("POST", "/Users/.search", {**search, "filter": f"not ({name} {how})"})
        assert (400, "invalidFilter") == (answer.status_code, answer.json["scimType"])
    assert 400 == bridge.call("POST", "/Users/.search", {**search, "sortBy": name}).status_code
    told = bridge.call("POST", "/Users/.search", {**search, "attributes": [name, "userName"]}).json
    assert {"schemas", "id", "userName"} == set(told["Resources"][0])
    for act in ("replace", "remove"):
        assert 400 == bridge.patch(f"/Users/{ada['id']}", {"op": act, "path": name, "value": "x"}).status_code
    published = [one for kind in KINDS for many in (kind.attributes, *kind.extensions.values()) for one in many]
    assert {"default"} == {each.returned for one in published for each in (one, *one.parts)}


def test_paths_that_multiply(bridge: ScimBridge) -> None:
    """PR-14: the filters of all paths of one PATCH are counted together; what many lists cost stays next to nothing."""
    mails = [{"value": f"{number}@x.nl", "type": "home"} for number in range(50)]
    ada = bridge.user(emails=mails)["id"]
    wide = " or ".join(['value eq "nobody"'] * 100)
    began = time.process_time()

    answer = bridge.patch(f"/Users/{ada}", *[{"op": "remove", "path": f"emails[{wide}]"}] * 1000)

    assert (400, "invalidFilter") == (answer.status_code, answer.json["scimType"])
    assert time.process_time() - began < 5
    assert 50 == len(bridge.call("GET", f"/Users/{ada}").json["emails"])


def test_bulk_of_bulk(bridge: ScimBridge) -> None:
    """PR-14: an operation of Bulk is no Bulk, no search and nothing outside, however its path is written."""
    inner = {"schemas": [REQUEST], "Operations": [{"method": "DELETE", "path": "/Users/x"}]}
    for path in ("/Bulk", "/bulk", "/Users/../Bulk", "//Bulk", "/Users/.search", "/Me", "/Users?x=/Bulk",
                 "/Users\n/Bulk", "https://sso.example.org/scim/v2/Bulk", "/Users/%2e%2e/Bulk"):  # fmt: skip
        one = {"method": "POST", "path": path, "bulkId": "b", "data": inner}
        answer = bridge.call("POST", "/Bulk", {"schemas": [REQUEST], "Operations": [one]})
        assert (400, "invalidSyntax") == (answer.status_code, answer.json["scimType"])


@pytest.mark.parametrize(
    "text",
    ["\x00", "a\x00b", "\ud800", "\udfff\ud800", "\x1b[2J", "\x85", "\u200f" * 300, "x" * 100_000, "\u0130" * 257],
)
def test_texts_that_no_database_takes(bridge: ScimBridge, text: str) -> None:
    """PR-13, PR-14: NUL, half characters, controls and texts without end are refused wherever a text can stand."""
    ada, group = bridge.user()["id"], bridge.group("Sales")["id"]
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    quoted = json.dumps(text, ensure_ascii=False)
    cursor = base64.urlsafe_b64encode(json.dumps(["x", text, 1]).encode()).decode()

    answers = [
        bridge.call("POST", "/Users", {"schemas": [USER], "userName": text}),
        bridge.call("POST", "/Groups", {"schemas": [GROUP], "displayName": text}),
        bridge.patch(f"/Users/{ada}", {"op": "replace", "path": text, "value": "x"}),
        bridge.patch(f"/Users/{ada}", {"op": "replace", "path": "externalId", "value": text}),
        bridge.patch(f"/Users/{ada}", {"op": "replace", "path": f"{EMPLOYMENT}:startDate", "value": text}),
        bridge.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": text}]}),
        bridge.call("POST", "/Users/.search", {**search, "cursor": cursor}),
        bridge.call("POST", "/Users/.search", {**search, "sortBy": text}),
    ]
    statuses = {bridge.call("POST", "/Users/.search", {**search, "filter": f"userName eq {quoted}"}).status_code}
    statuses.add(bridge.call("POST", "/Users/.search", {**search, "attributes": [text]}).status_code)

    assert {400} == {one.status_code for one in answers}
    assert statuses <= {200, 400}


def test_cursor_that_was_made_up(bridge: ScimBridge) -> None:
    """PR-14: a cursor for the right question, made by somebody who knows how, holds no text that breaks anything."""
    for number in range(2):
        bridge.user(f"u{number}")
    given = bridge.call("GET", "/Users?count=1&cursor&sortBy=userName").json["nextCursor"]
    seal = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))[0]

    for inner in (
        [seal, "\ud800", 1],
        [seal, "\x00", 1],
        [seal, "x", True],
        [seal, "x", 2**31],
        [seal, 5, 1],
        [seal],
        {},
    ):
        cursor = base64.urlsafe_b64encode(json.dumps(inner).encode()).decode().rstrip("=")
        answer = bridge.call("GET", f"/Users?count=1&cursor={cursor}&sortBy=userName")
        assert (400, "invalidCursor") == (answer.status_code, answer.json["scimType"])


def test_external_ids_of_two_clients(bridge: ScimBridge) -> None:
    """ID-03, PR-14: one externalId, userName and group name at two sources are two of each; neither sees the other."""
    said, number = {"externalId": "1", "title": "Mine"}, {ENTERPRISE: {"employeeNumber": "1"}}
    mine, theirs = bridge.user("ada", **said)["id"], bridge.user("ada", "entra", **said, **number)["id"]
    groups = [bridge.group("Sales", "1", who=who, externalId="1")["id"] for who in ("okta", "entra")]

    assert [mine] == bridge.found("/Users", 'externalId eq "1"')
    assert [theirs] == bridge.found("/Users", 'externalId eq "1"', "entra")
    assert [groups[:1], groups[1:]] == [bridge.found("/Groups", 'externalId eq "1"', who) for who in ("okta", "entra")]
    bridge.call("DELETE", f"/Users/{mine}")
    assert ("gone", "active") == (bridge.person(mine).status, bridge.person(theirs).status)
    assert ((), ()) == (bridge.person(mine).source_groups, bridge.person(theirs).source_groups)


def test_circle_that_is_there(bridge: ScimBridge) -> None:
    """PR-14: were groups in a circle after all, by a fault or a restored backup, every walk through them would end."""
    ada = bridge.user()["id"]
    inner, outer = bridge.group("Inner", ada)["id"], bridge.group("Outer")["id"]
    ids = ScimNesting(bridge.store).known("okta", [inner, outer])
    circle = [(ids[inner], ids[outer]), (ids[outer], ids[inner]), (ids[inner], ids[inner])]
    with bridge.store.writing() as connection:
        connection.execute(insert(scim_subgroup), [{"group_id": one, "member_id": other} for one, other in circle])

    told = bridge.call("GET", f"/Users/{ada}").json["groups"]

    assert [("Inner", "direct"), ("Outer", "indirect")] == [(one["display"], one["type"]) for one in told]
    assert [ada] == bridge.found("/Users", f'groups.value eq "{outer}"')
    assert ("Inner", "Outer") == bridge.person(ada).source_groups
    for one in bridge.parts.people.everyone():
        assert ("Inner", "Outer") == one.person().source_groups
    nested = {"op": "add", "path": "members", "value": [{"value": outer, "type": "Group"}]}
    assert 400 == bridge.patch(f"/Groups/{bridge.group('Third', ada)['id']}", nested).status_code
    assert 204 == bridge.call("DELETE", f"/Groups/{inner}").status_code


def test_title_makes_no_administrator(bridge: ScimBridge) -> None:
    """PR-01: neither a group nor a title that is called like a role gives anybody anything but that text."""
    ada = bridge.user("admin", title="Owner", userType="administrator")["id"]
    bridge.group("Domain Admins", ada)

    live = bridge.parts.live.current()
    outcome = live.rules.outcome("chat", bridge.person(ada), bridge.parts.people.chart())

    assert () == outcome.groups


def test_token_of_scim_opens_nothing_else(bridge: ScimBridge) -> None:
    """AD-04, AD-05: the token of a source opens neither the admin API nor the HR intake, and makes no other token."""
    sent = {"Authorization": f"Bearer {bridge.texts['okta']}"}
    client = bridge.app.test_client()

    for path in ("/admin/v1/people", "/admin/v1/tokens", "/admin/v1/audit", "/admin/v1/configuration"):
        assert 403 == client.get(path, headers=sent, base_url=bridge.site).status_code
    pushed = client.post(
        "/hr/v1/snapshots?source=okta",
        headers={**sent, "Idempotency-Key": "1"},
        data=b"x",
        content_type="text/csv",
        base_url=bridge.site,
    )
    assert 403 == pushed.status_code


def test_token_without_a_source_that_pushes(bridge: ScimBridge) -> None:
    """AD-05: a token whose source is not configured, or not of this kind, is out; so is a revoked one, at once."""
    bridge.token("gone", source="gone")
    assert [403, 403, 403] == [
        bridge.call("GET", "/Users", who=who).status_code for who in ("gone", "payroll", "unbound")
    ]

    bridge.parts.tokens.revoke(bridge.texts["okta"].split("_")[1])

    assert 401 == bridge.call("GET", "/Users").status_code


def test_files_cannot_speak_for_a_pushing_source(bridge: ScimBridge) -> None:
    """PR-13: nobody is made absent by a file that was sent under the name of a source that pushes."""
    bridge.token("hr", "viewer", scopes=("hr",))
    sent = {"Authorization": f"Bearer {bridge.texts['hr']}", "Idempotency-Key": "1", "Content-Type": "text/csv"}

    answer = bridge.app.test_client().post(
        "/hr/v1/snapshots?source=okta&complete=true", headers=sent, data=b"employee_number\nE1\n", base_url=bridge.site
    )

    assert 409 == answer.status_code
