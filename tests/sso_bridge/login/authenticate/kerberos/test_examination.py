"""What the doctor learns about tickets: keytabs, the service account of a domain, its KDC and its clock."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import SimpleNamespace

import pytest

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.kerberos.door import KerberosTicket
from sso_bridge.login.authenticate.kerberos.kdc import time_at
from sso_bridge.login.authenticate.kerberos.settings import KerberosSettings
from sso_bridge.login.authenticate.ldap.form import LdapForm
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from sso_bridge.login.authenticate.services import ServiceAccount
from sso_bridge.question import Wrong
from tests.fakes.examined import examined
from tests.fakes.login import Brakes
from tests.fakes.workplaces import SeenBefore
from tests.lab import mit_kdc, samba_ad, samba_org
from tests.lab.process import free_port


def now() -> datetime:
    """Return the time: a KDC knows no other."""
    return datetime.now(UTC)


def desktop(keytab: Path, directory: object = None, clock: Callable[[], datetime] = now, **changes: object):
    """Return the workplace; without a directory there is none."""

    def find(name: str):
        if directory is None:
            raise WorkplaceDown(f"there is no workplace {name} that knows accounts")
        return directory

    usual = {"service": mit_kdc.SERVICE, "realms": (samba_org.REALM,), "directory": "ad"}
    settings = KerberosSettings(name="desktop", keytabs=(keytab,), **{**usual, **changes})
    return KerberosTicket(settings, find, SeenBefore(), clock)


class Domain:
    """A directory that knows these service accounts; its KDC is nowhere."""

    kdc_hosts = ("127.0.0.54",)

    def __init__(self, *accounts: ServiceAccount) -> None:
        self.accounts = accounts

    def service_accounts(self, name: str) -> tuple[ServiceAccount, ...]:
        assert name.startswith("HTTP/")
        return self.accounts


@pytest.fixture
def directory(domain: samba_ad.SambaAd) -> Iterator[LdapForm]:
    """The domain as a workplace."""
    settings = LdapSettings(
        "ad", (domain.ldaps_url,), samba_org.BASE, samba_org.BRIDGE, "env:X", "active_directory", domain.ca_file
    )
    form = LdapForm(settings, lambda _: samba_org.BRIDGE_PASSWORD, Brakes(), now)
    yield form
    form.close()


@pytest.mark.peer("samba_ad")
def test_domain_is_well(domain: samba_ad.SambaAd, directory: LdapForm) -> None:
    """The keytab fits the account of the domain, version by version, and its KDC answers for the realm (KR-06)."""
    found = examined(desktop(domain.keytab, directory))

    assert {} == found.bad
    assert ["keytab http.keytab", "our key", "directory", "service account", f"KDC at {domain.address}"] == (
        found.looked_at
    )
    assert found.said("service account").endswith("of the key, which we have")
    assert f"answers for {samba_org.REALM}, its clock differs by" in found.said(f"KDC at {domain.address}")


@pytest.mark.peer("samba_ad")
def test_old_keytab(domain: samba_ad.SambaAd, directory: LdapForm) -> None:
    """After a new password of the account the keytab is old: both versions are told, before anybody notices (KR-06)."""
    known = directory.service_accounts(mit_kdc.SERVICE)
    assert known is not None
    newer = SimpleNamespace(
        kdc_hosts=("127.0.0.54",),
        service_accounts=lambda _name: (ServiceAccount(known[0].kvno + 1, disabled=False, aes=True),),
    )

    found = examined(desktop(domain.keytab, newer)).one("service account")

    assert f"the domain has version {known[0].kvno + 1} of the key, our keytab has {known[0].kvno}" == found.said
    assert "keytab" in found.todo


@pytest.mark.peer("samba_ad")
def test_clock(domain: samba_ad.SambaAd, directory: LdapForm) -> None:
    """A clock ten minutes away is told by the KDC's own answer."""
    late = examined(desktop(domain.keytab, directory, lambda: now() - timedelta(minutes=10)))

    assert "ahead of ours" in late.bad[f"KDC at {domain.address}"][0]


@pytest.mark.peer("mit_kdc")
def test_time_at_mit(realm: mit_kdc.Realm) -> None:
    """MIT's KDC tells its time too."""
    port = int(re.findall(r"kdc = .*:([0-9]+)", (realm.room / "krb5.conf").read_text())[0])

    assert abs(time_at(mit_kdc.ADDRESS, mit_kdc.REALM, port) - now()) < timedelta(seconds=5)


@pytest.mark.peer("samba_ad")
def test_service_name_of_nobody(domain: samba_ad.SambaAd, directory: LdapForm) -> None:
    """A service name that no account has is told with the command that gives it to one."""
    found = examined(desktop(domain.keytab, directory, service="HTTP/other.example")).one("service account")

    assert "no account of the domain has the service name HTTP/other.example" == found.said
    assert "setspn -S HTTP/other.example" in found.todo


@pytest.mark.peer("mit_kdc")
@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ((ServiceAccount(2, disabled=True, aes=True),), "its account is disabled"),
        ((ServiceAccount(0, disabled=False, aes=False),), "does not say that it takes AES"),
        (
            (ServiceAccount(2, disabled=False, aes=True), ServiceAccount(2, disabled=False, aes=True)),
            "2 accounts have the service name",
        ),
    ],
)
def test_service_account(realm: mit_kdc.Realm, accounts: tuple[ServiceAccount, ...], said: str) -> None:
    """What is wrong with the account behind our name is told, with what to change."""
    assert said in examined(desktop(realm.keytab, Domain(*accounts))).one("service account").said


@pytest.mark.peer("mit_kdc")
def test_no_kdc(realm: mit_kdc.Realm) -> None:
    """A KDC that does not answer is a failure of its own."""
    found = examined(desktop(realm.keytab, Domain(ServiceAccount(0, disabled=False, aes=True)))).one(
        "KDC at 127.0.0.54"
    )

    assert "127.0.0.54:88: Connection refused" == found.said


def test_another_service_is_no_kdc(web_port: int) -> None:
    """Something else that listens there is not taken for a KDC."""
    with pytest.raises(Wrong, match=r"does not answer as a KDC|no KDC answers"):
        time_at("127.0.0.1", "KRB.EXAMPLE", web_port)


@pytest.fixture
def web_port() -> Iterator[int]:
    """The port of something that answers, and is no KDC."""
    server = HTTPServer(("127.0.0.1", free_port("127.0.0.1")), SimpleHTTPRequestHandler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


class WrongRealm(StreamRequestHandler):
    """Says KDC_ERR_WRONG_REALM at nine o'clock."""

    def handle(self) -> None:
        """Answer."""
        self.rfile.read(4)
        said = bytes.fromhex("7e1da41118 0f") + b"20261102090000Z" + bytes.fromhex("a603020144")
        self.wfile.write(len(said).to_bytes(4, "big") + said)


def test_wrong_realm() -> None:
    """A KDC that says that the realm is not its own is told with the setting to correct (KR-04)."""
    server = ThreadingTCPServer(("127.0.0.1", 0), WrongRealm)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    with pytest.raises(Wrong, match="does not know the realm OTHER") as caught:
        time_at("127.0.0.1", "OTHER.EXAMPLE", server.server_address[1])

    server.shutdown()
    server.server_close()
    assert "correct realms" in caught.value.todo


@pytest.mark.peer("mit_kdc")
def test_keytab(realm: mit_kdc.Realm, tmp_path: Path) -> None:
    """A keytab that others can read, one without our name, none at all: told by the file's name (KR-06)."""
    open_to_all = tmp_path / "open.keytab"
    shutil.copy(realm.keytab, open_to_all)
    open_to_all.chmod(0o644)

    assert "can be read or changed by others: chmod 640" in examined(desktop(open_to_all)).bad["keytab open.keytab"][0]
    assert "cannot be read" in examined(desktop(tmp_path / "none")).bad["keytab none"][0]
    assert "no key of HTTP/other" in examined(desktop(realm.keytab, Domain(), service="HTTP/other")).bad["our key"][0]
    assert "there is no workplace ad" in examined(desktop(realm.keytab)).bad["directory"][0]


@pytest.mark.peer("samba_ad")
def test_weak_keys(domain: samba_ad.SambaAd) -> None:
    """A keytab with RC4 keys only is a failure that says so (KR-01)."""
    found = examined(desktop(domain.old_keytab, Domain(), service="HTTP/old.localhost"))

    assert "are RC4 or DES and not used" in found.bad["keytab old.keytab"][0]
    assert "RC4 and DES are refused" in found.bad["our key"][0]
