"""The `ldap` workplace against a real 389 Directory Server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import ldap3
import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from tests.fakes.login import Brakes
from tests.lab import ds389

pytestmark = pytest.mark.peer("ds389")
NEW = "Een-nieuw-wachtw00rd"
MUST_CHANGE, LONG_AGO, FAR_OFF = "19700101000000Z", "20200101000000Z", "20370101000000Z"


@pytest.fixture(scope="module")
def server(site) -> Iterator[ds389.Ds389]:
    """A directory for the tests of this file."""
    started = ds389.start(site)
    yield started
    started.stop()


@pytest.fixture
def workplace(server: ds389.Ds389) -> Iterator[LdapForm]:
    """The directory as a workplace; its clock is the directory's."""
    settings = LdapSettings(
        "staff", (server.ldaps_url,), ds389.PEOPLE, ds389.BRIDGE_DN, "env:X", "389ds", server.ca_file,
        group_base=ds389.GROUPS,
    )  # fmt: skip
    form = LdapForm(settings, lambda _: ds389.BRIDGE_PASSWORD, Brakes(), lambda: datetime.now(UTC))
    yield form
    form.close()


@pytest.fixture
def somebody(server: ds389.Ds389) -> Iterator[Callable[..., str]]:
    """Add somebody with these values afterwards; returned is the user name."""
    administrator, made = server.administrator(), []

    def add(number: int, **changes: str) -> str:
        dn, classes, values = ds389.person(number)
        assert administrator.add(dn, classes, values), administrator.result
        made.append(dn)
        for name, value in {"passwordExpirationTime": FAR_OFF, **changes}.items():
            assert administrator.modify(dn, {name: [(ldap3.MODIFY_REPLACE, [value])]}), administrator.result
        return str(values["uid"])

    yield add
    for dn in made:
        administrator.delete(dn)
    administrator.unbind()


def reason(workplace: LdapForm, name: str, password: str = ds389.PASSWORD) -> str:
    """Return why the sign-in was refused; the public sentence is always the same."""
    with pytest.raises(SignInRefused) as refused:
        workplace.check_password(name, password)
    assert SignInRefused.sentence == refused.value.sentence
    return refused.value.reason


def permanent(server: ds389.Ds389, name: str) -> str:
    """Return the permanent id of somebody."""
    administrator = server.administrator()
    administrator.search(ds389.PEOPLE, f"(uid={name})", attributes=["nsUniqueId"])
    found = str(administrator.entries[0]["nsUniqueId"])
    administrator.unbind()
    return found


def test_sign_in(workplace: LdapForm):
    """Somebody signs in under nsUniqueId, the permanent id; groups are read upwards, and a circle ends (LD-06)."""
    login = workplace.check_password("p00001", ds389.PASSWORD)

    assert ("nsUniqueId", {"employee_number": "E1001"}) == (login.subject.format, login.keys)
    assert {f"cn={name},{ds389.GROUPS}" for name in ("team", "everyone", "circle")} == login.groups
    assert login.subject == workplace.check_password("P00001 ", ds389.PASSWORD).subject


def test_wrong_password(workplace: LdapForm):
    """A wrong password and an unknown name are told apart for the audit only (LD-09)."""
    assert ["wrong_password", "unknown_user"] == [reason(workplace, "p00002", "no"), reason(workplace, "nobody")]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nsAccountLock": "true"}, "account_disabled"),
        ({"passwordExpirationTime": LONG_AGO}, "password_expired"),
        ({"passwordExpirationTime": MUST_CHANGE}, "password_must_change"),
    ],
)
def test_states(
    server: ds389.Ds389, workplace: LdapForm, somebody: Callable[..., str], changes: dict[str, str], why: str
):
    """Each state has its reason, with the password and without one (LD-07)."""
    name = somebody(100, **changes)
    with pytest.raises(SignInRefused) as refused:
        workplace.account(permanent(server, name))

    assert (why, why) == (reason(workplace, name), refused.value.reason)


def test_locked_out(server: ds389.Ds389, workplace: LdapForm, somebody: Callable[..., str]):
    """Whoever typed too many wrong passwords is locked for the right one too, by every way in (LD-07)."""
    name = somebody(101)
    for _ in range(ds389.MOST_FAILURES):
        reason(workplace, name, "wrong")
    with pytest.raises(SignInRefused) as refused:
        workplace.account(permanent(server, name))

    assert ("account_locked", "account_locked") == (reason(workplace, name), refused.value.reason)


def test_change_of_password(workplace: LdapForm, somebody: Callable[..., str]):
    """A password that an administrator gave is changed by its owner, who is in with the new one."""
    name = somebody(102, passwordExpirationTime=MUST_CHANGE)

    changed = workplace.change_password(name, ds389.PASSWORD, NEW)

    assert changed == workplace.check_password(name, NEW).subject
    assert "wrong_password" == reason(workplace, name)


def test_expired_for_good(workplace: LdapForm, somebody: Callable[..., str]):
    """A password that has fully expired is not taken for a change either: this directory refuses it, and says so."""
    name = somebody(103, passwordExpirationTime=LONG_AGO)

    with pytest.raises(SignInRefused) as refused:
        workplace.change_password(name, ds389.PASSWORD, NEW)

    assert "password_expired" == refused.value.reason
