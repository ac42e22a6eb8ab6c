"""Who came back, and what the provider said about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import SendsAway, SignsOut
from tests.fakes.clock import START
from tests.fakes.openid_workplace import GOODBYE, OpenIdWorkplace, asked
from tests.lab.lying_op import CLIENT, LyingOp


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


class Directory:
    """Knows one account, and may have something against it."""

    def __init__(self, reason: str = "", number: str = "E1") -> None:
        self.reason, self.number, self.asked = reason, number, []

    def account(self, name: str) -> VerifiedLogin:
        self.asked.append(name)
        if self.reason:
            raise SignInRefused(self.reason)
        return VerifiedLogin(Subject("ad", name), START, (), "", keys={"employee_number": self.number})


def test_what_it_can_do(op):
    """It has pages of its own, and signing out travels both ways."""
    party = OpenIdWorkplace(op).party

    assert isinstance(party, SendsAway)
    assert isinstance(party, SignsOut)


def test_as_the_provider_said(op, clock):
    """Subject, time, methods, strength, HR number, groups and session are the provider's words."""
    login = OpenIdWorkplace(op).sign_in()

    assert Subject("login", "ada-0001", qualifier=op.issuer) == login.subject
    assert (clock(), ("pwd", "otp"), "urn:op:gold") == (login.authenticated_at, login.method, login.assurance)
    assert {"employee_number": "E1"} == login.keys
    assert {"all", "engines"} == login.groups
    assert {"session": "sid-1"} == login.upstream
    assert ("Ada Lovelace",) == login.attributes["name"]


def test_said_nothing(op, clock):
    """What the provider does not say is not made up: no methods, no strength, the time of its token."""
    for claim in ("employee_number", "groups", "email", "name", "preferred_username"):
        op.person.pop(claim, None)
    honest = op.claims
    gone = {"auth_time", "acr", "amr", "sid", "at_hash"}
    op.claims = lambda given, access: {k: v for k, v in honest(given, access).items() if k not in gone}

    login = OpenIdWorkplace(op).sign_in()

    assert ((), "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified") == (login.method, login.assurance)
    assert (clock(), {}, {}, frozenset()) == (login.authenticated_at, login.keys, login.attributes, login.groups)
    assert ({}, False) == (login.upstream, login.dated)


def test_nonsense_says_nothing(op):
    """Claims of another shape than they should have are left out, never guessed at."""
    op.person |= {
        "employee_number": ["E1"],
        "groups": "all",
        "name": {"a": 1},
        "email": "a\r\nb@c",
        "locale": "x" * 999,
    }
    honest = op.claims
    op.claims = lambda given, access: honest(given, access) | {"amr": "pwd", "acr": 1, "sid": ["x"]}

    login = OpenIdWorkplace(op).sign_in()

    assert ({}, frozenset(), (), {}) == (login.keys, login.groups, login.method, login.upstream)
    assert {"preferred_username"} == login.attributes.keys()


@pytest.mark.parametrize(("claimed", "known"), [("0042", "0042"), (42, "42"), (True, None), ("", None)])
def test_hr_number(op, claimed, known):
    """The HR number is taken as it is written; a number is written out, nothing else is one."""
    op.person["personnel"] = claimed

    login = OpenIdWorkplace(op, {"link_claim": "personnel"}).sign_in()

    assert known == login.keys.get("employee_number")


def test_userinfo_below_the_token(op):
    """Userinfo adds claims, and overrules none of the signed ones."""
    token_only = {"sub", "email_verified"}
    honest = op.claims
    op.claims = lambda given, access: {
        k: v for k, v in honest(given, access).items() if k not in op.person or k in token_only
    }
    op.person |= {"email_verified": True, "acr": "urn:op:platinum", "auth_time": 1, "sid": "other"}
    signed = OpenIdWorkplace(op)
    login = OpenIdWorkplace(op, {"userinfo": True}).sign_in()

    assert {} == signed.sign_in().keys
    assert {"employee_number": "E1"} == login.keys
    assert ("ada@corp.example",) == login.attributes["mail"]


def test_directory(op):
    """The directory is asked for the state of the account, and its word counts (LD-07)."""
    fine, locked = Directory(), Directory("account_disabled")

    OpenIdWorkplace(op, {"directory": "ad"}, {"directories": {"ad": fine}}).sign_in()
    with pytest.raises(SignInRefused) as caught:
        OpenIdWorkplace(op, {"directory": "ad"}, {"directories": {"ad": locked}}).sign_in()

    assert (["ada"], "account_disabled") == (fine.asked, caught.value.reason)


def test_directory_of_a_colleague(op):
    """Whoever gives the provider a colleague's name does not get in on the colleague's account (LD-07)."""
    colleague = Directory(number="E2")

    with pytest.raises(SignInRefused) as caught:
        OpenIdWorkplace(op, {"directory": "ad"}, {"directories": {"ad": colleague}}).sign_in()

    assert "directory_number" == caught.value.reason


def test_directory_without_a_name(op):
    """Somebody whose name for the directory the provider does not state is not let past it (LD-07)."""
    directory = Directory()

    with pytest.raises(SignInRefused) as caught:
        OpenIdWorkplace(op, {"directory": "ad", "directory_claim": "upn"}, {"directories": {"ad": directory}}).sign_in()

    assert ("no_directory_claim", []) == (caught.value.reason, directory.asked)


def test_other_audiences(op):
    """Another audience beside us is accepted when it is listed, and then only with us as the authorized party."""
    honest = op.claims
    op.claims = lambda given, access: honest(given, access) | {"aud": [CLIENT, "portal"], "azp": CLIENT}

    assert OpenIdWorkplace(op, {"audiences": ("portal",)}).sign_in()

    op.claims = lambda given, access: honest(given, access) | {"aud": [CLIENT, "portal"]}
    with pytest.raises(SignInRefused) as caught:
        OpenIdWorkplace(op, {"audiences": ("portal",)}).sign_in()
    assert "id_token_authorized_party" == caught.value.reason


def test_clocks_that_differ(op, clock):
    """Fifty seconds of difference either way are no reason to refuse anybody."""
    workplace = OpenIdWorkplace(op)
    for seconds in (50, -50):
        moved = clock() + timedelta(seconds=seconds)
        op.clock = lambda moved=moved: moved
        assert workplace.sign_in(force=True)


def test_userinfo_not_offered(op):
    """Userinfo that is asked for and not offered is told, not passed over."""
    honest = op.metadata
    op.metadata = lambda: {k: v for k, v in honest().items() if k != "userinfo_endpoint"}

    with pytest.raises(WorkplaceDown, match="userinfo: false"):
        OpenIdWorkplace(op, {"userinfo": True}).sign_in()


def test_sign_out_there(op):
    """Signing out leads to the provider with our name and the way back, without any token (RP-05)."""
    workplace = OpenIdWorkplace(op)
    login = workplace.sign_in()

    away = workplace.party.begin_logout(login.subject, login.upstream, "out-1")

    assert away.answer.url.startswith(f"{op.issuer}/logout?")
    assert {"client_id": CLIENT, "post_logout_redirect_uri": GOODBYE, "state": "out-1"} == asked(away)
    assert "ada" == asked(workplace.party.begin_logout(login.subject, {"logout_hint": "ada"}, "x"))["logout_hint"]


def test_no_sign_out_there(op):
    """A provider without such an address is left alone."""
    honest = op.metadata
    op.metadata = lambda: {k: v for k, v in honest().items() if k != "end_session_endpoint"}
    workplace = OpenIdWorkplace(op)

    assert workplace.party.begin_logout(workplace.sign_in().subject, {}, "out-1") is None


def test_provider_down(op, clock):
    """While the provider is down nobody can begin, quickly and with the cause; what is known is used afterwards."""
    workplace = OpenIdWorkplace(op)
    op.lie = "metadata page"

    with pytest.raises(WorkplaceDown, match="gave no JSON"):
        workplace.begin()
    op.lie = "none"
    with pytest.raises(WorkplaceDown, match="gave no JSON"):
        workplace.begin()
    clock.move(seconds=5)

    assert workplace.sign_in()
