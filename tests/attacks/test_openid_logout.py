"""Sign-out requests by strangers, and addresses they would like people to end up at."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.attacks.test_openid_jwt_forgeries import FORGERIES
from tests.fakes.openid_house import OpenIdHouse
from tests.journeys.test_openid_platforms import CLIENTS, SECRETS, SITE, Employee

BYE = "https://chat.test/bye"
OTHER = "https://wiki.test/bye"
BAD = [
    BYE + "/",
    BYE + "?x=1",
    BYE + "#x",
    "https://chat.test.evil.test/bye",
    "http://chat.test/bye",
    "//evil.test",
    OTHER,
]


@pytest.fixture
def employee(store, tmp_path) -> Employee:
    chat = replace(CLIENTS[0], post_logout_redirect_uris=frozenset({BYE}))
    wiki = replace(CLIENTS[1], post_logout_redirect_uris=frozenset({OTHER}))
    return Employee(OpenIdHouse(store, tmp_path, SITE, (chat, wiki), SECRETS))


@pytest.fixture
def hint(employee) -> str:
    """Sign in, and return the ID token that the platform keeps."""
    return employee.redeem(employee.type_password(employee.open())).json["id_token"]


def leave(employee, method="GET", **given):
    if method == "POST":
        parked = employee.http.post("/oidc/logout", data=given, base_url=SITE)
        return employee.http.get(parked.location, base_url=SITE)
    return employee.http.get("/oidc/logout?" + urlencode(given), base_url=SITE)


def signed_in(employee) -> bool:
    return employee.http.get("/session", base_url=SITE).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_with_a_true_hint(employee, hint, method):
    """A true hint ends the session, and state comes back at the registered address (OP-20)."""
    answer = leave(employee, method, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a b&c")

    assert BYE + "?state=a%20b%26c" == answer.location
    assert not signed_in(employee)


def test_without_an_address(employee, hint):
    """Without an address the person ends up with us (OP-20)."""
    page = leave(employee, id_token_hint=hint)

    assert 200 == page.status_code
    assert "You are signed out." in page.text
    assert not signed_in(employee)


@pytest.mark.parametrize("address", BAD)
def test_address_that_is_not_registered(employee, hint, address):
    """An address that is not this client's to the letter is not used, and nothing ends (OP-20)."""
    answer = leave(employee, id_token_hint=hint, post_logout_redirect_uri=address)

    assert 400 == answer.status_code
    assert "Location" not in answer.headers
    assert signed_in(employee)


@pytest.mark.parametrize("address", [*BAD, BYE, ""])
@pytest.mark.parametrize("client", ["", "chat"])
def test_without_a_hint_the_person_is_asked(employee, hint, address, client):
    """Nobody can sign a colleague out, or lead them away, by a link (OP-20)."""
    answer = leave(employee, post_logout_redirect_uri=address, client_id=client)

    assert "/logout" == answer.location
    assert signed_in(employee)


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_forged_hint(employee, hint, forge):
    """A forged hint ends nothing and leads nowhere (OP-14, OP-20)."""
    answer = leave(employee, id_token_hint=forge(), post_logout_redirect_uri=BYE)

    assert "Location" not in answer.headers
    assert 400 == answer.status_code
    assert signed_in(employee)


def test_hint_of_another_client(employee, hint):
    """A client_id that is not the audience of the hint is refused (OP-20)."""
    assert 400 == leave(employee, id_token_hint=hint, client_id="wiki").status_code
    assert signed_in(employee)


def test_hint_of_an_older_session(employee, hint):
    """An ID token of another session does not end the one in this browser: the person is asked (OP-20)."""
    employee.http.delete_cookie("__Host-session", domain="bridge.test")
    employee.type_password(employee.open())

    assert "/logout" == leave(employee, id_token_hint=hint, post_logout_redirect_uri=BYE).location
    assert signed_in(employee)


def test_repeated_parameters(employee, hint):
    """A repeated parameter is refused (OP-03)."""
    answer = employee.http.get(f"/oidc/logout?id_token_hint={hint}&id_token_hint={hint}", base_url=SITE)

    assert 400 == answer.status_code
    assert signed_in(employee)
