"""An empty password is never a yes (LD-02), at whatever door and in whatever shape."""

from __future__ import annotations

import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.fakes.sign_in_bridge import SignInBridge
from tests.lab import slapd

EMPTY = ["", " ", "   ", "\t", "\n", "\u00a0", "\u2003", "\x00", "\x00secret", "secret\x00", " \x00"]


@pytest.mark.parametrize("password", EMPTY, ids=ascii)
def test_at_the_form(bridge: SignInBridge, password: str):
    """The form refuses it with the usual sentence, before any workplace is asked."""
    bridge.workplaces["staff"].check_password = None
    answer = bridge.client().sign_in(password=password)

    assert 401 == answer.status_code
    assert SignInRefused.sentence in answer.text


def test_missing_field(bridge: SignInBridge):
    """A form without a password field signs nobody in."""
    browser = bridge.client()
    answer = browser.post("/login/staff", browser.start() | {"username": "ada"})

    assert 400 == answer.status_code
    assert [] == bridge.chat.told


@pytest.mark.peer("slapd")
@pytest.mark.parametrize("password", EMPTY, ids=ascii)
def test_at_the_directory(directory: slapd.Slapd, password: str):
    """The workplace itself refuses it too, so that no other caller can bind without a password (RFC 4513 5.1.2)."""
    settings = LdapSettings(
        "ad", (directory.ldaps_url,), slapd.PEOPLE, slapd.BRIDGE_DN, "env:X", ca_file=directory.ca_file
    )
    form = LdapForm(settings, lambda _reference: slapd.BRIDGE_PASSWORD, Brakes(), FakeClock())

    with pytest.raises(SignInRefused) as refused:
        form.check_password("p00001", password)
    form.close()

    assert "empty_password" == refused.value.reason
