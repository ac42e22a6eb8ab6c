"""The `ldap` workplace against a real OpenLDAP."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import ldap3
import pytest

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from sso_bridge.login.authenticate.ldap.groups import nested_groups
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.lab import slapd
from tests.lab.process import free_port

pytestmark = pytest.mark.peer("slapd")
TRIES = 6
"""How often a difference in time is measured: one that is real is there each time, one of a busy machine is not."""


def settings_for(directory: slapd.Slapd, **changes: object) -> LdapSettings:
    """Return a workplace of the kind an administrator writes."""
    usual = LdapSettings(
        name="ad",
        urls=(directory.ldaps_url,),
        base_dn=slapd.PEOPLE,
        bind_dn=slapd.BRIDGE_DN,
        bind_password="env:LDAP_PASSWORD",
        ca_file=directory.ca_file,
    )
    return replace(usual, **changes)


@pytest.fixture
def form() -> Iterator[Callable[..., LdapForm]]:
    """Open workplaces, with the service password at hand; closed afterwards."""
    opened: list[LdapForm] = []

    def make(settings: LdapSettings, brake: Brakes | None = None, password: str = slapd.BRIDGE_PASSWORD) -> LdapForm:
        opened.append(LdapForm(settings, lambda _reference: password, brake or Brakes(), FakeClock()))
        return opened[-1]

    yield make
    for workplace in opened:
        workplace.close()


@pytest.fixture
def workplace(directory: slapd.Slapd, form: Callable[..., LdapForm]) -> LdapForm:
    """The workplace over ldaps."""
    return form(settings_for(directory))


@pytest.fixture
def admin(directory: slapd.Slapd) -> Iterator[ldap3.Connection]:
    """A connection that may change the directory."""
    connection = ldap3.Connection(directory.ldap_url, f"cn=admin,{slapd.SUFFIX}", slapd.PASSWORD, auto_bind=True)
    yield connection
    connection.unbind()


@pytest.fixture
def extra(admin: ldap3.Connection) -> Iterator[Callable[..., str]]:
    """Add a person for this test; returns the distinguished name."""
    made: list[str] = []

    def add(uid: str, **attributes: str) -> str:
        dn = f"uid={uid},{slapd.PEOPLE}"
        given = {"cn": "Extra", "sn": "Extra", "userPassword": slapd.PASSWORD} | attributes
        assert admin.add(dn, ["inetOrgPerson"], given), admin.result
        made.append(dn)
        return dn

    yield add
    for dn in made:
        admin.delete(dn)


def reason(workplace: LdapForm, username: str, password: str = slapd.PASSWORD) -> str:
    """Return why the sign-in was refused."""
    with pytest.raises(SignInRefused) as refused:
        workplace.check_password(username, password)
    assert SignInRefused.sentence == refused.value.sentence
    return refused.value.reason


def test_the_right_password(workplace: LdapForm):
    """A sign-in gives the immutable id and HR's number; over ldaps and over StartTLS alike (LD-03, LD-06)."""
    login = workplace.check_password("p00001", slapd.PASSWORD)

    assert "E1001" == login.keys["employee_number"]
    assert 36 == len(login.subject.value)
    assert "entryUUID" == login.subject.format
    assert ("pwd",) == login.method


def test_start_tls(directory: slapd.Slapd, form: Callable[..., LdapForm]):
    """`ldap://` is encrypted by StartTLS before anything is said (LD-04)."""
    over_tls = form(settings_for(directory, urls=(directory.ldap_url,)))

    assert "E1002" == over_tls.check_password("p00002", slapd.PASSWORD).keys["employee_number"]


@pytest.mark.parametrize("typed", [" p00001", "P00001", "p00001 ", "p00001@corp.example", "P00001@CORP.example"])
def test_spelling(workplace: LdapForm, typed: str):
    """Whatever spelling the directory accepts, the session carries the directory's own id and names (LD-06)."""
    login = workplace.check_password(typed, slapd.PASSWORD)

    assert str(UUID(login.subject.value)) == login.subject.value
    assert workplace.check_password("p00001", slapd.PASSWORD).subject == login.subject
    assert ("p00001",) == login.attributes["uid"]


def test_wrong_password(workplace: LdapForm):
    """A wrong password is refused, with the reason for the audit only."""
    assert "wrong_password" == reason(workplace, "p00001", "nonsense")


def test_unknown_name(workplace: LdapForm):
    """An unknown name gets the same sentence as a wrong password (LD-09)."""
    assert "unknown_user" == reason(workplace, "nobody-of-this-name")


def test_timing(workplace: LdapForm):
    """An unknown name takes as long as a wrong password (LD-09): the directory is asked the same things."""

    def seconds(name: str) -> float:
        begun = time.perf_counter()
        reason(workplace, name, "nonsense")
        return time.perf_counter() - begun

    def ratio() -> float:
        pairs = [(seconds("p00004"), seconds("nobody")) for _ in range(60)]
        wrong, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
        return wrong / unknown

    assert any(0.9 < ratio() < 1.1 for _ in range(TRIES))


def test_two_entries(workplace: LdapForm, extra: Callable[..., str]):
    """A name that two entries have is nobody's, even with the right password (LD-03)."""
    extra("twin-one", mail="twin@corp.example")
    extra("twin-two", mail="twin@corp.example")

    assert "ambiguous_name" == reason(workplace, "twin@corp.example")


def test_after_a_failed_bind(workplace: LdapForm):
    """A failed bind leaves nothing behind: the next person is judged on a connection of her own (LD-03)."""
    reason(workplace, "p00001", "nonsense")

    assert "E1002" == workplace.check_password("p00002", slapd.PASSWORD).keys["employee_number"]


def test_locked(workplace: LdapForm, extra: Callable[..., str]):
    """An account the directory has locked is refused with the exact reason for the audit (LD-07)."""
    extra("locked")
    seen = {reason(workplace, "locked", f"wrong {number}") for number in range(21)}

    assert "account_locked" == reason(workplace, "locked")
    assert seen <= {"wrong_password", "account_locked"}


def test_must_change(workplace: LdapForm, extra: Callable[..., str], admin: ldap3.Connection):
    """A bind that succeeds only to change the password is no sign-in (LD-07)."""
    dn = extra("beginner")
    policy = f"cn=default,ou=policies,{slapd.SUFFIX}"
    admin.modify(policy, {"pwdMustChange": [(ldap3.MODIFY_REPLACE, ["TRUE"])]})
    assert admin.modify(dn, {"pwdReset": [(ldap3.MODIFY_REPLACE, ["TRUE"])]}), admin.result

    why = reason(workplace, "beginner")
    admin.modify(policy, {"pwdMustChange": [(ldap3.MODIFY_REPLACE, [])]})

    assert "password_must_change" == why


def test_every_alias_one_brake(directory: slapd.Slapd, form: Callable[..., LdapForm]):
    """Tries under several spellings count for one account (LD-08)."""
    brake = Brakes(tries=3)
    workplace = form(settings_for(directory), brake)
    for typed in ("p00003", "P00003", "p00003@corp.example"):
        assert "wrong_password" == reason(workplace, typed, "nonsense")

    assert "account_throttled" == reason(workplace, " p00003")


def test_nested_groups(directory: slapd.Slapd, form: Callable[..., LdapForm]):
    """Groups are read upwards through nesting, and a circle of groups ends (LD-10)."""
    with_groups = form(settings_for(directory, group_base=slapd.GROUPS))

    groups = with_groups.check_password("p00001", slapd.PASSWORD).groups

    assert {f"cn={name},{slapd.GROUPS}" for name in ("team-1", "everyone", "circle")} == groups


def test_huge_groups():
    """A walk over endless groups stops (LD-10)."""
    above = nested_groups(
        ["start"], lambda members: [f"{member}.{number}" for member in members for number in range(50)]
    )

    assert 5000 == len(above)


def test_paged(workplace: LdapForm):
    """A paged read gets everybody."""
    people = list(workplace.wire.paged(slapd.PEOPLE, "(objectClass=person)", ("uid",)))

    assert len(people) >= 60


def test_fail_over(directory: slapd.Slapd, form: Callable[..., LdapForm]):
    """A server that is not there is passed over for the next one."""
    nobody = f"ldaps://127.0.0.1:{free_port('127.0.0.1')}"
    two = form(settings_for(directory, urls=(nobody, directory.ldaps_url)))

    assert two.check_password("p00001", slapd.PASSWORD)


def test_all_down(directory: slapd.Slapd, form: Callable[..., LdapForm]):
    """No server, no sign-in: the workplace is down, and no weaker way is tried (TM-02)."""
    down = form(settings_for(directory, urls=(f"ldaps://127.0.0.1:{free_port('127.0.0.1')}",)))

    with pytest.raises(WorkplaceDown):
        down.check_password("p00001", slapd.PASSWORD)


def test_service_password_wrong(directory: slapd.Slapd, form: Callable[..., LdapForm]):
    """A refused service account is the workplace's trouble, not the person's."""
    stale = form(settings_for(directory), password="old")

    with pytest.raises(WorkplaceDown):
        stale.check_password("p00001", slapd.PASSWORD)


def test_restart(workplace: LdapForm):
    """A connection the server has closed is opened anew, without a failed sign-in."""
    workplace.check_password("p00001", slapd.PASSWORD)
    kept = workplace.wire._service
    assert kept is not None
    kept.socket.close()

    assert workplace.check_password("p00002", slapd.PASSWORD)
