"""The `ldap` workplace against an Active Directory domain of 5,000 people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import ldap3
import pytest

from sso_bridge.errors import NewPasswordRefused, SignInRefused
from sso_bridge.login.authenticate.ldap.form import LdapForm
from sso_bridge.login.authenticate.ldap.groups import Groups
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.lab import samba_ad, samba_org
from tests.lab.samba_org import PASSWORD, STATES

pytestmark = pytest.mark.peer("samba_ad")
NEW = "Nieuw-Wachtwoord-1"


def settings_for(domain: samba_ad.SambaAd, **changes: object) -> LdapSettings:
    """Return a workplace of the kind an administrator writes."""
    usual = LdapSettings(
        name="ad",
        urls=(domain.ldaps_url,),
        base_dn=samba_org.BASE,
        bind_dn=samba_org.BRIDGE,
        bind_password="env:AD_PASSWORD",
        directory="active_directory",
        ca_file=domain.ca_file,
        group_base=samba_org.BASE,
    )
    return replace(usual, **changes)


@pytest.fixture
def form(domain: samba_ad.SambaAd) -> Iterator[Callable[..., LdapForm]]:
    """Open workplaces; closed afterwards."""
    opened: list[LdapForm] = []

    def make(**changes: object) -> LdapForm:
        settings = settings_for(domain, **changes)
        opened.append(LdapForm(settings, lambda _: samba_org.BRIDGE_PASSWORD, Brakes(), FakeClock()))
        return opened[-1]

    yield make
    for workplace in opened:
        workplace.close()


@pytest.fixture
def workplace(form: Callable[..., LdapForm]) -> LdapForm:
    """The workplace over ldaps."""
    return form()


@pytest.fixture
def admin(domain: samba_ad.SambaAd) -> Iterator[ldap3.Connection]:
    """A connection that may change the domain."""
    server = ldap3.Server(domain.ldaps_url, get_info=ldap3.NONE)
    name = f"Administrator@{samba_org.REALM}"
    connection = ldap3.Connection(server, name, samba_org.ADMIN_PASSWORD, auto_bind=True, check_names=False)
    yield connection
    connection.unbind()


def reason(workplace: LdapForm, username: str, password: str = PASSWORD) -> str:
    """Return why the sign-in was refused; the public sentence is always the same."""
    with pytest.raises(SignInRefused) as refused:
        workplace.check_password(username, password)
    assert SignInRefused.sentence == refused.value.sentence
    return refused.value.reason


@pytest.mark.parametrize(
    "typed",
    [
        "p00001",
        "P00001",
        " p00001 ",
        "p00001@ad.corp.example",
        "P00001@AD.CORP.EXAMPLE",
        "p00001@corp.example",
        "CORPAD\\p00001",
        "ad.corp.example\\p00001",
    ],
)
def test_names(workplace: LdapForm, typed: str):
    """The account name, the full name, the mail address and `DOMAIN\\name` all mean one person (LD-06)."""
    login = workplace.check_password(typed, PASSWORD)

    assert "E1001" == login.keys["employee_number"]
    assert ("p00001",) == login.attributes["sAMAccountName"]
    assert workplace.check_password("p00001", PASSWORD).subject == login.subject
    assert "objectGUID" == login.subject.format


def test_start_tls(domain: samba_ad.SambaAd, form: Callable[..., LdapForm]):
    """`ldap://` is encrypted by StartTLS; the domain would not take a password otherwise (LD-04)."""
    assert form(urls=(domain.ldap_url,)).check_password("p00002", PASSWORD)


@pytest.mark.parametrize("account", STATES)
def test_states(workplace: LdapForm, account: str):
    """Each state of an account has its own reason for the audit and the one sentence for people (LD-07)."""
    assert STATES[account] == reason(workplace, account)


@pytest.mark.parametrize("account", sorted(set(STATES) - {"elsewhere"}))
def test_states_without_a_password(workplace: LdapForm, account: str):
    """Whoever comes by ticket or assertion is refused for the same reasons (LD-07).

    Where one may sit is not asked again: the domain decided that when it gave the ticket.
    """
    with pytest.raises(SignInRefused) as refused:
        workplace.account(f"{account}@{samba_org.REALM}")

    assert STATES[account] == refused.value.reason


def test_account(workplace: LdapForm):
    """A full name, the permanent id and the SID mean the same entry; short names and mail addresses mean nobody."""
    login = workplace.account("p00001@AD.CORP.EXAMPLE")
    entry = workplace.wire.search(samba_org.BASE, "(sAMAccountName=p00001)", ("objectSid",), 2)[0]
    sid = entry.values["objectsid"][0]
    parts = [str(int.from_bytes(sid[at : at + 4], "little")) for at in range(8, len(sid), 4)]

    assert login.subject == workplace.account(login.subject.value).subject
    assert login.subject == workplace.account("-".join(["S", "1", "5", *parts])).subject
    for name in (
        "p00001",
        "p00001@corp.example",
        "p00001@EVIL.EXAMPLE",
        "@AD.CORP.EXAMPLE",
        "p00001@",
        "*@ad.corp.example",
    ):
        with pytest.raises(SignInRefused):
            workplace.account(name)


def test_nested_groups(domain: samba_ad.SambaAd, workplace: LdapForm):
    """Groups over five levels, a circle and the primary group are what `samba-tool` says (LD-10)."""
    above = {"team-1", "department-1", "division-1", "staff", "everyone", "circle-a", "circle-b"}
    children = {name: set(domain.tool("group", "listmembers", name).split()) for name in above}
    wanted, level = set(), {"p00001"}
    while level:
        level = {name for name, members in children.items() if members & level} - wanted
        wanted |= level
    direct = set(domain.tool("user", "getgroups", "p00001").split("\n")) - {""}

    found = workplace.check_password("p00001", PASSWORD).groups

    names = {dn.partition(",")[0].removeprefix("CN=") for dn in found}
    assert above == wanted
    assert wanted | direct | {"Users"} == names


def test_groups_by_walking(workplace: LdapForm):
    """A directory that does not work nested groups out itself gives the same answer by the walk (LD-10)."""
    entry = workplace.wire.search(samba_org.BASE, "(sAMAccountName=p00001)", ("objectSid", "primaryGroupID"), 2)[0]
    groups = Groups(_WithoutTokens(workplace.wire), workplace.people.flavour, samba_org.BASE)

    assert groups.of(entry) == workplace.check_password("p00001", PASSWORD).groups


class _WithoutTokens:
    """A directory whose service account may not read `tokenGroups`."""

    def __init__(self, wire: object) -> None:
        self.wire = wire
        self.paged = wire.paged

    def read(self, dn: str, attributes: tuple[str, ...]) -> object:
        """Leave them out."""
        return self.wire.read(dn, tuple(name for name in attributes if name != "tokenGroups"))


def test_five_thousand(workplace: LdapForm):
    """A paged read gets all 5,000 people, each once."""
    found = [entry.dn for entry in workplace.wire.paged(samba_org.STAFF, "(objectClass=user)", ("cn",))]

    assert 5000 + len(STATES) + 1 == len(set(found)) == len(found)


@pytest.fixture
def person(admin: ldap3.Connection) -> Iterator[Callable[..., str]]:
    """Add people who must change their password; returns the distinguished name."""
    made: list[str] = []

    def add(name: str) -> str:
        dn = f"CN={name},{samba_org.STAFF}"
        password = f'"{PASSWORD}"'.encode("utf-16-le")
        given = {"sAMAccountName": name, "unicodePwd": password, "userAccountControl": "512"}
        assert admin.add(dn, "user", given), admin.result
        made.append(dn)
        assert admin.modify(dn, {"pwdLastSet": [(ldap3.MODIFY_REPLACE, ["0"])]}), admin.result
        return dn

    yield add
    for dn in made:
        admin.delete(dn)


def test_change_an_expired_password(workplace: LdapForm, person: Callable[..., str]):
    """Somebody who must change the password does so, and signs in with the new one."""
    person("newcomer")
    assert "password_must_change" == reason(workplace, "newcomer")

    changed = workplace.change_password("newcomer", PASSWORD, NEW)

    assert changed == workplace.check_password("newcomer", NEW).subject
    assert "wrong_password" == reason(workplace, "newcomer")


def test_change_a_password_that_got_too_old(workplace: LdapForm):
    """A password that was good until its time was over is changed by its owner, who is in again with the new one."""
    assert "password_expired" == reason(workplace, samba_org.FORGETFUL)

    changed = workplace.change_password(samba_org.FORGETFUL, PASSWORD, NEW)

    assert changed == workplace.check_password(samba_org.FORGETFUL, NEW).subject
    assert "wrong_password" == reason(workplace, samba_org.FORGETFUL)


def test_change_with_the_wrong_password(workplace: LdapForm, person: Callable[..., str]):
    """Nobody changes a password without knowing the old one, and the domain counts the try."""
    dn = person("guarded")
    with pytest.raises(SignInRefused) as refused:
        workplace.change_password("guarded", "Not-the-0ld-one", NEW)

    assert "wrong_password" == refused.value.reason
    assert "1" == workplace.wire.read(dn, ("badPwdCount",)).text("badPwdCount")


def test_new_password_too_simple(workplace: LdapForm, person: Callable[..., str]):
    """The rules for passwords are the domain's; the old one stays."""
    person("careless")
    with pytest.raises(NewPasswordRefused):
        workplace.change_password("careless", PASSWORD, "simple")

    assert "password_must_change" == reason(workplace, "careless")


@pytest.mark.parametrize("account", ["disabled", "locked", "expired"])
def test_no_change_for_the_locked_out(workplace: LdapForm, account: str):
    """A new password opens no account that an administrator has closed (LD-07)."""
    with pytest.raises(SignInRefused) as refused:
        workplace.change_password(account, PASSWORD, NEW)

    assert STATES[account] == refused.value.reason


def test_change_for_nobody(workplace: LdapForm):
    """An unknown name is refused as at a sign-in."""
    with pytest.raises(SignInRefused) as refused:
        workplace.change_password("nobody", PASSWORD, NEW)

    assert "unknown_user" == refused.value.reason
