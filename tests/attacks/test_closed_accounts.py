"""An account that the directory has closed gets in by no way, and what is asked of a directory has an end."""

from __future__ import annotations

import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.ldap.groups import DEEPEST, MOST, nested_groups
from sso_bridge.login.authenticate.ldap.state import SUB_CODES
from tests.fakes.admin import AdminBridge
from tests.fakes.desk import Accounts, door
from tests.fakes.openid_workplace import OpenIdWorkplace
from tests.fakes.saml_door import Door
from tests.fakes.saml_workplace import Says, attribute, stated
from tests.lab import mit_kdc
from tests.lab.lying_op import LyingOp
from tests.lab.tickets import shown

CLOSED = sorted(set(SUB_CODES.values()) - {"wrong_password"})
SENTENCE = SignInRefused("").sentence


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    """A provider that is honest today."""
    with LyingOp(clock) as made:
        yield made


@pytest.mark.parametrize("state", CLOSED)
def test_by_assertion(state: str):
    """A valid assertion opens no closed account, and people hear one sentence for all states (LD-07)."""
    upn = "ada@corp.test"
    workplace = Door(settings={"directory": "ad"}, directories={"ad": Accounts({upn: state})})

    with pytest.raises(SignInRefused) as refused:
        workplace.finish(workplace.idp.answer(Says(attributes=stated(attribute("eduPersonPrincipalName", upn)))))

    assert (state, SENTENCE) == (refused.value.reason, refused.value.sentence)


@pytest.mark.parametrize("state", CLOSED)
def test_by_id_token(op: LyingOp, state: str):
    """Nor does a valid ID token (LD-07)."""
    directories = {"directories": {"ad": Accounts({"ada": state})}}

    with pytest.raises(SignInRefused) as refused:
        OpenIdWorkplace(op, {"directory": "ad"}, directories).sign_in()

    assert (state, SENTENCE) == (refused.value.reason, refused.value.sentence)


@pytest.mark.peer("mit_kdc")
@pytest.mark.parametrize("state", CLOSED)
def test_by_ticket(realm: mit_kdc.Realm, tmp_path: Path, state: str):
    """Nor does a valid ticket (LD-07)."""
    desktop = door(realm.keytab, Accounts({f"p00001@{mit_kdc.REALM}": state}))

    with pytest.raises(SignInRefused) as refused:
        desktop.check_ticket(shown(realm.ticket("p00001", tmp_path / "cache")))

    assert (state, SENTENCE) == (refused.value.reason, refused.value.sentence)


@pytest.mark.parametrize("size", [1, 5, DEEPEST])
def test_circle_of_groups(size: int):
    """Groups in each other in a circle are each counted once and asked for once, however large the circle (LD-10)."""
    ring = {f"g{number}": f"g{(number + 1) % size}" for number in range(size)}
    asked: list[list[str]] = []

    def parents(members: list[str]) -> list[str]:
        asked.append(members)
        return [ring[member] for member in members if member in ring]

    assert set(ring) == nested_groups(["g0"], parents)
    assert min(size + 1, DEEPEST) == len(asked)


def test_endless_groups():
    """A directory that answers 50,000 groups at every level costs a bounded walk and bounded memory (LD-10)."""
    tracemalloc.start()
    found = nested_groups(["start"], lambda members: (f"{members[0]}.{number}" for number in range(50_000)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(found) == MOST
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize("who", ["nobody", "hr", "scim", "revoked"])
@pytest.mark.parametrize("name", ["staff", "nowhere", "../staff", "staff%00", "*"])
def test_examination_by_anybody(store, clock, keys, who: str, name: str):
    """The doctor answers nobody without the right to read the configuration, whatever they name (LD-11)."""
    answer = AdminBridge(store, clock, keys).call("POST", f"/admin/v1/workplaces/{name}/examination", who)

    assert answer.status_code in {401, 403, 404}
    assert "users.yaml" not in answer.text


@pytest.mark.peer("mit_kdc")
@pytest.mark.parametrize("mode", [0o604, 0o644, 0o660, 0o666, 0o602])
def test_keytab_of_everybody(realm: mit_kdc.Realm, tmp_path: Path, mode: int):
    """A keytab that others can read or change opens nothing, whichever bit it is (KR-06)."""
    copy = tmp_path / "open.keytab"
    shutil.copy(realm.keytab, copy)
    copy.chmod(mode)
    token = shown(realm.ticket("p00001", tmp_path / "cache"))

    with pytest.raises(WorkplaceDown, match="can be read or changed by others"):
        door(copy).check_ticket(token)
