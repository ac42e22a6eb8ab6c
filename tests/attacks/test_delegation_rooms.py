"""Delegated administrators try the rooms that concern many: who is who, groups, simulations, runs turned around."""

from __future__ import annotations

from typing import Any

import pytest

from provisioners.ports import AccountShadow, GroupShadow
from sso_bridge.login.asked import Subject
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sync.shadows import StoredShadows
from tests.fakes.delegated import DOCUMENT, Delegated
from tests.fakes.sign_in_bridge import ADA, BOB

BASE = "/admin/v1"
PAIRS = f"{BASE}/correlation/pairs"
LINKS = f"{BASE}/link-conflicts"
ROWS = "employee_number,unit,leaves_on\nE1,inside,\nE2,finance,2026-11-10\n"


@pytest.fixture
def bridge(store, clock, keys) -> Delegated:
    """Two departments, three platforms, and tokens that reach a part of them."""
    made = Delegated(store, clock, keys)
    made.token("colleague", "owner")
    return made


def whole(bridge: Delegated, path: str, who: str) -> list[Any]:
    """Return all pages of a list, one entry each."""
    found, following, joint = [], None, "&" if "?" in path else "?"
    while True:
        place = f"&{'after' if 'groups' in path else 'before'}={following}" if following else ""
        page = bridge.call("GET", f"{path}{joint}limit=1{place}", who).json
        found += page["items"]
        following = page["next"]
        if following is None:
            return found


@pytest.fixture
def pairs(bridge: Delegated) -> dict[str, int]:
    """Two of sales, two of whom one is elsewhere, two elsewhere, and accounts on two platforms."""
    cleo, dirk = bridge.hire(13, "sales"), bridge.hire(14, "finance")
    return {
        "inside": bridge.pair(ADA, cleo), "mixed": bridge.pair(ADA, BOB), "outside": bridge.pair(BOB, dirk),
        "chat": bridge.pair(ADA, account_on="chat"), "wiki": bridge.pair(ADA, account_on="wiki"),
    }  # fmt: skip


@pytest.mark.parametrize(("who", "own"), [("sales", "inside"), ("chat", "chat")])
def test_pairs_of_others(bridge: Delegated, pairs: dict[str, int], who: str, own: str) -> None:
    """AD-02: a pair is there when both are one's own; by unit no account, by platform no person is made another's."""
    assert [pairs[own]] == [one["id"] for one in whole(bridge, PAIRS, f"{who} owner")]
    kind = "account" if own == "inside" else "people"
    assert [] == whole(bridge, f"{PAIRS}?kind={kind}", f"{who} owner")
    nobody = bridge.call("GET", f"{PAIRS}/9999", f"{who} owner").json["detail"]
    for name, number in pairs.items():
        tries = [("GET", "", None), ("POST", "/undo", {}), ("POST", "/decide", {"decision": "same"})]
        for method, end, body in tries if name != own else ():
            answer = bridge.call(method, f"{PAIRS}/{number}{end}", f"{who} owner", json=body)
            assert (name, end, 404, nobody) == (name, end, answer.status_code, answer.json["detail"])

    summary = bridge.call("GET", f"{BASE}/correlation", f"{who} owner").json
    assert (int(own == "inside"), int(own == "chat"), 0) == tuple(
        summary[name] for name in ("people", "accounts", "sign_ins")
    )
    decided = bridge.call("POST", f"{PAIRS}/{pairs[own]}/decide", f"{who} owner", json={"decision": "different"})
    assert (200, "different") == (decided.status_code, decided.json["state"])


def test_pairs_by_the_cursor_of_another(bridge: Delegated, pairs: dict[str, int]) -> None:
    """AD-02: who goes on from where somebody without bounds stopped sees no more than otherwise."""
    place = bridge.call("GET", f"{PAIRS}?limit=1").json["next"]

    told = bridge.call("GET", f"{PAIRS}?before={place}", "sales owner").json["items"]
    assert [pairs["inside"]] == [one["id"] for one in told]


def test_pairs_with_both_bounds(bridge: Delegated, pairs: dict[str, int]) -> None:
    """AD-02: bound by unit and platform nothing of it can be decided, whichever pair is asked for; it is said why."""
    for path in ("", "/pairs", f"/pairs/{pairs['inside']}", f"/pairs/{pairs['outside']}", "/pairs/9999"):
        answer = bridge.call("GET", f"{BASE}/correlation{path}", "both owner")
        assert (403, "out_of_reach") == (answer.status_code, answer.json["code"])


def test_somebody_moves_away(bridge: Delegated, pairs: dict[str, int]) -> None:
    """AD-02: a pair of sales is sales' business only while both work there."""
    assert [pairs["inside"]] == [one["id"] for one in whole(bridge, PAIRS, "sales owner")]
    bridge.place(ADA, "finance")

    assert [] == whole(bridge, PAIRS, "sales owner")
    assert 404 == bridge.call("GET", f"{PAIRS}/{pairs['inside']}", "sales owner").status_code


def test_taking_back(bridge: Delegated, pairs: dict[str, int]) -> None:
    """AD-02: who may decide about two people of the unit may take it back; of others it is not there."""
    for number in (pairs["inside"], pairs["outside"]):
        assert 200 == bridge.call("POST", f"{PAIRS}/{number}/decide", json={"decision": "same"}).status_code

    undone = [
        bridge.call("POST", f"{PAIRS}/{pairs[name]}/undo", "sales owner", json={}).status_code
        for name in ("inside", "outside")
    ]
    assert [200, 404] == undone


def test_sign_ins_of_others(bridge: Delegated) -> None:
    """AD-02, ID-01: a doubt is there when all it is about are one's own: candidates, and who has the subject now."""
    own, mixed, foreign = bridge.doubt("a", ADA), bridge.doubt("b", ADA, BOB), bridge.doubt("c", BOB)
    held = bridge.doubt("d", ADA)
    Links(bridge.store).add("staff", Subject("staff", "d").key, BOB.id, "employee_number", bridge.clock())
    wish = {"decision": "link", "person": ADA.uuid}

    assert [own] == [one["id"] for one in whole(bridge, LINKS, "sales owner")]
    assert 1 == bridge.call("GET", f"{BASE}/correlation", "sales owner").json["sign_ins"]
    nobody = bridge.call("POST", f"{LINKS}/9999/decide", "sales owner", json=wish).json["detail"]
    for number in (mixed, foreign, held):
        for body in (wish, {"decision": "refuse"}):
            answer = bridge.call("POST", f"{LINKS}/{number}/decide", "sales owner", json=body)
            assert (404, nobody) == (answer.status_code, answer.json["detail"])
    assert "proposed" == bridge.call("POST", f"{LINKS}/{own}/decide", "sales owner", json=wish).json["state"]
    assert BOB.id == Links(bridge.store).person_of("staff", Subject("staff", "d").key)


def test_groups_of_others(bridge: Delegated) -> None:
    """AD-02: groups of other platforms are not there, neither listed nor counted nor by filter; waves likewise."""
    shadows = StoredShadows(bridge.store, bridge.clock)
    for platform in ("chat", "wiki"):
        shadows.keep_account(AccountShadow(platform, ADA.id, "r1"))
        shadows.keep_group(GroupShadow(platform, "talk", f"{platform}1", f"In {platform}"))

    assert ["In chat"] == [one["name"] for one in whole(bridge, f"{BASE}/groups", "chat viewer")]
    told = bridge.call("GET", f"{BASE}/groups?platform=wiki", "chat viewer").json
    assert ([], {"chat"}) == (told["items"], set(told["platforms"]))
    foreign, nowhere = (
        bridge.call("GET", f"{BASE}/platforms/{name}/waves", "chat viewer") for name in ("wiki", "nowhere")
    )
    assert (404, 404) == (foreign.status_code, nowhere.status_code)
    assert foreign.json["detail"] == nowhere.json["detail"].replace("nowhere", "wiki")


def simulated(bridge: Delegated, who: str, query: str = "") -> Any:
    """Send rows for a simulation."""
    return bridge.call("POST", f"{BASE}/simulations{query}", who, data=ROWS, headers={"Content-Type": "text/csv"})


def test_simulations_of_others(bridge: Delegated) -> None:
    """AD-02: with rights by platform a re-organisation is simulated for these alone; others' ones are not there."""
    bridge.plan("operator")
    foreign = simulated(bridge, "operator").json["id"]
    own = simulated(bridge, "chat operator").json["id"]
    bridge.work()

    assert {"operator": {"chat", "wiki", "forum"}, "chat operator": {"chat"}} == {
        who: {
            one["platform"] for one in bridge.call("GET", f"{BASE}/simulations/{number}", who).json["result"]["units"]
        }
        for who, number in (("operator", foreign), ("chat operator", own))
    }
    assert [own] == [one["id"] for one in whole(bridge, f"{BASE}/simulations", "chat operator")]
    assert 404 == bridge.call("GET", f"{BASE}/simulations/{foreign}", "chat operator").status_code
    for known, unknown in (("?platform=wiki", "?platform=nowhere"), ("?source=payroll", "?source=nowhere")):
        answers = [simulated(bridge, "chat operator", query) for query in (known, unknown)]
        assert [422, 422] == [one.status_code for one in answers]
        assert answers[0].json["errors"] == answers[1].json["errors"]


def test_runs_turned_around(bridge: Delegated) -> None:
    """AD-02: one's own run is turned around by a plan of the same reach; a foreign run is not there."""
    everything = {"chat operator": {}, "both operator": {"person": ADA.uuid}, "operator": {"platforms": ["wiki"]}}
    numbers = {who: bridge.plan(who, **wanted) for who, wanted in everything.items()}
    runs = {}
    for who, number in numbers.items():
        digest = bridge.call("GET", f"{BASE}/plans/{number}", who).json["digest"]
        bridge.call("POST", f"{BASE}/plans/{number}/approve", who, json={"digest": digest})
        job = bridge.call("POST", f"{BASE}/plans/{number}/rollout", who).json["id"]
        bridge.work()
        runs[who] = bridge.call("GET", f"{BASE}/jobs/{job}", who).json["result"]["run"]

    for who in ("chat operator", "both operator"):
        undo = {one: bridge.call("POST", f"{BASE}/runs/{run}/rollback", who) for one, run in runs.items()}
        allowed = {who, "both operator"}  # what is bound by both is within the platform as well
        assert {one: 202 if one in allowed else 404 for one in runs} == {
            one: answer.status_code for one, answer in undo.items()
        }
        bridge.work()
        back = bridge.call("GET", f"{BASE}/jobs/{undo[who].json['id']}", who).json["result"]["plan"]
        assert 200 == bridge.call("GET", f"{BASE}/plans/{back}", who).status_code
        beyond = {"chat operator": 404, "both operator": 200}[who]
        assert beyond == bridge.call("GET", f"{BASE}/plans/{back}", "sales operator").status_code


PATCHES = {
    "another platform": [{"part": "platforms", "name": "wiki", "value": {"enabled": False}}],
    "a shared mapping": [{"part": "mappings", "name": "shared", "value": {"for": "false"}}],
    "a group elsewhere": [{"part": "groups", "name": "mine", "value": {"on": ["wiki"], "members": "true"}}],
    "limits": [{"part": "guards", "name": "default", "value": {"suspend": {"percent": 100}}}],
}


@pytest.mark.parametrize("changes", PATCHES.values(), ids=PATCHES.keys())
def test_drafts_of_single_changes(bridge: Delegated, changes: list[dict[str, Any]]) -> None:
    """AD-04: single changes are judged as whole documents are; what is out of reach is not there to be taken away."""
    drafts, seen = f"{BASE}/configuration/drafts", {"If-Match": '"1"'}
    answer = bridge.call("POST", drafts, "chat mapper", json={"changes": changes}, headers=seen)
    assert (403, "out_of_reach") == (answer.status_code, answer.json["code"])

    gone = [[one | {"value": None, "name": name} for one in changes] for name in (changes[0]["name"], "nothing")]
    answers = [bridge.call("POST", drafts, "chat mapper", json={"changes": one}, headers=seen) for one in gone]
    assert [404, 404] == [one.status_code for one in answers]


def test_going_on_from_a_foreign_draft(bridge: Delegated) -> None:
    """AD-02, AD-04: a draft that changes anything beyond is not there to go on from, nor to be compared with."""
    wide = DOCUMENT | {"groups": {}}
    asked = {"json": {"configuration": wide}, "headers": {"If-Match": '"1"'}}
    foreign = bridge.call("POST", f"{BASE}/configuration/plan", "mapper", **asked).json["draft"]
    change = {"changes": [{"part": "groups", "name": "talk", "value": None}]}
    tries = {
        number: (
            bridge.call("POST", f"{BASE}/configuration/drafts", "chat mapper", json=change | {"onto": number},
                        headers={"If-Match": '"1"'}),
            bridge.call("GET", f"{BASE}/configuration/diff?draft={number}", "chat mapper"),
            bridge.call("GET", f"{BASE}/configuration/drafts/{number}", "chat mapper"),
        )
        for number in (foreign, 9999)
    }  # fmt: skip

    assert {404} == {one.status_code for answers in tries.values() for one in answers}
    assert [one.json["detail"] for one in tries[foreign]] == [one.json["detail"] for one in tries[9999]]


def test_files_and_rollback(bridge: Delegated) -> None:
    """AD-02, AD-04: a file is a part like any other; an earlier revision holds again if nothing of others differs."""
    base, desk = f"{BASE}/configuration", bridge.parts.configuration
    chat, wiki = ({**DOCUMENT["platforms"], name: DOCUMENT["platforms"][name] | {"title": "New"}}
                  for name in ("chat", "wiki"))  # fmt: skip
    desk.apply(desk.propose(DOCUMENT | {"platforms": chat}, by="cli").draft.id, by="cli")
    text = bridge.call("GET", f"{base}/export?format=json", "chat mapper").text
    seen = {"If-Match": '"2"', "Content-Type": "application/json"}
    taken = bridge.call("POST", f"{base}/import", "chat mapper", data=text, headers=seen)
    assert (200, []) == (taken.status_code, taken.json["changes"])
    whole_text = bridge.call("GET", f"{base}/export?format=json", "mapper").text
    assert 403 == bridge.call("POST", f"{base}/import", "chat mapper", data=whole_text, headers=seen).status_code

    back = bridge.call("POST", f"{base}/rollback", "chat mapper", json={"revision": 1}, headers={"If-Match": '"2"'})
    assert 200 == back.status_code, back.text
    both = chat | {"wiki": wiki["wiki"]}
    desk.apply(desk.propose(DOCUMENT | {"platforms": both}, by="cli", why="for wiki").draft.id, by="cli")
    late = bridge.call("POST", f"{base}/rollback", "chat mapper", json={"revision": 3}, headers={"If-Match": '"4"'})
    assert (403, "out_of_reach") == (late.status_code, late.json["code"])
    told = bridge.call("GET", f"{base}/diff?before=3", "chat viewer").json["changes"]
    assert {"platforms.chat.title"} == {one["path"] for one in told}
    shown = bridge.call("GET", base, "chat viewer").json
    assert ("", "", "") == (shown["why"], shown["made_by"], shown["applied_by"])


def test_sign_ins_by_the_cursor_of_another(bridge: Delegated) -> None:
    """AD-02: to go on from a foreign sign-in tells no more of it than to go on from one that never was."""
    for number, (who, words) in enumerate(((ADA, "a-a"), (BOB, "b-b"), (ADA, "c-c"))):
        bridge.clock.move(seconds=number)
        bridge.signed_in(who, "chat", words)
    path = f"{BASE}/traces"
    first = bridge.call("GET", f"{path}?limit=1", "sales viewer").json
    mark = first["next"].rpartition(".")[2]

    def after(words: str) -> list[str]:
        told = bridge.call("GET", f"{path}?before={words}.{mark}", "sales viewer").json
        return [one["reference"] for one in told["items"]]

    assert ["c-c"] == [one["reference"] for one in first["items"]]
    assert (["a-a"], [], []) == (after("c-c"), after("b-b"), after("x-x"))
    moment = int(bridge.clock().timestamp() * 1_000_000)
    assert (["c-c", "a-a"], ["a-a"], []) == tuple(after(f"at-{moment - back}") for back in (0, 1_000_000, 9_000_000))


def test_what_guards_count(bridge: Delegated) -> None:
    """AD-02: with rights by unit a plan tells what is held of it, not how many accounts there are on the platform."""
    desk = bridge.parts.configuration
    draft = desk.propose(DOCUMENT | {"guards": {"default": {"create": {"count": 0}}}}, by="cli").draft.id
    desk.approve(draft, by="cli")
    desk.apply(draft, by="cli")
    number = bridge.plan("both operator", person=ADA.uuid)

    for who, limit in (("both operator", None), ("sales viewer", None), ("chat viewer", 0)):
        found = bridge.call("GET", f"{BASE}/plans/{number}", who).json
        listed = bridge.call("GET", f"{BASE}/plans", who).json["items"][0]
        for told in (found, listed):
            assert [("create", 1, limit)] == [(one["guard"], one["count"], one["limit"]) for one in told["held"]]
        assert (who, limit is None) == (who, found["held"][0]["base"] is None)
