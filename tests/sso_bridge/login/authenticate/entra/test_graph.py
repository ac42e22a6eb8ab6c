"""More groups than a token holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
import responses

from sso_bridge.errors import SignInRefused, WorkplaceDown
from tests.fakes.entra import EntraWorkplace, FakeEntra, Member

OVERAGE = {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph.windows.net/x"}}}


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        yield net


@pytest.fixture
def entra(net, clock) -> FakeEntra:
    entra = FakeEntra(clock, net).with_graph()
    entra.more = dict(OVERAGE)
    return entra


@pytest.fixture
def workplace(entra) -> EntraWorkplace:
    return EntraWorkplace(entra, {"groups": True})


def graph_calls(net) -> int:
    return sum(call.request.url.startswith("https://graph.") for call in net.calls)


def test_in_the_token(entra, workplace, net):
    """Groups that fit into the token are taken from there."""
    entra.more = {"groups": ["g-1", "g-2", 7]}

    assert {"g-1", "g-2"} == workplace.sign_in().groups
    assert 0 == graph_calls(net)


def test_none(entra, workplace, net):
    """Somebody without groups has none, and nobody is asked."""
    entra.more = {}

    assert frozenset() == workplace.sign_in().groups
    assert 0 == graph_calls(net)


def test_not_wanted(entra, net):
    """Without `groups` they are neither taken nor asked for, and no permission is needed."""
    workplace = EntraWorkplace(entra)

    assert frozenset() == workplace.sign_in().groups
    assert "User.Read" not in entra.asked["scope"]
    assert 0 == graph_calls(net)


@pytest.mark.parametrize("said", [OVERAGE, {"hasgroups": True}, {"hasgroups": "true"}])
def test_too_many_for_the_token(entra, workplace, net, said):
    """They are listed with the person's own token, page by page; roles and units are no groups."""
    entra.more = dict(said)
    entra.members = [Member(f"g-{number}") for number in range(250)]
    entra.members += [Member("r-1", "#microsoft.graph.directoryRole")]
    entra.page = 100

    login = workplace.sign_in()

    assert {f"g-{number}" for number in range(250)} == login.groups
    assert 3 == graph_calls(net)
    assert "Bearer at-1" == net.calls[-1].request.headers["Authorization"]
    assert "User.Read" in entra.asked["scope"]


ANSWERS = {
    "throttled": ((429, {"Retry-After": "2.128"}, "{}"), r"asks us to wait, for 2.128 s"),
    "throttled without a word": ((503, {}, "<html>"), r"asks us to wait"),
    "strange Retry-After": ((429, {"Retry-After": "soon, ada"}, "{}"), r"asks us to wait$"),
    "not permitted": ((403, {}, '{"error": {"code": "Authorization_RequestDenied"}}'), "User.Read"),
    "token refused": ((401, {}, "{}"), "User.Read"),
    "broken": ((500, {}, "{}"), "answered 500"),
    "gone": ((404, {}, "{}"), "answered 404"),
    "page": ((200, {"Content-Type": "text/html"}, "<html>"), "gave no JSON"),
    "list": ((200, {}, "[]"), "no JSON object"),
    "no members": ((200, {}, "{}"), "without members"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_bad_answers(entra, workplace, name):
    """Groups that cannot be read are not no groups: the sign-in waits for a better moment, with the cause told."""
    answer, words = ANSWERS[name]
    entra.graph = lambda _url: answer

    with pytest.raises(WorkplaceDown, match=words):
        workplace.sign_in()


def test_line_cut(entra, workplace, net):
    """A cut line is told."""
    net.replace("GET", "https://graph.microsoft.com/v1.0/me/transitiveMemberOf", body=requests.ConnectionError("at-1"))

    with pytest.raises(WorkplaceDown, match="cannot be reached"):
        workplace.sign_in()


def endless(url: str) -> tuple[int, dict[str, str], str]:
    return 200, {}, json.dumps({"value": [{"id": "x"}], "@odata.nextLink": url})


def test_endless(entra, workplace, net):
    """A list without end is given up after twelve pages (LD-10)."""
    entra.graph = endless

    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in()

    assert ("too_many_groups", 12) == (caught.value.reason, graph_calls(net))


def test_slow(entra, workplace, clock):
    """A list that takes longer than five seconds is given up (TM-02)."""

    def slow(url: str) -> tuple[int, dict[str, str], str]:
        clock.now += timedelta(seconds=3)
        return endless(url)

    entra.graph = slow
    with pytest.raises(WorkplaceDown, match="takes too long"):
        workplace.sign_in()
