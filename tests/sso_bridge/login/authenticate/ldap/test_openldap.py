"""What only OpenLDAP shows: posix groups, its password policy, RFC 3062, and servers that come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import ldap3
import pytest

from sso_bridge.errors import NewPasswordRefused, SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.ldap.form import LdapForm
from sso_bridge.login.authenticate.ldap.servers import REST_SECONDS, Servers
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.lab import slapd
from tests.lab.process import free_port

pytestmark = pytest.mark.peer("slapd")
NEW = "Nieuw-Wachtwoord-1"
POLICY = f"cn=default,ou=policies,{slapd.SUFFIX}"
REPLACE = ldap3.MODIFY_REPLACE


@pytest.fixture
def settings(directory: slapd.Slapd) -> LdapSettings:
    """The workplace as an administrator writes it."""
    return LdapSettings(
        "ldap", (directory.ldaps_url,), slapd.PEOPLE, slapd.BRIDGE_DN, "env:X", ca_file=directory.ca_file,
        group_base=slapd.SUFFIX,
    )  # fmt: skip


@pytest.fixture
def form() -> Iterator[Callable[[LdapSettings], LdapForm]]:
    """Open workplaces; closed afterwards."""
    opened: list[LdapForm] = []

    def make(settings: LdapSettings) -> LdapForm:
        opened.append(LdapForm(settings, lambda _: slapd.BRIDGE_PASSWORD, Brakes(), FakeClock()))
        return opened[-1]

    yield make
    for workplace in opened:
        workplace.close()


@pytest.fixture
def admin(directory: slapd.Slapd) -> Iterator[ldap3.Connection]:
    """A connection that may change the directory."""
    connection = ldap3.Connection(directory.ldap_url, f"cn=admin,{slapd.SUFFIX}", slapd.PASSWORD, auto_bind=True)
    yield connection
    connection.unbind()


@pytest.fixture
def person(admin: ldap3.Connection) -> Iterator[str]:
    """Somebody with a Unix account; her distinguished name."""
    dn = f"uid=unix,{slapd.PEOPLE}"
    given = {"cn": "Unix", "sn": "Unix", "uidNumber": "1", "gidNumber": "77", "homeDirectory": "/", "uid": "unix"}
    assert admin.add(dn, ["inetOrgPerson", "posixAccount"], {**given, "userPassword": slapd.PASSWORD}), admin.result
    yield dn
    admin.delete(dn)


def reason(act: Callable[[], object]) -> str:
    """Return why it was refused."""
    with pytest.raises(SignInRefused) as refused:
        act()
    return refused.value.reason


def test_posix_groups(settings, form, admin, person):
    """Groups that list account names, and the primary group by its number (LD-10)."""
    groups = {f"cn={name},{slapd.GROUPS}": number for name, number in (("wheel", "5"), ("unix", "77"), ("other", "9"))}
    for dn, number in groups.items():
        assert admin.add(dn, "posixGroup", {"gidNumber": number}), admin.result
    admin.modify(f"cn=wheel,{slapd.GROUPS}", {"memberUid": [(REPLACE, ["unix", "p00001"])]})
    try:
        login = form(replace(settings, directory="rfc2307")).check_password("unix", slapd.PASSWORD)
    finally:
        for dn in groups:
            admin.delete(dn)

    assert {f"cn=wheel,{slapd.GROUPS}", f"cn=unix,{slapd.GROUPS}"} == login.groups


def test_locked_account_by_ticket(settings, form, admin, person):
    """Somebody the directory has locked is refused by every way in (LD-07)."""
    workplace = form(replace(settings, domains=("CORP.REALM",)))
    name = workplace.account("unix@CORP.REALM").subject.value
    assert admin.modify(person, {"pwdAccountLockedTime": [(REPLACE, ["000001010000Z"])]}), admin.result

    assert "account_locked" == reason(lambda: workplace.account("unix@CORP.REALM"))
    assert "account_locked" == reason(lambda: workplace.account(name))
    assert "account_locked" == reason(lambda: workplace.check_password("unix", slapd.PASSWORD))


def test_realm_of_others(settings, form):
    """A short name counts only with a domain that is ours (KR-04)."""
    workplace = form(settings)

    assert workplace.account("p00001@corp.example")
    assert "unknown_user" == reason(lambda: workplace.account("p00001@OTHER.EXAMPLE"))
    assert "unknown_user" == reason(lambda: workplace.account("p00001"))


@pytest.fixture
def must_change(admin: ldap3.Connection, person: str) -> Iterator[str]:
    """Somebody who must change her password first."""
    wanted = {"pwdMustChange": ["TRUE"], "pwdMinLength": ["8"], "pwdCheckQuality": ["1"]}
    assert admin.modify(POLICY, {name: [(REPLACE, value)] for name, value in wanted.items()}), admin.result
    assert admin.modify(person, {"pwdReset": [(REPLACE, ["TRUE"])]}), admin.result
    yield person
    admin.modify(POLICY, {name: [(REPLACE, [])] for name in wanted})


def test_change_a_password(settings, form, must_change):
    """Whoever must change the password does so with the old one (RFC 3062), and signs in with the new one."""
    workplace = form(settings)
    assert "password_must_change" == reason(lambda: workplace.check_password("unix", slapd.PASSWORD))

    workplace.change_password("unix", slapd.PASSWORD, NEW)

    assert workplace.check_password("unix", NEW)
    assert "wrong_password" == reason(lambda: workplace.check_password("unix", slapd.PASSWORD))


def test_change_refused(settings, form, must_change):
    """A wrong old password, an unknown name and a new password that is too short change nothing."""
    workplace = form(settings)

    assert "wrong_password" == reason(lambda: workplace.change_password("unix", "wrong", NEW))
    assert "unknown_user" == reason(lambda: workplace.change_password("nobody", slapd.PASSWORD, NEW))
    with pytest.raises(NewPasswordRefused, match="too short"):
        workplace.change_password("unix", slapd.PASSWORD, "short")
    assert "password_must_change" == reason(lambda: workplace.check_password("unix", slapd.PASSWORD))


@pytest.mark.parametrize("new", [slapd.PASSWORD, " ", "", "a\x00b", "x" * 300, "new\npassword"])
def test_unusable_new_password(settings, form, new):
    """What no directory may be asked is refused before it is asked."""
    with pytest.raises(NewPasswordRefused):
        form(settings).change_password("p00005", slapd.PASSWORD, new)


def test_a_dead_server_rests(directory):
    """A server that did not answer is asked after all others for some seconds, and then in its turn again."""
    now = [0.0]
    dead = f"ldaps://127.0.0.1:{free_port('127.0.0.1')}"
    servers = Servers((dead, directory.ldaps_url), directory.ca_file, lambda: now[0])
    first, second = servers.order()

    servers.failed(first, OSError("refused"))
    resting = servers.order()
    now[0] = REST_SECONDS + 1
    awake = servers.order()
    servers.worked(second)

    assert [second, first] == resting
    assert [first, second] == awake
    assert [second, first] == servers.order()


def test_all_down_names_each(settings, form):
    """When none answers the trouble names every server and what is wrong with it."""
    ports = [free_port("127.0.0.1") for _ in range(2)]
    down = form(replace(settings, urls=tuple(f"ldaps://127.0.0.1:{port}" for port in ports)))

    with pytest.raises(WorkplaceDown) as trouble:
        down.check_password("p00001", slapd.PASSWORD)

    assert all(f"127.0.0.1:{port} refuses connections" in trouble.value.cause for port in ports)


def test_our_own_password_is_wrong(settings, directory):
    """A wrong password of the service account is tried once, not on every server: that would lock it."""
    twice = replace(settings, urls=(directory.ldaps_url, directory.ldap_url))
    tried = f'BIND dn="{slapd.BRIDGE_DN}"'
    before = directory.process.log.read_text().count(tried)
    stale = LdapForm(twice, lambda _: "old", Brakes(), FakeClock())

    with pytest.raises(WorkplaceDown, match="refuses the service account"):
        stale.check_password("p00001", slapd.PASSWORD)

    assert before + 1 >= directory.process.log.read_text().count(tried)
