"""A directory that points to another server (LD-05): nobody follows, and no password goes there."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import ldap3
import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.lab import slapd

pytestmark = pytest.mark.peer("slapd")
MANAGE = ("2.16.840.1.113730.3.4.2", True, None)
ELSEWHERE = f"ou=elsewhere,{slapd.PEOPLE}"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that would hear whoever followed."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.settimeout(0)
        yield opened


@pytest.fixture
def referral(directory: slapd.Slapd, listener: socket.socket) -> Iterator[None]:
    """A branch of the people that refers to the listener."""
    admin = ldap3.Connection(directory.ldap_url, f"cn=admin,{slapd.SUFFIX}", slapd.PASSWORD, auto_bind=True)
    there = f"ldap://127.0.0.1:{listener.getsockname()[1]}/{ELSEWHERE}"
    assert admin.add(ELSEWHERE, ["referral", "extensibleObject"], {"ou": "elsewhere", "ref": there}), admin.result
    yield
    admin.delete(ELSEWHERE, controls=[MANAGE])
    admin.unbind()


@pytest.fixture
def form(directory: slapd.Slapd) -> Iterator[LdapForm]:
    """The workplace."""
    settings = LdapSettings(
        "ad", (directory.ldaps_url,), slapd.PEOPLE, slapd.BRIDGE_DN, "env:X", ca_file=directory.ca_file
    )
    opened = LdapForm(settings, lambda _reference: slapd.BRIDGE_PASSWORD, Brakes(), FakeClock())
    yield opened
    opened.close()


@pytest.mark.usefixtures("referral")
def test_reference_in_a_search(form: LdapForm, listener: socket.socket):
    """A search that meets a reference finds the people who are here, and nobody elsewhere (LD-05)."""
    login = form.check_password("p00001", slapd.PASSWORD)
    with pytest.raises(SignInRefused):
        form.check_password("somebody-elsewhere", slapd.PASSWORD)

    assert "E1001" == login.keys["employee_number"]
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.usefixtures("referral")
def test_reference_instead_of_a_bind(form: LdapForm, listener: socket.socket):
    """A bind below a reference is no sign-in, and the password is not taken there (LD-05)."""
    bound = form.wire.bind(f"uid=p00001,{ELSEWHERE}", slapd.PASSWORD)

    assert 0 != bound.code
    with pytest.raises(BlockingIOError):
        listener.accept()
