"""What the doctor learns about a provider that is honest, and about one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sso_bridge.clock import now
from sso_bridge.outgoing import open_session
from tests.fakes.examined import Findings, examined
from tests.fakes.openid_workplace import CALLBACK, OpenIdWorkplace
from tests.lab.lies import LIES
from tests.lab.lying_op import LyingOp, start
from tests.lab.site import Site


@pytest.fixture
def op() -> Iterator[LyingOp]:
    """An honest provider without TLS."""
    with LyingOp(clock=now) as op:
        yield op


def look(op: LyingOp, lie: str = "none", **settings: object) -> Findings:
    """Let the doctor look while the provider lies."""
    op.lie = lie
    return examined(OpenIdWorkplace(op, settings).party)


def test_all_is_well(op: LyingOp) -> None:
    """A provider that knows us is fine in every respect, and the callback is told as it must be registered there."""
    found = look(op)

    assert {} == found.bad
    assert ["name", "clock", "discovery", "keys", "claims", "our client", "our registration"] == found.looked_at
    assert "1 usable keys" in found.said("keys")
    assert f"it sends people back to {CALLBACK}" == found.said("our registration")


@pytest.mark.parametrize(
    ("lie", "what", "said"),
    [
        ("metadata of another issuer", "discovery", "calls itself https://evil.example"),
        ("metadata with a slash", "discovery", "which is not the configured issuer"),
        ("metadata page", "discovery", "gave no JSON"),
        ("token endpoint of a file", "discovery", "unusable token_endpoint"),
        ("no keys", "keys", "no key for RS256 or ES256"),
        ("keys 404", "keys", "answered 404"),
        ("client refused", "our client", "invalid_client: see client_id, secret and scopes"),
        ("token endpoint 500", "our client", "answered 500"),
    ],
)
def test_one_fault(op: LyingOp, lie: str, what: str, said: str) -> None:
    """Each fault is one finding that names it and says what to change; where nothing rests on it, others are asked."""
    found = look(op, lie)

    assert {what} == found.bad.keys()
    assert said in found.bad[what][0]
    assert found.bad[what][1]
    assert ("our registration" in found.looked_at) == (what != "discovery")


def test_wrong_secret(op: LyingOp) -> None:
    """A wrong client secret is found before anybody signs in, by a code that no provider ever gave."""
    workplace = OpenIdWorkplace(op, given={"secret": lambda _reference: "another secret"})

    assert "invalid_client" in examined(workplace.party).bad["our client"][0]
    assert not [one for one in op.sent if one.get("code", "examination") != "examination"]


def test_missing_claim(op: LyingOp) -> None:
    """A provider that does not list the claim by which people are linked is a warning that names it."""
    op.extra = {"claims_supported": ["sub", "email"]}

    assert "employee_number" in look(op).bad["claims"][0]


def test_unregistered_callback(op: LyingOp) -> None:
    """A provider that does not send people back to our callback is a warning with the address to register."""
    op.registered = ("https://bridge.test/old",)

    found = look(op).one("our registration")

    assert "answers 400" in found.said
    assert CALLBACK in found.todo


def test_clock(op: LyingOp) -> None:
    """A provider whose clock is ten minutes away is a warning with the direction."""
    late = OpenIdWorkplace(op, given={"clock": lambda: now() - timedelta(minutes=10)})

    assert "its clock is " in examined(late.party).bad["clock"][0]
    assert "ahead of ours" in examined(late.party).bad["clock"][0]


def test_certificate(site: Site) -> None:
    """A certificate is verified with the authorities of the settings; one of nobody we trust is named (AD-14)."""
    op = start(site)
    try:
        trusting = open_session(["127.0.0.0/8"], ca_file=str(site.authority.ca_file))
        given = {"clock": now, "outgoing": trusting}
        good = OpenIdWorkplace(op, given=given)
        stranger = OpenIdWorkplace(op, given=given | {"outgoing": open_session(["127.0.0.0/8"])})
        closed = OpenIdWorkplace(op, given=given | {"outgoing": open_session()})

        assert "in 29 days" in examined(good.party).bad["certificate"][0]
        assert "signed by nobody we trust" in examined(stranger.party).bad["certificate"][0]
        assert "outgoing_ca_file" in examined(stranger.party).bad["certificate"][1]
        assert "outgoing_allow" in examined(closed.party).bad["certificate"][1]
    finally:
        op.stop()


def test_certificate_of_another_host(site: Site) -> None:
    """A certificate for other names is told as that."""
    op = LyingOp(site=site, address="127.0.0.51").start()
    try:
        trusting = open_session(["127.0.0.0/8"], ca_file=str(site.authority.ca_file))
        workplace = OpenIdWorkplace(op, given={"outgoing": trusting})

        assert "its certificate is not for 127.0.0.51" == examined(workplace.party).bad["certificate"][0]
    finally:
        op.stop()


def test_no_name() -> None:
    """A host that leads nowhere is one finding, and nothing else is asked of it."""
    op = LyingOp(clock=now)
    op.issuer = "https://nowhere.invalid"

    found = examined(OpenIdWorkplace(op).party)

    op.server.server_close()
    assert ["name", "discovery"] == found.looked_at
    assert "the name nowhere.invalid leads to no address" == found.bad["name"][0]


def test_every_lie_is_survived(op: LyingOp) -> None:
    """Whatever the provider says, the doctor only tells: no secret and nothing unexpected."""
    for lie in LIES:
        for one in look(op, lie).all:
            assert "unexpected" not in one.said, (lie, one)
            assert "s3cret" not in one.said + one.todo
