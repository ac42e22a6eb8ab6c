"""Facts received against facts needed, as the last sign-ins tell."""

from __future__ import annotations

import pytest

from sso_bridge.configuration.workplaces.kinds import FileWorkplace, LdapWorkplace, Workplace
from sso_bridge.configuration.workplaces.openid import OidcWorkplace
from sso_bridge.doctor.stated import Stated
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.trace import WORKPLACE, Trace, stated
from sso_bridge.question import Doubt, Wrong
from sso_bridge.store.sign_in.traces import Traces

LOGIN = OidcWorkplace(
    kind="oidc", issuer="https://op.test", client_id="b", client_secret="env:X", link_claim="staff_no"
)
AD = LdapWorkplace(kind="ldap", urls=("ldaps://dc",), base_dn="dc=x", bind_dn="cn=y", bind_password="env:X")
FILE = FileWorkplace(kind="file", path="file:users.yaml")


@pytest.fixture
def saw(store, clock):
    """Let somebody sign in who states these facts; return what the doctor asks of."""
    traces = Traces(store)

    def saw(*given: dict[str, str], workplace: Workplace = LOGIN) -> Stated:
        for facts in given:
            trace = Trace(clock, "oidc", "chat", "192.0.2.1", workplace="login")
            number = {"employee_number": facts["employee_number"]} if "employee_number" in facts else {}
            others = {name: (text,) for name, text in facts.items() if name != "employee_number"}
            login = VerifiedLogin(Subject("login", "s"), clock(), (), "", number, others)
            trace.add(WORKPLACE, "confirmed by the workplace", cause=stated(login))
            traces.put(trace.record("answered"))
        return Stated(traces, "login", workplace)

    return saw


def test_nobody_yet(saw) -> None:
    """Before anybody has signed in nothing is claimed."""
    assert "nobody has signed in here lately" in saw().answer()


def test_all_is_well(saw) -> None:
    """What came is told by name, never by value (LD-11)."""
    told = saw({"employee_number": "E1", "email": "ada@corp.example"}).answer()

    assert "stated email, employee_number at the last 1 sign-ins" == told


@pytest.mark.parametrize(
    ("workplace", "name"), [(LOGIN, "staff_no"), (AD, "employeeNumber"), (FILE, "employee_number")]
)
def test_no_number(saw, workplace: Workplace, name: str) -> None:
    """Sign-ins without HR's number are a failure that names where the number is looked for."""
    with pytest.raises(Wrong, match="2 of the last 2 sign-ins came without employee_number") as caught:
        saw({"email": "ada@corp.example"}, {}, workplace=workplace).answer()

    assert f"looked for in {name}:" in caught.value.todo


def test_sometimes(saw) -> None:
    """Some without it are a warning."""
    with pytest.raises(Doubt, match="1 of the last 2") as caught:
        saw({"email": "bob@corp.example"}, {"employee_number": "E1"}).answer()

    assert not isinstance(caught.value, Wrong)


@pytest.mark.parametrize("more", [{"external": True}, {"link_by_mail": ("corp.example",)}])
def test_other_ways_to_be_somebody(saw, more: dict[str, object]) -> None:
    """Where a verified address links, or strangers are admitted, no number is missed."""
    workplace = LOGIN.model_copy(update=more)

    assert "stated" in saw({"mail": "ada@corp.example"}, workplace=workplace).answer()
