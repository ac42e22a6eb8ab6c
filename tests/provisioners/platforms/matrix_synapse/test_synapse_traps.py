"""The awkward answers of Synapse, as measured on a real one, one by one."""

from __future__ import annotations

import json

import pytest
import responses

from provisioners.conformance.sample import account
from provisioners.errors import NeedsAdmin, SkipAccount, TryAgain
from provisioners.platforms.matrix_synapse.rooms import alias_of, key_of
from tests.provisioners.platforms.opened import opened

BASE = "https://chat.corp.example"
ADMIN = f"{BASE}/_synapse/admin"
CLIENT = f"{BASE}/_matrix/client/v3"
BOT = "@bridge-bot:corp.example"
ADA = "@p00001:corp.example"
ADA_URL = f"{ADMIN}/v2/users/%40p00001%3Acorp.example"
NOT_FOUND = {"errcode": "M_NOT_FOUND", "error": "no"}
PERSON, SUBJECT = account(1).person_uuid, account(1).subject


@pytest.fixture
def wire():
    """Give a wire with a homeserver that only knows our bot."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get(f"{CLIENT}/account/whoami", json={"user_id": BOT})
        yield wire


@pytest.fixture
def connector():
    """Give a connector as configured."""
    return opened("matrix_synapse", url=BASE, auth_provider="oidc-bridge")


def _holds(wire, path, user_id):
    answer = {"json": {"user_id": user_id}} if user_id else {"status": 404, "json": NOT_FOUND}
    wire.get(f"{ADMIN}/v1/{path}", **answer)


def _nobody(wire, *, mail=None, person=None, subject=None, free=True):
    """Say who holds the bindings and the address of the sample person."""
    _holds(wire, f"auth_providers/sso-bridge/users/{PERSON}", person)
    _holds(wire, f"auth_providers/oidc-bridge/users/{SUBJECT}", subject)
    _holds(wire, "threepid/email/users/p00001%40corp.example", mail)
    taken = {"status": 400, "json": {"errcode": "M_USER_IN_USE"}}
    wire.get(f"{ADMIN}/v1/username_available", **({"json": {"available": True}} if free else taken))


def _writes(wire):
    return [(call.request.method, json.loads(call.request.body)) for call in wire.calls if call.request.method != "GET"]


def test_bound_in_the_first_call(wire, connector):
    """The first call binds the account to our sign-in; without it Synapse makes a second account at sign-in."""
    _nobody(wire)
    wire.put(ADA_URL, status=201, json={"name": ADA})

    assert ADA == connector.create(account(1))

    body = {
        "displayname": "Sample Person 1",
        "threepids": [{"medium": "email", "address": "p00001@corp.example"}],
        "external_ids": [
            {"auth_provider": "oidc-bridge", "external_id": SUBJECT},
            {"auth_provider": "sso-bridge", "external_id": PERSON},
        ],
        "locked": False,
    }
    assert [("PUT", body)] == _writes(wire)


def test_address_is_not_stolen(wire, connector):
    """An address of somebody else is looked up and left there: Synapse would move it without a word (PR-08)."""
    _nobody(wire, mail="@someone:corp.example")

    with pytest.raises(SkipAccount):
        connector.create(account(1))

    assert [] == _writes(wire)


def test_taken_name(wire, connector):
    """An account of that name is not taken over (PR-08)."""
    _nobody(wire, free=False)

    with pytest.raises(SkipAccount):
        connector.create(account(1))

    assert [] == _writes(wire)


def test_account_from_the_first_sign_in(wire, connector):
    """An account that our own sign-in made is bound to the person: the subject is proof that nobody else has."""
    _nobody(wire, subject="@ada:corp.example")
    bound = [{"auth_provider": "oidc-bridge", "external_id": SUBJECT}, {"auth_provider": "saml", "external_id": "x"}]
    user = {"name": "@ada:corp.example", "deactivated": False, "external_ids": bound, "displayname": "Sample Person 1"}
    wire.get(f"{ADMIN}/v2/users/%40ada%3Acorp.example", json=user)
    wire.put(f"{ADMIN}/v2/users/%40ada%3Acorp.example", json=user)

    assert "@ada:corp.example" == connector.create(account(1))

    names = [one["auth_provider"] for one in _writes(wire)[0][1]["external_ids"]]
    assert ["saml", "oidc-bridge", "sso-bridge"] == names


def test_conflict_that_created(wire, connector):
    """409 leaves an account behind; that is told, and never mistaken for ours."""
    _nobody(wire)
    wire.put(ADA_URL, status=409, json={"errcode": "M_UNKNOWN", "error": "External id is already in use."})

    with pytest.raises(SkipAccount) as caught:
        connector.create(account(1))

    assert "deactivate" in caught.value.hint


@pytest.mark.parametrize("name", ["jörg", "a b", "", "x:evil.example", "@x", "é", "x" * 300, "a\nb", "x?y"])
def test_name_that_matrix_refuses(wire, connector, name):
    """A user name outside the alphabet of Matrix is refused before anything is written (ID-03)."""
    _nobody(wire)

    with pytest.raises(SkipAccount):
        connector.create(account(1, userName=name))

    assert [] == _writes(wire)


def test_capitals(wire, connector):
    """Capitals are lowered as Synapse does at sign-in."""
    _nobody(wire)
    wire.put(ADA_URL, status=201, json={"name": ADA})

    assert ADA == connector.create(account(1, userName="P00001"))


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, {"errcode": "M_UNRECOGNIZED"}), (404, "<html>not found</html>"), (405, {"errcode": "M_UNRECOGNIZED"})],
)
def test_authentication_service(wire, connector, status, body):
    """Where Matrix Authentication Service or a proxy hides the admin API, nobody is taken for missing."""
    form = {"json": body} if isinstance(body, dict) else {"body": body}
    wire.get(f"{ADMIN}/v1/auth_providers/sso-bridge/users/{PERSON}", status=status, **form)

    with pytest.raises(NeedsAdmin) as caught:
        connector.find(PERSON)

    assert caught.value.hint


def test_throttled(wire, connector):
    """The wait is read from header and body, the longer one counts."""
    body = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2006}
    path = f"{ADMIN}/v1/auth_providers/sso-bridge/users/{PERSON}"
    wire.get(path, status=429, json=body, headers={"Retry-After": "3"})

    with pytest.raises(TryAgain) as caught:
        connector.find(PERSON)

    assert 3.0 == caught.value.after


def test_old_synapse_cannot_lock(wire, connector):
    """A Synapse that ignores the lock is told from one that locks (PR-09)."""
    wire.get(ADA_URL, json={"name": ADA})
    wire.put(ADA_URL, json={"name": ADA})

    with pytest.raises(NeedsAdmin):
        connector.suspend(ADA)


def test_suspension_ends_sessions(wire, connector):
    """A locked account loses its devices too, so that no old session wakes up with it."""
    wire.get(ADA_URL, json={"name": ADA, "locked": False})
    wire.put(ADA_URL, json={"name": ADA, "locked": True})
    wire.get(f"{ADA_URL}/devices", json={"devices": [{"device_id": "D1"}, {"device_id": "D2"}], "total": 2})
    wire.post(f"{ADA_URL}/delete_devices", json={})

    connector.suspend(ADA)

    assert [("PUT", {"locked": True}), ("POST", {"devices": ["D1", "D2"]})] == _writes(wire)


def test_update_keeps_what_is_not_ours(wire, connector):
    """Lists are replaced as a whole by Synapse: telephone numbers and foreign bindings are sent back."""
    _nobody(wire, person=ADA, subject=ADA)
    phone, old = {"medium": "msisdn", "address": "31600000000"}, {"medium": "email", "address": "old@corp.example"}
    foreign = {"auth_provider": "oidc-other", "external_id": "z"}
    ours = [
        {"auth_provider": "oidc-bridge", "external_id": "old"},
        {"auth_provider": "sso-bridge", "external_id": PERSON},
    ]
    wire.get(ADA_URL, json={"name": ADA, "threepids": [phone, old], "external_ids": [foreign, *ours]})
    wire.put(ADA_URL, json={"name": ADA})

    connector.update(ADA, account(1))

    ((_, body),) = _writes(wire)
    assert [phone, {"medium": "email", "address": "p00001@corp.example"}] == body["threepids"]
    assert foreign in body["external_ids"]
    assert {"auth_provider": "oidc-bridge", "external_id": SUBJECT} in body["external_ids"]
    assert {"auth_provider": "oidc-bridge", "external_id": "old"} not in body["external_ids"]


@pytest.mark.parametrize(("wanted", "inside", "failed"), [(True, True, False), (True, False, True)])
def test_join_refused(wire, connector, wanted, inside, failed):
    """403 for who is in already is success; for who stays out it is reported."""
    wire.post(f"{ADMIN}/v1/join/%21r", status=403, json={"errcode": "M_FORBIDDEN"})
    wire.get(f"{ADMIN}/v1/rooms/%21r/members", json={"members": [BOT, *([ADA] if inside else [])]})

    assert failed == (ADA in connector.change_members("!r", add=[ADA]))


def test_bot_was_thrown_out(wire, connector):
    """When our bot is not in the room, it is not the members who are at fault."""
    wire.post(f"{ADMIN}/v1/join/%21r", status=403, json={"errcode": "M_FORBIDDEN"})
    wire.get(f"{ADMIN}/v1/rooms/%21r/members", json={"members": []})

    with pytest.raises(NeedsAdmin):
        connector.change_members("!r", add=[ADA])


def test_bot_stays(wire, connector):
    """The bot is never removed and its level never touched, whatever the plan says."""
    power = {"users": {BOT: 100, ADA: 50, "@mod:corp.example": 75}, "users_default": 0}
    wire.get(f"{CLIENT}/rooms/%21r/state/m.room.power_levels", json=power)
    wire.put(f"{CLIENT}/rooms/%21r/state/m.room.power_levels", json={"event_id": "$1"})

    assert not connector.change_members("!r", remove=[BOT])
    assert not connector.change_owners("!r", add=[BOT], remove=[BOT, ADA])

    assert [("PUT", {**power, "users": {BOT: 100, "@mod:corp.example": 75}})] == _writes(wire)


def test_alias_of_somebody_else(wire, connector):
    """A room that somebody made under our alias is never filled (PR-07)."""
    wire.get(f"{CLIENT}/directory/room/%23bridge.sales-nl%3Acorp.example", json={"room_id": "!r"})
    wire.get(f"{ADMIN}/v1/rooms/%21r", json={"room_id": "!r", "creator": "@eve:corp.example"})

    with pytest.raises(SkipAccount):
        connector.create_group("sales-nl", "Sales NL")

    assert [] == _writes(wire)


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([{"users": [{"name": ADA}], "total": 2}], id="ends early"),
        pytest.param([{"users": [{"name": ADA}], "total": 2, "next_token": "1"}] * 2, id="the same page again"),
        pytest.param([{"users": [], "total": 2, "next_token": "1"}], id="an empty page"),
    ],
)
def test_list_that_lies(wire, connector, pages):
    """A list that repeats or ends early is an error, never the end."""
    wire.get(ADA_URL, json={"name": ADA})
    for page in pages:
        wire.get(f"{ADMIN}/v2/users", json=page)

    with pytest.raises(TryAgain):
        list(connector.accounts())


@pytest.mark.parametrize("key", ["sales-nl", "units/HR & Pay", "é", "=41", "A", "a:b", "x y", "#!@"])
def test_alias_and_key(key):
    """Each key has its own alias, in plain characters, and comes back from it."""
    alias = alias_of(key, "bridge.")

    assert key == key_of(f"#{alias}:corp.example", "bridge.")
    assert alias.replace("=", "").replace(".", "").replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("alias", ["", "#general:corp.example", "bridge.x", "#bridge.=ff:corp.example"])
def test_foreign_alias(alias):
    """An alias that we did not make stands for no key."""
    assert "" == key_of(alias, "bridge.")


def test_check_names_a_missing_sign_in(wire, connector):
    """The check tells when the homeserver does not offer our sign-in: a wrong name is accepted silently there."""
    wire.get(f"{ADMIN}/v1/server_version", json={"server_version": "1.163.2"})
    wire.get(f"{ADMIN}/v2/users/%40bridge-bot%3Acorp.example", json={"name": BOT, "admin": True})
    wire.get(f"{CLIENT}/login", json={"flows": [{"type": "m.login.sso", "identity_providers": [{"id": "oidc-x"}]}]})

    assert "does not offer oidc-bridge" in connector.check()


def test_calls_for_one_account(wire, connector):
    """An account takes five calls: two bindings, the name and the address are looked up once each, then it is made."""
    _nobody(wire)
    wire.put(ADA_URL, status=201, json={"name": ADA})
    connector.create(account(1))
    before = len(wire.calls)

    connector.create(account(1))

    assert 5 == len(wire.calls) - before
