"""Lists: paging by index and by cursor, order, and which attributes are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sso_bridge.scim.asking import from_query
from sso_bridge.scim.desk import build
from sso_bridge.scim.errors import TooMany
from sso_bridge.scim.filters import parse
from sso_bridge.scim.schema import GROUP_KIND, USERS
from sso_bridge.store.staff.scim_pages import Asked, ScimPages
from tests.fakes.scim_bridge import BASE, ENTERPRISE, ScimBridge

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def full(bridge: ScimBridge) -> ScimBridge:
    """Seven people, two without a title, made a minute apart."""
    for place, title in enumerate(["b", "C", "a", None, "d", None, "Z"]):
        more = {"title": title} if title else {}
        bridge.user(f"user{place}", displayName=f"Person {place}", emails=[{"value": f"{7 - place}@x.nl"}], **more)
        bridge.clock.move(minutes=1)
    return bridge


def names(answer) -> str:
    """Return the last characters of the user names, in order."""
    assert 200 == answer.status_code, answer.text
    return "".join(one["userName"][-1] for one in answer.json["Resources"])


def test_by_index(full: ScimBridge) -> None:
    """RFC 7644 section 3.4.2.4: pages by startIndex and count; nonsense is read as the nearest that makes sense."""
    page = full.call("GET", "/Users?startIndex=3&count=2")

    assert ("23", 7, 3, 2) == (
        names(page),
        *(page.json[name] for name in ("totalResults", "startIndex", "itemsPerPage")),
    )
    assert "01" == names(full.call("GET", "/Users?startIndex=-5&count=2"))
    assert ("", 7) == (names(none := full.call("GET", "/Users?count=0")), none.json["totalResults"])
    assert "" == names(full.call("GET", "/Users?count=-1"))
    assert "" == names(full.call("GET", "/Users?startIndex=100"))
    assert "0123456" == names(full.call("GET", "/Users?count=999999"))
    for wrong in (
        "count=x",
        "startIndex=1.5",
        "count=1&count=2",
        "sortBy=roles",
        "sortOrder=up",
        "cursor&startIndex=1",
    ):
        assert 400 == full.call("GET", f"/Users?{wrong}").status_code


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "0123456"),
        ("sortBy=title", "2014635"),
        ("sortBy=title&sortOrder=descending", "5364102"),
        ("sortBy=userName&sortOrder=descending", "6543210"),
        ("sortBy=emails", "6543210"),
        ("sortBy=meta.lastModified&sortOrder=descending", "6543210"),
        ("filter=displayName+co+%22person%22+and+title+pr&sortBy=title", "20146"),
        ("filter=nickName+ne+%22x%22&sortBy=displayName", "0123456"),
    ],
)
def test_by_cursor(full: ScimBridge, query: str, order: str) -> None:
    """RFC 9865: page after page by nextCursor gives everybody once, in the order asked for, also while people leave."""
    for size in (1, 3, 7, 50):
        found, cursor = "", ""
        while cursor is not None:
            page = full.call("GET", f"/Users?count={size}&cursor={cursor}&{query}")
            found += names(page)
            cursor = page.json.get("nextCursor")
        assert order == found
        assert "startIndex" not in page.json
    assert order == names(full.call("GET", f"/Users?{query}"))


def test_cursors_are_for_one_question(full: ScimBridge) -> None:
    """RFC 9865: a cursor of another filter, order or source, or a made-up one, is refused as such."""
    cursor = full.call("GET", "/Users?count=1&cursor").json["nextCursor"]

    for path, who in (
        (f"/Users?cursor={cursor}&filter=active+eq+true", "okta"),
        (f"/Users?cursor={cursor}&sortBy=title", "okta"),
        (f"/Groups?cursor={cursor}", "okta"),
        (f"/Users?cursor={cursor}", "entra"),
        ("/Users?cursor=e30", "okta"),
        ("/Users?cursor=%00", "okta"),
        (f"/Users?cursor={cursor[:-3]}", "okta"),
        ("/Users?cursor=" + "W1tb" * 500, "okta"),
    ):
        answer = full.call("GET", path, who=who)
        assert (400, "invalidCursor") == (answer.status_code, answer.json["scimType"])


def test_search_by_post(full: ScimBridge) -> None:
    """RFC 7644 section 3.4.3: the same by POST, so that no name stands in an address."""
    body = {"schemas": [SEARCH], "filter": 'title eq "a"', "attributes": ["userName"], "startIndex": 1, "count": 10}

    answer = full.call("POST", "/Users/.search", body)

    assert ("2", 1) == (names(answer), answer.json["totalResults"])
    assert {"schemas", "id", "userName"} == set(answer.json["Resources"][0])
    assert 0 == full.call("POST", "/Groups/.search", {"schemas": [SEARCH]}).json["totalResults"]
    for wrong in ({}, {"schemas": [SEARCH], "attributes": "x"}, {"schemas": [SEARCH], "count": "many"}, []):
        assert 400 == full.call("POST", "/Users/.search", wrong).status_code


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("attributes=userName", {"userName"}),
        ("attributes=USERNAME,emails.value", {"userName", "emails"}),
        ("attributes=name.givenName", {"name"}),
        (f"attributes={ENTERPRISE}:department", {ENTERPRISE}),
        (f"attributes={ENTERPRISE}", {ENTERPRISE}),
        ("attributes=roles", set()),
        ("excludedAttributes=emails,meta,name,active", {"userName", ENTERPRISE}),
        (f"excludedAttributes=id,emails,meta,name,active,userName,{ENTERPRISE}:costCenter", {ENTERPRISE}),
    ],
)
def test_attributes(bridge: ScimBridge, query: str, told: set[str]) -> None:
    """RFC 7644 section 3.9: only what is asked for, or all but that; id and schemas always."""
    more = {ENTERPRISE: {"department": "Bridges", "costCenter": "7"}, "name": {"givenName": "Ada", "familyName": "L"}}
    ada = bridge.user(emails=[{"value": "a@x.nl", "type": "work"}], **more)["id"]

    for path in (f"/Users/{ada}?{query}", f"/Users?{query}"):
        answer = bridge.call("GET", path).json
        found = answer["Resources"][0] if "Resources" in answer else answer
        assert {"schemas", "id", *told} == set(found)
    if "emails.value" in query:
        assert [{"value": "a@x.nl"}] == found["emails"]
    if "costCenter" in query or ":department" in query:
        assert {"department": "Bridges"} == found[ENTERPRISE]


def test_both_choices(bridge: ScimBridge) -> None:
    """attributes and excludedAttributes exclude each other."""
    assert 400 == bridge.call("GET", "/Users?attributes=id&excludedAttributes=name").status_code


def test_too_many_to_search(full: ScimBridge) -> None:
    """PR-14: a filter without any index is refused where it would look at too many; with one it is answered."""
    pages = ScimPages(full.store, most_searched=3)
    title = parse('title co "a"', USERS)

    with pytest.raises(TooMany):
        pages.page(Asked("User", "okta", title))

    found = pages.page(Asked("User", "okta", parse('title co "a" and userName eq "user2"', USERS)))
    assert ["user2"] == [one.resource["userName"] for one in found.items]


def test_pages_of_groups_end_early(bridge: ScimBridge) -> None:
    """A page of groups ends before it tells too many members; nothing is lost by either way of paging."""
    people = [bridge.user(f"u{number}")["id"] for number in range(4)]
    for number in range(4):
        bridge.group(f"g{number}", *people)
    desk = build(bridge.store, bridge.clock, bridge.parts.audit, bridge.parts.today, lambda *_: None, BASE)
    reader = replace(desk.reader, most_on_a_page=9)

    first = reader.listed(GROUP_KIND, from_query(GROUP_KIND, "okta", {"cursor": [""]}))
    second = reader.listed(GROUP_KIND, from_query(GROUP_KIND, "okta", {"cursor": [first["nextCursor"]]}))
    third = reader.listed(GROUP_KIND, from_query(GROUP_KIND, "okta", {"startIndex": ["3"]}))

    told = [[one["displayName"] for one in page["Resources"]] for page in (first, second, third)]
    assert [["g0", "g1"], ["g2", "g3"], ["g2", "g3"]] == told
    assert (4, 2) == (first["totalResults"], first["itemsPerPage"])
    assert "nextCursor" not in second
