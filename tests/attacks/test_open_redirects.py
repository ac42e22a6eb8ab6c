"""After a sign-in nobody is led away (SP-26)."""

# ruff: noqa: RUF001 - look-alikes are the point here
from __future__ import annotations

import pytest

from sso_bridge.web.safe_redirect import local_path
from tests.fakes.sign_in_bridge import RIGHT, SignInBridge, fields

AWAY = [
    "https://evil.test/",
    "http:evil.test",
    "//evil.test",
    "///evil.test",
    "////evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\\/evil.test",
    "/%5cevil.test",
    "/%2f/evil.test",
    "/%2f%2fevil.test",
    "/.//evil.test",
    "/..//evil.test",
    "/a/..//evil.test",
    "/%2e%2e/evil",
    "/@evil.test",
    "/%40evil.test",
    "@evil.test",
    "https:/evil.test",
    "https:evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.test",
    "/\n/evil.test",
    "/%09/evil.test",
    "/%0d%0aLocation:%20https://evil.test",
    "/\x00/evil.test",
    "/\u2025/evil.test",
    "/／evil.test",
    "\u3000//evil.test",
    " //evil.test",
    "evil.test",
    "",
    "?next=//evil.test",
    "/#//evil.test",
    "/[::1]/",
    "/" + "a" * 3000,
    "/console?x=\\evil",
    "/<script>",
]


@pytest.mark.parametrize("wanted", AWAY, ids=lambda wanted: ascii(wanted)[:30])
def test_away(wanted: str):
    """Every spelling that a browser might follow elsewhere leads home."""
    assert "/" == local_path(wanted)


@pytest.mark.parametrize(
    "wanted", ["/", "/console", "/console/", "/console/plans?id=7&sort=-name", "/a%20b/c", "/x?u=https://a"]
)
def test_here(wanted: str):
    """A page of ours is kept as it is."""
    assert wanted == local_path(wanted)


def test_whole_way(bridge: SignInBridge):
    """A hostile `next` on the sign-in page ends at home, a good one where it should."""
    for wanted, end in (("//evil.test", "/"), ("/console?a=1", "/console?a=1")):
        browser = bridge.client()
        begun = browser.get("/login", query_string={"next": wanted})
        form = fields(browser.get(begun.location).text)
        answer = browser.post("/login/staff", form | {"username": "ada", "password": RIGHT})

        assert (303, end) == (answer.status_code, answer.location)
