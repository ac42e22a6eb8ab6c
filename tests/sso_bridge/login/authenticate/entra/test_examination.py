"""What the doctor learns about a tenant."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import responses

from sso_bridge.doctor.finding import Finding, answers
from tests.fakes.entra import CALLBACK, TENANT, EntraWorkplace, FakeEntra

AUTHORIZE = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize"


@pytest.fixture
def entra(clock) -> Iterator[FakeEntra]:
    """A tenant that refuses a code of nobody's and sends people back."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        entra = FakeEntra(clock, net)
        says(entra, 400, error="invalid_grant", error_codes=[70000])
        net.add("GET", AUTHORIZE, f'<form method="POST" action="{CALLBACK}"><input name="error">')
        yield entra


def says(entra: FakeEntra, status: int, **told: object) -> None:
    """Let the token endpoint say this."""
    entra.token = lambda _form: (status, {"Content-Type": "application/json"}, json.dumps(told))


def look(entra: FakeEntra, **settings: object) -> dict[str, Finding]:
    """Let the doctor look at all but the network: Microsoft's own name is not asked for in tests."""
    questions = (one for one in EntraWorkplace(entra, settings).party.examine() if one.what != "name")
    return {one.what: one for one in answers("entra", questions)}


def test_all_is_well(entra: FakeEntra) -> None:
    """The tenant is the configured one, its keys are usable, it knows our client and our callback (RP-04)."""
    found = look(entra)

    assert ["discovery", "keys", "claims", "our client", "our registration"] == list(found)
    assert {"ok"} == {one.state for one in found.values()}
    assert ["examination"] == [one["code"] for one in entra.forms]


def test_wrong_secret(entra: FakeEntra) -> None:
    """A client secret that has ended is found, with Microsoft's number for it."""
    says(entra, 401, error="invalid_client", error_codes=[7000215])

    found = look(entra)["our client"]

    assert ("failed", True) == (found.state, "AADSTS7000215" in found.said)
    assert "client_secret" in found.todo


def test_another_tenant(entra: FakeEntra) -> None:
    """A tenant that calls itself otherwise is a failure, and no more is asked."""
    entra.issuer = "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0"

    found = look(entra)

    assert ["discovery"] == list(found)
    assert "which is not the configured issuer" in found["discovery"].said


def test_unregistered_callback(entra: FakeEntra) -> None:
    """AADSTS50011, which names our address on an error page, is not taken for a way back."""
    page = f"<p>AADSTS50011: The redirect URI '{CALLBACK}' specified in the request does not match</p>"
    entra.net.replace("GET", AUTHORIZE, page, status=400)

    assert ("warning", True) == (
        look(entra)["our registration"].state, CALLBACK in look(entra)["our registration"].todo,
    )  # fmt: skip
