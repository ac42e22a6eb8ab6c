"""Locking a colleague out by guessing (LD-08): a real domain that locks after ten tries counts them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import ldap3
import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.arrival import Limits
from sso_bridge.login.authenticate.ldap.form import LdapForm
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from sso_bridge.login.brake import EntryBrake
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.throttle import Throttle
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.lab import samba_ad, samba_org
from tests.lab.samba_org import PASSWORD

pytestmark = pytest.mark.peer("samba_ad")
THRESHOLD = 10
TRIES = 6
"""How often a difference in time is measured: one that is real is there each time, one of a busy machine is not."""


@pytest.fixture
def settings(domain: samba_ad.SambaAd) -> LdapSettings:
    """The domain as a workplace."""
    return LdapSettings(
        "ad", (domain.ldaps_url,), samba_org.BASE, samba_org.BRIDGE, "env:X", "active_directory", domain.ca_file
    )


@pytest.fixture
def braked(settings: LdapSettings, store: Store, clock: FakeClock) -> Iterator[LdapForm]:
    """The workplace with the brake of production."""
    form = LdapForm(
        settings, lambda _: samba_org.BRIDGE_PASSWORD, EntryBrake(Throttle(store), Limits(), clock), clock
    )  # fmt: skip
    yield form
    form.close()


@pytest.fixture
def victim(domain: samba_ad.SambaAd) -> Iterator[str]:
    """Somebody with no wrong password to her name."""
    server = ldap3.Server(domain.ldaps_url, get_info=ldap3.NONE)
    name = f"Administrator@{samba_org.REALM}"
    admin = ldap3.Connection(server, name, samba_org.ADMIN_PASSWORD, auto_bind=True, check_names=False)
    dn = f"CN=victim,{samba_org.STAFF}"
    values = {"sAMAccountName": "victim", "userPrincipalName": "victim@ad.corp.example", "mail": "victim@corp.example"}
    password = f'"{PASSWORD}"'.encode("utf-16-le")
    assert admin.add(dn, "user", {**values, "unicodePwd": password, "userAccountControl": "512"}), admin.result
    yield dn
    admin.delete(dn)
    admin.unbind()


SPELLINGS = ("victim", "VICTIM", " victim", "victim@ad.corp.example", "victim@corp.example", "CORPAD\\victim")


def test_a_hundred_guesses(braked: LdapForm, victim: str, clock: FakeClock):
    """A hundred wrong passwords within half an hour, under six spellings, at two forms: the domain locks nobody out."""
    reasons = []
    for number in range(100):
        ask: tuple[Callable[..., object], tuple[str, ...]] = (
            (braked.check_password, (f"guess {number}",))
            if number % 2
            else (braked.change_password, (f"guess {number}", "Another-0ne"))
        )
        with pytest.raises(SignInRefused) as refused:
            ask[0](SPELLINGS[number % len(SPELLINGS)], *ask[1])
        reasons.append(refused.value.reason)
        clock.move(seconds=18)
    counted = braked.wire.read(victim, ("badPwdCount", "lockoutTime"))

    assert counted is not None
    assert 0 < int(counted.text("badPwdCount")) < THRESHOLD
    assert counted.text("lockoutTime") in {"", "0"}
    assert {"wrong_password", "account_throttled"} == set(reasons)


def test_timing(settings: LdapSettings):
    """In a domain, too, an unknown name takes as long as a wrong password (LD-09)."""
    form = LdapForm(settings, lambda _: samba_org.BRIDGE_PASSWORD, Brakes(), FakeClock())

    def seconds(name: str) -> float:
        begun = time.perf_counter()
        with pytest.raises(SignInRefused):
            form.check_password(name, "nonsense")
        return time.perf_counter() - begun

    def ratio() -> float:
        pairs = [(seconds(f"p{10 + number % 14:05}"), seconds(f"q{10 + number % 14:05}")) for number in range(56)]
        first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
        return first / second

    try:
        seconds("nobody")
        assert any(0.9 < ratio() < 1.1 for _ in range(TRIES))
    finally:
        form.close()
