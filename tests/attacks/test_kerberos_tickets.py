"""Tickets that must not let anybody in (KR-01, KR-03, KR-04): each with its reason for the audit."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.kerberos.acceptor import Refused, accept
from sso_bridge.login.authenticate.kerberos.door import KerberosTicket
from sso_bridge.login.authenticate.kerberos.token import claimed
from tests.fakes.clock import FakeClock
from tests.fakes.desk import Accounts, door
from tests.fakes.forged_ticket import INVALID, Forge
from tests.fakes.workplaces import SeenBefore
from tests.lab import mit_kdc, samba_ad, samba_org
from tests.lab.site import Site
from tests.lab.tickets import shown

pytestmark = pytest.mark.peer("mit_kdc")
ANYBODY = {f"{name}@{realm}": "" for name in mit_kdc.PEOPLE for realm in (mit_kdc.REALM, "EVIL.EXAMPLE")}


def reason(desktop: KerberosTicket, token: bytes) -> str:
    """Return why the ticket was refused; the public sentence is always the same."""
    with pytest.raises(SignInRefused) as refused:
        desktop.check_ticket(token)
    assert SignInRefused.sentence == refused.value.sentence
    return refused.value.reason


@pytest.fixture
def desk(realm: mit_kdc.Realm, tmp_path: Path) -> dict[str, str]:
    """Somebody signed in at a desk."""
    return realm.ticket("p00001", tmp_path / "cache")


@pytest.fixture(scope="module")
def evil(site: Site) -> Iterator[mit_kdc.Realm]:
    """A realm of somebody else, which gives tickets for a service of our name."""
    server = mit_kdc.start(site, "EVIL.EXAMPLE")
    yield server
    server.stop()


def test_replay(realm: mit_kdc.Realm, desk: dict[str, str]):
    """The same ticket, shown again byte for byte, is refused (KR-03)."""
    desktop, token = door(realm.keytab), shown(desk)
    desktop.check_ticket(token)

    assert "ticket_replayed" == reason(desktop, token)


def test_replay_in_another_wrapping(realm: mit_kdc.Realm, desk: dict[str, str]):
    """A ticket taken out of SPNEGO is the same ticket (KR-03)."""
    desktop, token = door(realm.keytab), shown(desk)
    desktop.check_ticket(token)
    bare = token[token.index(bytes.fromhex("06092a864886f712010202"), token.index(b"\xa2\x82")) - 4 :]

    assert claimed(bare) == claimed(token)
    assert "ticket_replayed" == reason(desktop, bare)


def test_replay_at_another_machine(realm: mit_kdc.Realm, desk: dict[str, str]):
    """A machine that never saw the ticket learns from the database that another one did (KR-03)."""
    token, once = shown(desk), SeenBefore()
    proven = accept(token, realm.keytab, f"{mit_kdc.SERVICE}@{realm.name}")
    doors = [
        KerberosTicket(one.settings, lambda _: Accounts(ANYBODY), once, FakeClock(), lambda *_: proven)
        for one in (door(realm.keytab), door(realm.keytab))
    ]
    doors[0].check_ticket(token)

    assert "ticket_replayed" == reason(doors[1], token)


def test_another_realm(realm: mit_kdc.Realm, evil: mit_kdc.Realm, tmp_path: Path):
    """A person of another realm is nobody here, although a key of ours opens the ticket and the name exists (KR-04)."""
    token = shown(evil.ticket("p00001", tmp_path / "evil"))

    assert "foreign_realm" == reason(door((realm.keytab, evil.keytab), Accounts(ANYBODY)), token)
    assert "key_unknown" == reason(door(realm.keytab, Accounts(ANYBODY)), token)


@pytest.mark.parametrize(
    ("account", "why"), [("p00001/admin", "not_a_person"), ("PC0001$", "machine_account")], ids=["instance", "machine"]
)
def test_no_person(realm: mit_kdc.Realm, tmp_path: Path, account: str, why: str):
    """`alice/admin` is not alice, and a machine is nobody: nothing is cut off a name until it fits (KR-04)."""
    token = shown(realm.ticket(account, tmp_path / "cache"))

    assert why == reason(door(realm.keytab, Accounts(ANYBODY)), token)


def test_realm_in_other_letters(realm: mit_kdc.Realm, desk: dict[str, str]):
    """Realms are compared letter by letter (KR-04)."""
    assert "foreign_realm" == reason(door(realm.keytab, realms=(mit_kdc.REALM.lower(),)), shown(desk))


def test_unknown_to_the_directory(realm: mit_kdc.Realm, desk: dict[str, str]):
    """A good ticket of somebody whom the directory does not know lets nobody in (KR-04)."""
    assert "unknown_user" == reason(door(realm.keytab, Accounts({})), shown(desk))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"starts": timedelta(hours=-9), "ends": timedelta(minutes=-6)}, "ticket_expired"),
        ({"starts": timedelta(minutes=6)}, "clock_skew"),
        ({"made": timedelta(minutes=-6)}, "clock_skew"),
        ({"made": timedelta(minutes=6)}, "clock_skew"),
        ({"flags": INVALID}, "ticket_refused"),
        ({"realm": "EVIL.EXAMPLE"}, "foreign_realm"),
        ({"realm": f"EVIL.EXAMPLE@{mit_kdc.REALM}"}, "unusable_principal"),
        ({"person": f"p00001@{mit_kdc.REALM}"}, "unusable_principal"),
        ({"person": "p00001\\"}, "unusable_principal"),
        ({"person": "p00001/admin"}, "not_a_person"),
        ({"person": "WELLKNOWN/ANONYMOUS"}, "not_a_person"),
        ({"person": "PC0001$"}, "machine_account"),
        ({"person": ""}, "unusable_principal"),
        ({"kvno": 3}, "key_unknown"),
        ({"encryption": 23}, "weak_encryption"),
        ({"encryption": 3}, "weak_encryption"),
        ({"session": 23}, "weak_encryption"),
        ({"encryption": 17}, "key_unknown"),
    ],
    ids=str,
)
def test_forged(tmp_path: Path, changes: dict[str, object], why: str):
    """Even under our own key: too old, too early, marked invalid, of another realm or of no person (KR-01, KR-04).

    The clocks of browser, KDC and bridge may differ by five minutes (KR-03).
    """
    forge = Forge(mit_kdc.SERVICE, mit_kdc.REALM)
    desktop = door(forge.keytab(tmp_path / "http.keytab"), Accounts(ANYBODY))

    assert desktop.check_ticket(forge.token(made=timedelta(minutes=-4)))
    assert why == reason(desktop, forge.token(**changes))


def test_not_our_realm_although_our_service(tmp_path: Path):
    """A key that some other realm gave for our name opens nothing for that realm's people (KR-04)."""
    evil = Forge(mit_kdc.SERVICE, "EVIL.EXAMPLE")
    desktop = door(evil.keytab(tmp_path / "http.keytab"), Accounts(ANYBODY))

    assert "foreign_realm" == reason(desktop, evil.token())


@pytest.mark.parametrize(
    ("shown_on", "taken"), [(b"ours" * 8, True), (b"", True), (b"evil" * 8, False)], ids=["ours", "unsaid", "another"]
)
def test_relayed(tmp_path: Path, shown_on: bytes, taken: bool):  # noqa: FBT001
    """A ticket that a browser showed on another TLS connection, to somebody in the middle, is refused here (KR-03)."""
    forge = Forge(mit_kdc.SERVICE, mit_kdc.REALM)
    usual = door(forge.keytab(tmp_path / "http.keytab"), Accounts(ANYBODY))
    desktop = KerberosTicket(
        usual.settings, lambda _: Accounts(ANYBODY), SeenBefore(), FakeClock(), end_point=b"ours" * 8
    )
    token = forge.token(end_point=shown_on)

    assert "relayed" == reason(desktop, token) if not taken else desktop.check_ticket(token)


def test_changed_on_the_way(realm: mit_kdc.Realm, desk: dict[str, str]):
    """One changed bit in what is sealed, and no key opens it (KR-01)."""
    token = bytearray(shown(desk))
    token[-20] ^= 1

    assert "key_unknown" == reason(door(realm.keytab), bytes(token))


def test_key_of_somebody_else(tmp_path: Path):
    """A ticket under another key than ours, of the same version and name, is refused (KR-01)."""
    ours, theirs = (Forge(mit_kdc.SERVICE, mit_kdc.REALM, secrets.token_bytes(32)) for _ in range(2))

    assert "key_unknown" == reason(door(ours.keytab(tmp_path / "http.keytab")), theirs.token())


@pytest.mark.peer("samba_ad")
def test_rc4(domain: samba_ad.SambaAd, tmp_path: Path):
    """A ticket under RC4 is refused although our keytab has the key and the library would take it (KR-01)."""
    desk = domain.ticket("p00001", samba_org.PASSWORD, tmp_path / "cache")
    token = shown(desk, "HTTP@old.localhost")
    accounts = Accounts({f"p00001@{samba_org.REALM}": ""})
    desktop = door(domain.old_keytab, accounts, realms=(samba_org.REALM,), service="HTTP/old.localhost")

    assert 23 == claimed(token).encryption
    assert "weak_encryption" == reason(desktop, token)
    assert accept(token, domain.old_keytab, f"HTTP/old.localhost@{samba_org.REALM}")


@pytest.mark.peer("samba_ad")
def test_another_service_of_the_same_account(domain: samba_ad.SambaAd, tmp_path: Path):
    """A ticket for the file service is refused although it is sealed with our own key (KR-01)."""
    desk = domain.ticket("p00001", samba_org.PASSWORD, tmp_path / "cache")
    token = shown(desk, "cifs@bridge.localhost")
    desktop = door(domain.keytab, Accounts({f"p00001@{samba_org.REALM}": ""}), realms=(samba_org.REALM,))

    assert "other_service" == reason(desktop, token)


def test_a_token_for_nothing(realm: mit_kdc.Realm):
    """What gssapi itself refuses has a reason too, and never an error of ours (KR-01)."""
    with pytest.raises(Refused):
        accept(b"nothing", realm.keytab, f"{mit_kdc.SERVICE}@{realm.name}")
    with pytest.raises(Refused):
        accept(b"nothing", Path("/nowhere"), "HTTP/x@Y")
