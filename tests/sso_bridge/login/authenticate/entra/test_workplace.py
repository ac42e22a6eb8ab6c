"""Who came back from Entra, and what Entra said about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import responses

from sso_bridge.errors import PageNeeded, SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Subject
from sso_bridge.login.authenticate.contract import Returned, SendsAway, SignsOut
from tests.fakes.entra import CALLBACK, CLIENT, OID, TENANT, EntraWorkplace, FakeEntra

GOODBYE = CALLBACK.replace("callback", "logout")
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        yield net


@pytest.fixture
def entra(net, clock) -> FakeEntra:
    return FakeEntra(clock, net)


def test_what_it_can_do(entra):
    """It has pages of its own, and signing out travels both ways."""
    party = EntraWorkplace(entra).party

    assert isinstance(party, SendsAway)
    assert isinstance(party, SignsOut)


def test_as_entra_said(entra, clock):
    """The subject is (tid, oid); without `auth_time`, `amr` and `acrs` Entra has said nothing about how and when."""
    login = EntraWorkplace(entra).sign_in()

    assert Subject("entra", OID, qualifier=TENANT) == login.subject
    assert ({"employee_number": "E1"}, frozenset()) == (login.keys, login.groups)
    assert (clock() - timedelta(minutes=5), ()) == (login.authenticated_at, login.method)
    assert "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified" == login.assurance
    assert {"session": "entra-session-1", "logout_hint": "O.opaque"} == login.upstream


def test_strong_sign_in(entra):
    """Methods are those of `amr`; an authentication context counts when it was asked and Entra says it was met."""
    workplace = EntraWorkplace(entra)
    entra.more = {"amr": ["pwd", "mfa"], "acrs": ["c1", "c7"], "acr": "1"}

    met, unmet, unasked = (workplace.sign_in(acr_values=asked) for asked in (("c7",), ("c2",), ()))

    assert ("c7", ("pwd", "mfa")) == (met.assurance, met.method)
    assert unmet.assurance == unasked.assurance == "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"


def test_request(entra):
    """Code flow with PKCE, state and nonce; the answer comes by POST; no refresh token is asked for (RP-05)."""
    workplace = EntraWorkplace(entra, {"domain_hint": "corp.example"})
    away = workplace.begin("h-9", login_hint="ada@corp.example", max_age=60)

    asked = entra.asked
    assert (CLIENT, CALLBACK, "h-9", "code", "form_post") == tuple(
        asked[name] for name in ("client_id", "redirect_uri", "state", "response_type", "response_mode")
    )
    assert ("S256", "60", "corp.example", "ada@corp.example") == tuple(
        asked[name] for name in ("code_challenge_method", "max_age", "domain_hint", "login_hint")
    )
    assert {"openid", "profile", "email"} == set(asked["scope"].split())
    assert json.loads(away.note["flow"])["code_verifier"] not in away.answer.url
    assert away.answer.url.startswith(f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?")


def test_wishes(entra):
    """Silent, forced and strong sign-ins are asked for in Entra's words; other classes mean nothing there."""
    workplace = EntraWorkplace(entra)

    workplace.begin(silent=True)
    silent = entra.asked
    workplace.begin(force=True)
    forced = entra.asked
    workplace.begin(acr_values=("c1", "urn:gold", "c100"), preferred=("c2", "c1"))
    strong = entra.asked

    assert ("none", "login", "0") == (silent["prompt"], forced["prompt"], forced["max_age"])
    assert {"id_token": {"acrs": {"essential": True, "values": ["c1", "c2"]}}} == json.loads(strong["claims"])


def test_forced_and_not_proved(entra, clock):
    """A forced sign-in needs Entra's word for when it was (OP-18)."""
    workplace = EntraWorkplace(entra)
    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in(force=True)
    assert "id_token_auth_time" == caught.value.reason

    entra.more = {"auth_time": int(clock().timestamp())}
    assert clock() == workplace.sign_in(force=True).authenticated_at
    clock.move(minutes=3)
    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in(force=True)
    assert "id_token_sign_in_too_old" == caught.value.reason


@pytest.mark.parametrize("error", ["login_required", "interaction_required"])
def test_silent(entra, error):
    """A silent try that needs a page leads on to the next way."""
    workplace = EntraWorkplace(entra)
    away = workplace.begin(silent=True)
    back = replace(workplace.back(), fields={"error": error, "error_description": "AADSTS50058", "state": "h-1"})

    with pytest.raises(PageNeeded):
        workplace.party.finish(back, away.note)


def test_directory(entra):
    """The directory is asked under the UPN; without one nobody is let past it (LD-07)."""
    asked: list[str] = []

    class Directory:
        def account(self, name: str) -> None:
            asked.append(name)
            raise SignInRefused("account_disabled")

    workplace = EntraWorkplace(entra, {"directory": "ad"}, {}, {"ad": Directory()})
    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in()
    entra.more = {"upn": "ada@corp.example"}
    with pytest.raises(SignInRefused) as disabled:
        workplace.sign_in()

    assert ("no_directory_claim", "account_disabled") == (caught.value.reason, disabled.value.reason)
    assert ["ada@corp.example"] == asked


def test_sovereign_cloud(net, clock):
    """A tenant of another cloud is asked there, and its tokens come from there."""
    entra = FakeEntra(clock, net, login="login.microsoftonline.us").with_graph("graph.microsoft.us")
    entra.more = {"hasgroups": True}
    workplace = EntraWorkplace(entra, {"cloud": "us_government", "groups": True})

    login = workplace.sign_in()

    assert 5 == len(login.groups)
    assert "login.microsoftonline.us" in workplace.begin().answer.url


def test_sign_out(entra):
    """Signing out goes to the tenant with Entra's own hint; an order comes by the browser, with issuer and session."""
    workplace = EntraWorkplace(entra)
    login = workplace.sign_in()

    away = workplace.party.begin_logout(login.subject, login.upstream, "out-1")
    order = workplace.party.logout_order(Returned("GET", GOODBYE, "", {"iss": ISSUER, "sid": "entra-session-1"}))

    assert "logout_hint=O.opaque" in away.answer.url
    assert workplace.party.finish_logout(Returned("GET", GOODBYE, "", {"state": "out-1"}), away.note)
    assert (None, ("entra-session-1",)) == (order.subject, order.sessions)
    assert workplace.party.answer_order(order, ended=True) is None
    for fields in ({"sid": "x"}, {"iss": ISSUER}, {"iss": "https://evil", "sid": "x"}):
        with pytest.raises(SignInRefused):
            workplace.party.logout_order(Returned("GET", GOODBYE, "", fields))


def test_key_roll_over(entra):
    """A new key of the tenant is found in the middle of a sign-in."""
    workplace = EntraWorkplace(entra)
    workplace.sign_in()
    away = workplace.begin()
    entra.keys = {"k2": entra.keys["k1"]}
    entra.signer = "k2"

    assert workplace.party.finish(workplace.back(), away.note).subject.value == OID


def test_tenant_not_found(net, clock):
    """A tenant that does not exist is told when somebody is sent there, not as somebody's wrong password."""
    net.add("GET", f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration", "{}", 400)
    workplace = EntraWorkplace(_Nowhere(clock))

    with pytest.raises(WorkplaceDown, match="tenant"):
        workplace.begin()


class _Nowhere:
    """Enough of an Entra for a workplace that never gets there."""

    tenant = TENANT

    def __init__(self, clock) -> None:
        self.clock = clock
