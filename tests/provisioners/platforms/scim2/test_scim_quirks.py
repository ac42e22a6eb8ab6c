"""SCIM services as they really are: lists that lie, no PATCH, no filter, booleans as texts, odd answers."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from scim2_models import Context, PatchOp, User
from scim2_models.resources.enterprise_user import EnterpriseUser

from provisioners.conformance.sample import account, with_attributes
from provisioners.errors import NeedsAdmin, SkipAccount, TryAgain
from provisioners.platforms.scim2.attributes import ENTERPRISE
from tests.provisioners.platforms.opened import opened

BASE = "https://chat.corp.example/scim/v2"
ADA = {"id": "7", "externalId": account(1).person_uuid, "userName": "p00001", "displayName": "Sample Person 1"}


@pytest.fixture
def wire():
    """Give a wire with nothing behind it."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def connector():
    """Give a connector with pages of two."""
    return opened("scim", url=BASE, page_size=2, members_per_call=4)


def _can(wire, **abilities):
    told = {name: {"supported": value} for name, value in abilities.items()}
    wire.get(f"{BASE}/ServiceProviderConfig", json=told)


def _lists(wire, pages, totals):
    """Answer each page with these ids and the announced total of its turn."""
    turns = iter(totals)

    def answer(request):
        start = int(parse_qs(urlsplit(request.url).query)["startIndex"][0])
        rows = [{"id": one, "userName": one} for one in pages(start)]
        return 200, {}, json.dumps({"totalResults": next(turns), "Resources": rows})

    wire.add_callback("GET", f"{BASE}/Users", answer, content_type="application/scim+json")


def _ids(everybody):
    return lambda start: everybody[start - 1 : start + 1]


def _sent(wire, method):
    return [json.loads(call.request.body) for call in wire.calls if call.request.method == method]


def test_every_page(wire, connector):
    """Pages are read to the announced end, and once behind it."""
    _lists(wire, _ids("abcde"), [5] * 4)

    assert list("abcde") == [found.remote_id for found in connector.accounts()]


@pytest.mark.parametrize(
    ("pages", "totals", "error"),
    [
        pytest.param(lambda start: "ab", [4] * 4, TryAgain, id="the same page for ever"),
        pytest.param(lambda start: "ab" if start == 1 else "bc", [4] * 4, TryAgain, id="pages overlap"),
        pytest.param(lambda start: "ab" if start == 1 else "", [5] * 4, TryAgain, id="ends early"),
        pytest.param(_ids("abc"), [4, 3, 3], TryAgain, id="shrinks while being read"),
        pytest.param(_ids("abcd"), [2, 2, 2], NeedsAdmin, id="total is the length of a page"),
        pytest.param(lambda start: "abc", [2, 2], NeedsAdmin, id="more than announced"),
    ],
)
def test_list_that_lies(wire, connector, pages, totals, error):
    """A page that repeats, overlaps or is missing is an error, never the end: nobody is taken for a leaver."""
    _lists(wire, pages, totals)

    with pytest.raises(error):
        list(connector.accounts())


def test_behind_the_end_refused(wire, connector):
    """A service that refuses to look behind its end has simply ended."""
    wire.get(f"{BASE}/Users", json={"totalResults": 1, "Resources": [{"id": "a"}]})
    wire.get(f"{BASE}/Users", status=400)

    assert 1 == len(list(connector.accounts()))


def test_list_that_grows(wire, connector):
    """Somebody created during reading is read too."""
    _lists(wire, _ids("abcd"), [3, 4, 4, 4])

    assert list("abcd") == [found.remote_id for found in connector.accounts()]


@pytest.mark.parametrize(("told", "active"), [("False", False), ("true", True), ("True", True), (0, False), (1, True)])
def test_booleans_as_texts(wire, connector, told, active):
    """Booleans told as texts mean what they say, as Entra's do."""
    wire.get(f"{BASE}/Users", json={"totalResults": "1", "Resources": [{**ADA, "active": told}]})

    found = connector.find(account(1).person_uuid)

    assert found is not None
    assert active == found.active


def test_filter_is_ignored(wire, connector):
    """A service that ignores the filter and shows somebody else finds nobody."""
    wire.get(f"{BASE}/Users", json={"totalResults": 1, "Resources": [{**ADA, "externalId": "other"}]})

    assert connector.find(account(1).person_uuid) is None


@pytest.mark.parametrize("status", [400, 501])
def test_no_filter(wire, connector, status):
    """Without filters the whole list is read."""
    has_filter = responses.matchers.query_param_matcher({"filter": f'externalId eq "{account(1).person_uuid}"'})
    wire.get(f"{BASE}/Users", status=status, match=[has_filter])
    _lists(wire, _ids("abc"), [3] * 3)

    assert connector.find(account(1).person_uuid) is None


def test_doubles(wire, connector):
    """Two accounts with our mark are no proof for either."""
    wire.get(f"{BASE}/Users", json={"totalResults": 2, "Resources": [ADA, {**ADA, "id": "8"}]})

    with pytest.raises(SkipAccount):
        connector.find(account(1).person_uuid)


def test_filter_injection(wire, connector):
    """Quotes and backslashes in an external id stay inside the literal (ID-03)."""
    wire.get(f"{BASE}/Users", json={"totalResults": 0})

    connector.find('x" or userName pr or externalId eq "\\')

    query = parse_qs(urlsplit(wire.calls[0].request.url).query)["filter"]
    assert ['externalId eq "x\\" or userName pr or externalId eq \\"\\\\"'] == query


def test_what_creation_sends(wire, connector):
    """A creation is a valid SCIM user by foreign models, with everything that was mapped, and none of the empty."""
    wire.get(f"{BASE}/Users", json={"totalResults": 0})
    wire.post(f"{BASE}/Users", status=201, json={"id": "7"})
    extra = {"name.givenName": "Ada", "department": "R&D", "manager": "3", "title": ""}

    assert "7" == connector.create(account(1, **extra))

    (body,) = _sent(wire, "POST")
    user = User[EnterpriseUser].model_validate(body, scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    assert (account(1).person_uuid, "Ada", True) == (user.external_id, user.name.given_name, user.active)
    assert ("R&D", "3") == (user[EnterpriseUser].department, user[EnterpriseUser].manager.value)
    assert [("p00001@corp.example", True)] == [(mail.value, mail.primary) for mail in user.emails]
    assert "title" not in body


def test_creation_lost_its_answer(wire, connector):
    """A creation that was answered without a body is looked up."""
    wire.get(f"{BASE}/Users", json={"totalResults": 0})
    wire.get(f"{BASE}/Users", json={"totalResults": 1, "Resources": [ADA]})
    wire.post(f"{BASE}/Users", status=201)

    assert "7" == connector.create(account(1))


def test_conflict_with_ourselves(wire, connector):
    """409 because another worker was faster returns the account with our mark (PR-10)."""
    wire.get(f"{BASE}/Users", json={"totalResults": 0})
    wire.get(f"{BASE}/Users", json={"totalResults": 1, "Resources": [ADA]})
    wire.post(f"{BASE}/Users", status=409, json={"scimType": "uniqueness"})

    assert "7" == connector.create(account(1))


def test_update_sends_differences(wire, connector):
    """Only what differs is sent, each with its path, valid by foreign models; other addresses stay."""
    before = {
        **ADA,
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "emails": [{"value": "old@corp.example", "type": "work", "primary": "True"}, {"value": "me@home.example"}],
        "nickName": "Countess",
    }
    _can(wire, patch=True, etag=False)
    wire.get(f"{BASE}/Users/7", json=before)
    wire.patch(f"{BASE}/Users/7", status=204)

    connector.update("7", account(1, department="R&D"))

    (body,) = _sent(wire, "PATCH")
    PatchOp[User[EnterpriseUser]].model_validate(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    sent = {operation["path"]: operation["value"] for operation in body["Operations"]}
    assert {"emails", f"{ENTERPRISE}:department"} == set(sent)
    assert ["p00001@corp.example", "me@home.example"] == [mail["value"] for mail in sent["emails"]]


def test_update_without_differences(wire, connector):
    """What is already so is not written: a second sync sends nothing."""
    wire.get(f"{BASE}/Users/7", json={**ADA, "emails": [{"value": "p00001@corp.example"}]})

    connector.update("7", account(1))

    assert ["GET"] == [call.request.method for call in wire.calls]


def test_update_removes_what_is_emptied(wire, connector):
    """An attribute mapped to an empty text is removed."""
    _can(wire, patch=True)
    wire.get(f"{BASE}/Users/7", json={**ADA, "title": "Analyst", "emails": [{"value": "p00001@corp.example"}]})
    wire.patch(f"{BASE}/Users/7", status=200, json={})

    connector.update("7", with_attributes(account(1), title=""))

    assert [{"op": "remove", "path": "title"}] == _sent(wire, "PATCH")[0]["Operations"]


def test_precondition(wire, connector):
    """Where the service has ETags, a change meanwhile is not overwritten."""
    _can(wire, patch=True, etag=True)
    wire.get(f"{BASE}/Users/7", json={**ADA, "meta": {"version": 'W/"3"'}})
    wire.patch(f"{BASE}/Users/7", status=204)

    connector.update("7", account(1))

    assert 'W/"3"' == wire.calls[-1].request.headers["If-Match"]


def test_without_patch(wire, connector):
    """A service without PATCH gets the whole resource by PUT, with what others put there."""
    _can(wire, patch=False)
    wire.get(f"{BASE}/Users/7", json={**ADA, "nickName": "Countess"})
    wire.get(f"{BASE}/Users/7", json={**ADA, "active": "False"})
    wire.put(f"{BASE}/Users/7", status=200, json={})

    connector.suspend("7")

    assert [{**ADA, "nickName": "Countess", "active": False}] == _sent(wire, "PUT")


def test_members_without_patch(wire, connector):
    """Members are merged into the whole group by PUT; nested groups stay."""
    _can(wire, patch=False)
    nested = {"value": "g2", "type": "Group"}
    wire.get(f"{BASE}/Groups/g1", json={"id": "g1", "displayName": "G", "members": [nested, {"value": "1"}]})
    wire.put(f"{BASE}/Groups/g1", status=204)

    assert not connector.change_members("g1", add=["2"], remove=["1"])

    assert [nested, {"value": "2"}] == _sent(wire, "PUT")[0]["members"]


def test_refused_member_is_found(wire, connector):
    """One refused member in a chunk is found by halving; the others are done, also in later chunks."""
    _can(wire, patch=True)

    def answer(request):
        return (400 if '"bad"' in request.body.decode() else 204), {}, ""

    wire.add_callback("PATCH", f"{BASE}/Groups/g1", answer)
    wire.get(f"{BASE}/Groups/g1", json={"id": "g1"})

    failures = connector.change_members("g1", add=["1", "2", "bad", "4", "5", "6"])

    done = [
        member["value"]
        for call in wire.calls
        if call.request.method == "PATCH" and call.response.status_code == 204
        for member in json.loads(call.request.body)["Operations"][0]["value"]
    ]
    assert ({"bad"}, ["1", "2", "4", "5", "6"]) == (set(failures), done)


def test_removing_who_is_out(wire, connector):
    """A service that refuses to remove a stranger is read back: out is out."""
    _can(wire, patch=True)
    wire.patch(f"{BASE}/Groups/g1", status=400, json={"scimType": "noTarget"})
    wire.get(f"{BASE}/Groups/g1", json={"id": "g1", "members": []})

    assert not connector.change_members("g1", remove=["1"])


def test_group_name_is_taken(wire, connector):
    """A group of that name without our key is left alone (PR-07)."""
    wire.get(f"{BASE}/Groups", json={"totalResults": 0})
    wire.post(f"{BASE}/Groups", status=409)

    with pytest.raises(SkipAccount):
        connector.create_group("sales-nl", "Sales NL")


def test_list_without_members(wire, connector):
    """A list that leaves members out is no list of empty groups; nested groups are nobody's membership."""
    wire.get(f"{BASE}/Groups", json={"totalResults": 1, "Resources": [{"id": "g1", "displayName": "G"}]})
    wire.get(f"{BASE}/Groups", json={"totalResults": 1, "Resources": []})
    members = [{"value": "1"}, {"value": "2", "type": "User"}, {"value": "g2", "type": "Group"}]
    wire.get(f"{BASE}/Groups/g1", json={"id": "g1", "displayName": "G", "members": members})

    assert [{"1", "2"}] == [group.members for group in connector.groups()]


def test_no_description(wire, connector):
    """A service that does not describe itself is taken to know PATCH."""
    wire.get(f"{BASE}/ServiceProviderConfig", status=404)
    wire.get(f"{BASE}/Users/7", json=ADA)
    wire.patch(f"{BASE}/Users/7", status=200, json={**ADA, "active": False})

    connector.suspend("7")

    assert [{"op": "add", "path": "active", "value": False}] == _sent(wire, "PATCH")[0]["Operations"]


@pytest.mark.parametrize("body", ["<html>", '{"status": "ok"}'])
def test_check_finds_a_wrong_address(wire, connector, body):
    """The check sees that an address is no SCIM service."""
    kind = "text/html" if body.startswith("<") else "application/json"
    wire.get(f"{BASE}/Users", body=body, content_type=kind)

    with pytest.raises(NeedsAdmin):
        connector.check()
