"""A directory that says yes and binds somebody else: "Who am I?" tells, and nobody is signed in (LD-03)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from sso_bridge.login.authenticate.ldap.wire import Entry, _who_am_i
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.lab import slapd

pytestmark = pytest.mark.peer("slapd")
SETTINGS = LdapSettings("ad", (), slapd.PEOPLE, slapd.BRIDGE_DN, "env:X")


class Lying:
    """The real way to the directory, but for the answer to "Who am I?"."""

    def __init__(self, wire, who: str) -> None:
        self._wire, self._who = wire, who

    def __getattr__(self, name: str):
        return getattr(self._wire, name)

    def bind(self, dn: str, password: str):
        """Bind, and say that it was somebody else."""
        return replace(self._wire.bind(dn, password), who=self._who)


@pytest.fixture
def workplace(directory: slapd.Slapd):
    """A workplace that is told the truth."""
    settings = replace(SETTINGS, urls=(directory.ldaps_url,), ca_file=directory.ca_file)
    form = LdapForm(settings, lambda _reference: slapd.BRIDGE_PASSWORD, Brakes(), FakeClock())
    yield form
    form.close()


@pytest.mark.parametrize(
    "who",
    [
        f"dn:uid=p00002,{slapd.PEOPLE}",
        f"dn:uid=p00001,{slapd.PEOPLE},dc=evil",
        "dn:",
        "dn:uid=p00001",
        "u:CORP\\p00001",
        "u:p00002",
        "anonymous",
    ],
)
def test_bound_as_another(workplace: LdapForm, who: str):
    """Result 0 for another entry, or for one that cannot be told to be the same, is no sign-in."""
    workplace.wire = Lying(workplace.wire, who)

    with pytest.raises(SignInRefused) as refused:
        workplace.check_password("p00001", slapd.PASSWORD)

    assert "bound_as_another" == refused.value.reason


@pytest.mark.parametrize("who", ["", f"dn:UID=p00001, {slapd.PEOPLE}"])
def test_bound_as_asked(workplace: LdapForm, who: str):
    """A directory that does not offer it, or spells the same name in another way, is believed."""
    workplace.wire = Lying(workplace.wire, who)

    assert workplace.check_password("p00001", slapd.PASSWORD)


@pytest.mark.parametrize(("who", "same"), [("u:CORP\\Ada", True), ("u:CORP\\eve", False), ("u:CORP\\", False)])
def test_login_name_of_active_directory(workplace: LdapForm, who: str, *, same: bool):
    """Active Directory tells the login name; it is compared with the entry's own."""
    ada = Entry(f"uid=p00001,{slapd.PEOPLE}", {"samaccountname": (b"ada",)})

    assert same is (workplace._stranger(ada, replace(workplace.wire.bind(ada.dn, slapd.PASSWORD), who=who)) == "")


@pytest.mark.parametrize(
    ("result", "who"),
    [
        ({"result": 0, "responseValue": b"dn:uid=a,dc=x"}, "dn:uid=a,dc=x"),
        ({"result": 0, "responseValue": b""}, "dn:"),
        ({"result": 0}, "dn:"),
        ({"result": 2, "responseValue": None}, ""),
    ],
)
def test_nobody_is_bound(result: dict, who: str):
    """An empty answer means that nobody is bound (RFC 4532 2.2); only a refused question leaves it open."""

    class Connection:
        def extended(self, _oid: str) -> None:
            self.result = result

    assert who == _who_am_i(Connection())
