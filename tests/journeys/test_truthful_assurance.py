"""When, how and how strongly somebody signed in travels from the workplace to the platform, through both protocols."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.fakes.saml_workplace import stamp
from tests.fakes.two_protocols import CLASSES, MFA, TwoProtocols
from tests.lab.lying_op import LyingOp

KERBEROS, PASSWORD = CLASSES + "Kerberos", CLASSES + "PasswordProtectedTransport"


@pytest.fixture
def world(store, clock, keys, tmp_path) -> Iterator[TwoProtocols]:
    with LyingOp(clock) as op:
        yield TwoProtocols(store, clock, keys, tmp_path, op)


def wanted(*classes: str, comparison: str = "exact") -> str:
    """Write a RequestedAuthnContext."""
    inner = "".join(f"<saml:AuthnContextClassRef>{one}</saml:AuthnContextClassRef>" for one in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{inner}</samlp:RequestedAuthnContext>'


def test_saml_to_openid(world):
    """An assertion of this morning becomes `acr`, `amr` and `auth_time` of this morning, not of now (IDP-03, OP-13)."""
    world.only("office")
    morning = world.clock() - timedelta(hours=2)
    answer = world.through(world.site.browser(), world.site.authorize(), signed_in=timedelta(hours=-2))
    said = world.id_token(answer)

    assert (PASSWORD, ["pwd"], int(morning.timestamp())) == (said["acr"], said["amr"], said["auth_time"])


def test_unspecified_to_openid(world):
    """What a workplace does not say, an ID token does not say either."""
    world.only("office")
    said = world.id_token(world.through(world.site.browser(), world.site.authorize(), context=CLASSES + "unspecified"))

    assert "auth_time" in said
    assert not {"acr", "amr"} & set(said)


def test_openid_to_saml(world):
    """`acr` and `auth_time` become class and AuthnInstant of the assertion; an unknown `acr` is passed on as it is."""
    world.only("login")
    morning = world.clock() - timedelta(hours=2)
    world.op.person |= {"auth_time": int(morning.timestamp())}
    told = world.statement(world.through(world.site.browser(), world.saml_request()))

    assert ("urn:op:gold", stamp(morning)) == told


def test_openid_without_acr_to_saml(world):
    """A provider that says nothing about strength makes an `unspecified` assertion, never a stronger one."""
    world.only("login")
    world.op.person |= {"acr": ""}

    assert CLASSES + "unspecified" == world.statement(world.through(world.site.browser(), world.saml_request()))[0]


def test_level_in_our_words(world):
    """`levels` says what a workplace's own level is called here; the request goes out in the workplace's words."""
    world.only("login", levels={"urn:op:gold": MFA})

    assert ["urn:op:gold"] == world.away(world.site.browser(), world.saml_request(wanted(MFA)))["acr_values"]
    assert MFA == world.statement(world.through(world.site.browser(), world.saml_request(wanted(MFA))))[0]


def test_class_is_demanded_there_and_checked_here(world):
    """An essential `acr` is asked for by SAML, and what comes back below it is told as unmet (IDP-05)."""
    world.only("office")
    claims = f'{{"id_token":{{"acr":{{"essential":true,"values":["{KERBEROS}"]}}}}}}'
    met = world.through(world.site.browser(), world.site.authorize(claims=claims), context=KERBEROS)
    assert f">{KERBEROS}</".encode() in world.sent
    below = world.through(world.site.browser(), world.site.authorize(claims=claims))

    assert KERBEROS == world.id_token(met)["acr"]
    assert "error=unmet_authentication_requirements" in below.location


def test_unmet_class_by_saml(world):
    """An exact RequestedAuthnContext that the provider's `acr` does not meet is NoAuthnContext (IDP-05)."""
    world.only("login")

    assert (
        "NoAuthnContext"
        == world.statement(world.through(world.site.browser(), world.saml_request(wanted(KERBEROS))))[0]
    )


def test_wish_is_only_a_wish(world):
    """`acr_values` alone is asked of an OpenID provider, is not asked of SAML, and stops nobody (OIDC Core 3.1.2.1)."""
    world.only("office")
    answer = world.through(world.site.browser(), world.site.authorize(acr_values=KERBEROS))
    assert PASSWORD == world.id_token(answer)["acr"]
    assert b"RequestedAuthnContext" not in world.sent

    world.only("login")
    there = world.away(world.site.browser(), world.site.authorize(acr_values="urn:a urn:b"))
    assert ["urn:a urn:b"] == there["acr_values"]


def test_wish_brings_back_to_who_can(world):
    """With an open session below the wish the browser goes to the workplace once more, if that is known to have it."""
    world.only("office", levels={KERBEROS: KERBEROS})
    browser = world.site.browser()
    assert PASSWORD == world.id_token(world.through(browser, world.site.authorize()))["acr"]
    world.clock.move(minutes=1)
    better = world.through(browser, world.site.authorize(acr_values=KERBEROS), context=KERBEROS)
    assert KERBEROS == world.id_token(better)["acr"]
    silent = world.through(browser, world.site.authorize(acr_values="urn:else", prompt="none"))

    assert KERBEROS == world.id_token(silent)["acr"]


def test_max_age_by_saml(world):
    """SAML has no `max_age`: too old a session leads to ForceAuthn, and an old AuthnInstant will not do (OP-18)."""
    world.only("office")
    browser = world.site.browser()
    world.through(browser, world.site.authorize())
    world.clock.move(minutes=10)
    old = world.through(browser, world.site.authorize(max_age="300"), signed_in=timedelta(minutes=-10))
    assert b'ForceAuthn="true"' in world.sent
    assert "error=unmet_authentication_requirements" in old.location
    fresh = world.through(browser, world.site.authorize(max_age="300"))

    assert int(world.clock().timestamp()) == world.id_token(fresh)["auth_time"]


def test_force_by_openid(world):
    """ForceAuthn becomes `prompt=login` and `max_age=0` at the provider (IDP-05)."""
    world.only("login")
    browser = world.site.browser()
    world.through(browser, world.saml_request())
    world.clock.move(minutes=1)
    there = world.away(browser, world.saml_request(ForceAuthn="true"))

    assert (["login"], ["0"]) == (there["prompt"], there["max_age"])


def test_silent_try_that_is_too_old(world):
    """A silent answer that is not enough leads to the workplace's pages, not to a refusal (OP-18)."""
    world.only("office", silent=True)
    asked = []

    def age(request: bytes) -> timedelta:
        asked.append(b"IsPassive" in request)
        return timedelta(hours=-2) if asked[-1] else timedelta(0)

    said = world.id_token(world.through(world.site.browser(), world.site.authorize(max_age="300"), signed_in=age))

    assert int(world.clock().timestamp()) == said["auth_time"]
    assert [True, False] == asked
