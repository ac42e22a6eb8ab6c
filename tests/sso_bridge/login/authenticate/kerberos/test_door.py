"""The `kerberos` workplace with real tickets: of MIT's KDC, and of an Active Directory domain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.contract import TakesTicket
from sso_bridge.login.authenticate.kerberos.acceptor import Proven, accept
from sso_bridge.login.authenticate.kerberos.door import KERBEROS, opened
from sso_bridge.login.authenticate.kerberos.settings import KerberosSettings
from sso_bridge.login.authenticate.ldap.form import LdapForm
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from tests.fakes.clock import FakeClock
from tests.fakes.desk import Accounts, door
from tests.fakes.login import Brakes
from tests.fakes.workplaces import around
from tests.lab import mit_kdc, samba_ad, samba_org
from tests.lab.tickets import shown

ALICE = f"p00001@{mit_kdc.REALM}"


@pytest.mark.peer("mit_kdc")
@pytest.mark.parametrize("kind", ["spnego", "krb5"])
def test_a_ticket(realm: mit_kdc.Realm, tmp_path: Path, kind: str):
    """A ticket gives the directory's permanent id, the truth about the method, and a reply for the browser (KR-01)."""
    accounts = Accounts({ALICE: ""})
    desk = realm.ticket("p00001", tmp_path / "cache")

    accepted = door(realm.keytab, accounts).check_ticket(shown(desk, kind=kind))

    assert [ALICE] == accounts.asked
    assert f"id-of-{ALICE}" == accepted.login.subject.value
    assert (("wia",), KERBEROS) == (accepted.login.method, accepted.login.assurance)
    assert "E1001" == accepted.login.keys["employee_number"]
    assert accepted.reply


@pytest.fixture
def directory(domain: samba_ad.SambaAd) -> Iterator[LdapForm]:
    """The domain as a workplace; its people's groups are read."""
    settings = LdapSettings(
        "ad", (domain.ldaps_url,), samba_org.BASE, samba_org.BRIDGE, "env:X", "active_directory", domain.ca_file,
        group_base=samba_org.GROUPS,
    )  # fmt: skip
    form = LdapForm(settings, lambda _: samba_org.BRIDGE_PASSWORD, Brakes(), FakeClock())
    yield form
    form.close()


@pytest.mark.peer("samba_ad")
@pytest.mark.peer("mit_kdc")
def test_active_directory(domain: samba_ad.SambaAd, directory: LdapForm, tmp_path: Path):
    """Signed in by ticket or by password, a person has the same permanent id and the same groups (KR-04)."""
    desk = domain.ticket("p00001", samba_org.PASSWORD, tmp_path / "cache")
    desktop = door(domain.keytab, directory, realms=(samba_org.REALM,))

    login = desktop.check_ticket(shown(desk)).login

    typed = directory.check_password("p00001", samba_org.PASSWORD)
    assert (typed.subject.value, typed.groups, typed.keys) == (login.subject.value, login.groups, login.keys)
    assert "desktop" == login.subject.workplace


@pytest.mark.peer("samba_ad")
@pytest.mark.peer("mit_kdc")
def test_the_account_is_found_by_its_number(domain: samba_ad.SambaAd, tmp_path: Path):
    """The domain's own signed note in the ticket names the account by SID and says when its owner signed in (KR-04)."""
    desk = domain.ticket("p00002", samba_org.PASSWORD, tmp_path / "cache")

    proven = accept(shown(desk), domain.keytab, f"{mit_kdc.SERVICE}@{samba_org.REALM}")

    assert f"p00002@{samba_org.REALM}" == proven.principal
    assert proven.sid.startswith("S-1-5-21-")
    assert proven.since is not None


@pytest.mark.peer("samba_ad")
@pytest.mark.peer("mit_kdc")
def test_disabled_meanwhile(domain: samba_ad.SambaAd, directory: LdapForm, tmp_path: Path):
    """A ticket outlives the account: somebody disabled since this morning is refused (LD-07)."""
    desk = domain.ticket("p00003", samba_org.PASSWORD, tmp_path / "cache")
    desktop = door(domain.keytab, directory, realms=(samba_org.REALM,))
    token = shown(desk)
    domain.tool("user", "disable", "p00003")
    try:
        with pytest.raises(SignInRefused) as refused:
            desktop.check_ticket(token)
    finally:
        domain.tool("user", "enable", "p00003")

    assert "account_disabled" == refused.value.reason


@pytest.mark.peer("mit_kdc")
def test_keys_roll_over(realm: mit_kdc.Realm, tmp_path: Path):
    """Old and new keys hold together while tickets of both are about, in one file or in two (KR-06)."""
    before = realm.ticket("p00001", tmp_path / "before")
    old = shown(before)
    kept = tmp_path / "old.keytab"
    shutil.copy(realm.keytab, kept)
    new = tmp_path / "new.keytab"
    realm.administer(f"ktadd -k {new} {mit_kdc.SERVICE}", f"ktadd -k {realm.keytab} -norandkey {mit_kdc.SERVICE}")
    after = realm.ticket("p00001", tmp_path / "after")

    one_file, two_files = door(realm.keytab), door((kept, new))

    assert one_file.check_ticket(shown(before))
    assert one_file.check_ticket(shown(after))
    assert two_files.check_ticket(old)
    assert two_files.check_ticket(shown(after))
    assert len(two_files.check().rpartition("version ")[2].split(", ")) == 2


@pytest.mark.peer("mit_kdc")
def test_since_the_desk(realm: mit_kdc.Realm, tmp_path: Path):
    """The time of the sign-in is that at the desk, not that of the ticket's first use."""
    proven = accept(shown(realm.ticket("p00001", tmp_path / "cache")), realm.keytab, f"{mit_kdc.SERVICE}@{realm.name}")

    assert proven.since is not None
    assert abs(proven.since.timestamp() - (tmp_path / "cache").stat().st_mtime) < 120


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("10.1.2.3", True),
        ("127.0.0.1", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.168.1.1", True),
        ("203.0.113.7", False),
        ("2001:db8::1", False),
        ("somewhere", False),
        ("", False),
    ],
)
def test_networks(tmp_path: Path, address: str, asked: bool):  # noqa: FBT001
    """Only browsers of the office are asked for a ticket; an address that cannot be read is not one (KR-02)."""
    assert asked == door(tmp_path / "none").offered_to(address)
    assert not door(tmp_path / "none", networks=("198.51.100.0/24",)).offered_to(address)


def test_contract(tmp_path: Path):
    """The service is that of the public address unless the configuration names another."""
    settings = KerberosSettings("desktop", (tmp_path / "none",), (mit_kdc.REALM,), "", "ad")

    desktop = opened(settings, around(public_url="https://sso.corp.example:8443"), lambda _name: Accounts({}))

    assert isinstance(desktop, TakesTicket)
    assert "HTTP/sso.corp.example" == desktop.settings.service


@pytest.mark.peer("mit_kdc")
def test_check(realm: mit_kdc.Realm, tmp_path: Path):
    """The doctor hears which keys there are, or what is wrong with the file (KR-06)."""
    assert f"keys of {mit_kdc.SERVICE}, version" in door(realm.keytab).check()
    empty, loose, strange = tmp_path / "empty", tmp_path / "loose", tmp_path / "strange"
    empty.write_bytes(b"\x05\x02")
    shutil.copy(realm.keytab, loose)
    loose.chmod(0o644)
    strange.write_bytes(b"no keytab at all")
    for path, words in (
        (empty, "no key of"),
        (loose, "by others"),
        (strange, "no keytab"),
        (tmp_path / "x", "cannot be"),
    ):
        if path.exists() and path is not loose:
            path.chmod(0o600)
        with pytest.raises(WorkplaceDown, match=words):
            door(path).check()
    with pytest.raises(WorkplaceDown, match="no key of HTTP/other"):
        door(realm.keytab, service="HTTP/other.example").check()


@pytest.mark.peer("samba_ad")
@pytest.mark.peer("mit_kdc")
def test_check_of_old_keys(domain: samba_ad.SambaAd):
    """A keytab with RC4 keys only is told to the administrator before anybody meets it (KR-01)."""
    with pytest.raises(WorkplaceDown, match="no AES key"):
        door(domain.old_keytab, service="HTTP/old.localhost").check()


def test_times_of_other_worlds(tmp_path: Path):
    """A beginning in the future or long ago is not believed: nobody knows when it was."""
    desktop = door(tmp_path / "none")
    login, now = Accounts({ALICE: ""}).account(ALICE), FakeClock()()
    shifts = (timedelta(hours=-3), timedelta(hours=1), timedelta(days=-40))
    told = [desktop._told(login, Proven(ALICE, since=now + shift), now) for shift in shifts]

    assert [timedelta(hours=-3), timedelta(), timedelta()] == [one.authenticated_at - now for one in told]
    assert [True, False, False] == [one.dated for one in told]
