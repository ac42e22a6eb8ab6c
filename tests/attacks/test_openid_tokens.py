"""Tokens used for the wrong purpose, by the wrong client, too late, twice, or after a leaver has left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import jwt
import pytest

from sso_bridge.login.asked import Released
from tests.fakes.openid_bridge import SECRET, WIKI, OpenIdBridge, basic

OFFLINE = "openid profile email offline_access"
AS_WIKI = {"client_id": "wiki", "client_secret": "the secret of wiki"}


@pytest.fixture
def bridge(store, clock) -> OpenIdBridge:
    return OpenIdBridge(store, clock)


def introspect(bridge, token, headers=None, **form):
    return bridge.web.post("/oidc/introspect", data={"token": token} | form, headers=headers or basic("chat", SECRET))


def revoke(bridge, token, headers=None, **form):
    return bridge.web.post("/oidc/revoke", data={"token": token} | form, headers=headers or basic("chat", SECRET))


def test_each_kind_only_for_its_purpose(bridge):
    """ID token, refresh token and code open no door that another kind opens (OP-15)."""
    code = bridge.code(scope=OFFLINE)
    spare = bridge.code(scope=OFFLINE)
    given = bridge.redeem(code).json

    for wrong in (given["id_token"], given["refresh_token"], spare):
        assert 401 == bridge.userinfo(wrong).status_code
    for wrong in (given["id_token"], given["access_token"], spare):
        assert "invalid_grant" == bridge.refresh(wrong).json["error"]
    for wrong in (given["id_token"], given["access_token"], given["refresh_token"]):
        assert "invalid_grant" == bridge.redeem(wrong).json["error"]
    for wrong in (given["id_token"], spare):
        assert {"active": False} == introspect(bridge, wrong).json


def test_prefix_does_not_decide(bridge):
    """A refresh token dressed as an access token stays unknown (OP-15)."""
    refresh = bridge.tokens(scope=OFFLINE)["refresh_token"]

    assert 401 == bridge.userinfo("sba_" + refresh.removeprefix("sbr_")).status_code


@pytest.mark.parametrize(
    ("path", "headers", "form"),
    [
        ("?access_token={0}", {}, None),
        ("?access_token={0}", {"Authorization": "Bearer {0}"}, None),
        ("", {"Authorization": "Bearer {0}"}, {"access_token": "{0}"}),
        ("", {}, "access_token={0}&access_token={0}"),
    ],
)
def test_token_comes_in_one_place(bridge, path, headers, form):
    """A token in the address, or in two places, is a bad request (OP-15, RFC 6750 2)."""
    token = bridge.tokens()["access_token"]
    headers = {name: value.format(token) for name, value in headers.items()}
    if isinstance(form, dict):
        form = {name: value.format(token) for name, value in form.items()}
    elif form:
        form, headers = form.format(token), {"Content-Type": "application/x-www-form-urlencoded"}

    answer = bridge.web.open(
        f"/oidc/userinfo{path.format(token)}", method="POST" if form else "GET", headers=headers, data=form
    )

    assert (400, "invalid_request") == (answer.status_code, answer.json["error"])


def test_token_in_the_form_body(bridge):
    """A form body is a legal place (RFC 6750 2.2)."""
    token = bridge.tokens()["access_token"]

    assert "ada-at-chat" == bridge.web.post("/oidc/userinfo", data={"access_token": token}).json["sub"]


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer ", "Basic x", "bearer  x", "Bearer x y", "Bearer ü", "Bearer " + "a" * 9000]
)
def test_userinfo_without_a_good_token(bridge, header):
    """Userinfo answers 401 with a Bearer challenge (RFC 6750 3)."""
    answer = bridge.web.get("/oidc/userinfo", headers={"Authorization": header} if header else {})

    assert 401 == answer.status_code
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "no-store" == answer.headers["Cache-Control"]


@pytest.mark.parametrize(("seconds", "status"), [(599, 200), (600, 401), (86400, 401)])
def test_access_token_lives_ten_minutes(bridge, clock, seconds, status):
    """After ten minutes an access token is over (OP-15)."""
    token = bridge.tokens()["access_token"]
    clock.move(seconds=seconds)

    assert status == bridge.userinfo(token).status_code
    assert (status == 200) == introspect(bridge, token).json["active"]


def test_refresh_only_with_offline_access(bridge):
    """Without offline_access there is no refresh token (OP-16)."""
    assert "refresh_token" not in bridge.tokens()


def test_rotation(bridge):
    """Each refresh gives a new refresh token, an ID token of the same sign-in, and works (OP-16)."""
    first = bridge.tokens(scope=OFFLINE)

    second = bridge.refresh(first["refresh_token"]).json

    assert second["refresh_token"] != first["refresh_token"]
    assert bridge.alive(second["access_token"])
    assert 200 == bridge.refresh(second["refresh_token"]).status_code


def test_reuse_kills_the_family(bridge):
    """An old refresh token ends all tokens of its sign-in, and the audit knows (OP-16)."""
    first = bridge.tokens(scope=OFFLINE)
    second = bridge.refresh(first["refresh_token"]).json

    assert "invalid_grant" == bridge.refresh(first["refresh_token"]).json["error"]

    assert not bridge.alive(second["access_token"])
    assert not bridge.alive(first["access_token"])
    assert "invalid_grant" == bridge.refresh(second["refresh_token"]).json["error"]
    assert "openid.refresh_reused" in bridge.audited


def test_eight_refresh_at_once(bridge):
    """Of eight simultaneous refreshes at most one succeeds, and the family is dead afterwards (OP-16)."""
    token, gate = bridge.tokens(scope=OFFLINE)["refresh_token"], Barrier(8)

    def refresh(_):
        gate.wait()
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return bridge.app.test_client().post("/oidc/token", data=form, headers=basic("chat", SECRET))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(refresh, range(8)))

    good = [answer for answer in answers if answer.status_code == 200]
    assert 1 == len(good)
    assert not bridge.alive(good[0].json["access_token"])


def test_refresh_by_another_client(bridge):
    """Another client gets nothing, and the owner's token keeps working (OP-16)."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]

    assert "invalid_grant" == bridge.refresh(token, auth=None, **AS_WIKI).json["error"]
    assert 200 == bridge.refresh(token).status_code


def test_scope_cannot_grow(bridge):
    """A refresh may narrow the scope, never widen it; a refusal does not use the token up (OP-12, OP-16)."""
    token = bridge.tokens(scope="openid email offline_access")["refresh_token"]

    assert "invalid_scope" == bridge.refresh(token, scope="openid email profile").json["error"]
    assert "invalid_scope" == bridge.refresh(token, scope="openid admin").json["error"]
    narrow = bridge.refresh(token, scope="openid").json
    assert {"sub": "ada-at-chat"} == bridge.userinfo(narrow["access_token"]).json


def test_idle_end(bridge, clock):
    """A refresh token that nobody used for a week is over (OP-16)."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]
    clock.move(days=7)

    assert "invalid_grant" == bridge.refresh(token).json["error"]


def test_absolute_end(bridge, clock):
    """Thirty days after the sign-in even a busy family is over (OP-16)."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]
    for _ in range(5):
        clock.move(days=5, hours=23)
        token = bridge.refresh(token).json["refresh_token"]
    clock.move(hours=6)

    assert "invalid_grant" == bridge.refresh(token).json["error"]


def test_permission_taken_back(bridge):
    """A client that may no longer refresh cannot, from that moment (OP-12)."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]
    bridge.clients["chat"] = replace(bridge.clients["chat"], refresh=False)

    assert "invalid_grant" == bridge.refresh(token).json["error"]


def test_tokens_at_rest(bridge, store):
    """The database holds no token (OP-16, CR-03)."""
    given = bridge.tokens(scope=OFFLINE)

    with store.reading() as rows:
        kept = repr(rows.exec_driver_sql("SELECT * FROM openid_token").all())
    assert given["access_token"][4:] not in kept
    assert given["refresh_token"][4:] not in kept


def test_owner_introspects(bridge):
    """The owner learns what its token stands for (OP-17, RFC 7662 2.2)."""
    given = bridge.tokens(scope=OFFLINE)

    told = introspect(bridge, given["access_token"]).json
    assert (True, "chat", "ada-at-chat", OFFLINE) == (told["active"], told["client_id"], told["sub"], told["scope"])
    assert introspect(bridge, given["refresh_token"]).json["active"]


def test_stranger_introspects(bridge):
    """Another client sees an inactive token, a public one nothing at all (OP-17)."""
    token = bridge.tokens()["access_token"]

    stranger = bridge.web.post("/oidc/introspect", data={"token": token} | AS_WIKI)
    public = bridge.web.post("/oidc/introspect", data={"token": token, "client_id": "phone"})

    assert {"active": False} == stranger.json
    assert 401 == public.status_code


def test_stranger_revokes(bridge):
    """Another client's revocation is answered like any other, and changes nothing (OP-17, RFC 7009 2.1)."""
    given = bridge.tokens(scope=OFFLINE)

    for token in (given["access_token"], given["refresh_token"]):
        assert 200 == bridge.web.post("/oidc/revoke", data={"token": token} | AS_WIKI).status_code

    assert bridge.alive(given["access_token"])
    assert 200 == bridge.refresh(given["refresh_token"]).status_code
    assert "openid.revoked" not in bridge.audited


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_owner_revokes(bridge, hint):
    """An access token dies alone; a refresh token takes its family along, whatever the hint says (OP-17, AD-11)."""
    given = bridge.tokens(scope=OFFLINE)
    hints = {"token_type_hint": hint} if hint else {}

    assert 200 == revoke(bridge, given["access_token"], **hints).status_code
    assert not bridge.alive(given["access_token"])
    later = bridge.refresh(given["refresh_token"]).json
    assert 200 == revoke(bridge, later["refresh_token"], **hints).status_code
    assert not bridge.alive(later["access_token"])
    assert 200 == revoke(bridge, "unknown", **hints).status_code
    assert 2 == bridge.audited.count("openid.revoked")


ENDS = {
    "leaver": lambda bridge: bridge.leaver(),
    "sign-out": lambda bridge: bridge.end_session("signed_out"),
    "administrator": lambda bridge: bridge.end_session("revoked"),
    "platform off": lambda bridge: bridge.clients.pop("chat"),
    "workplace gone": lambda bridge: bridge.workplaces.clear(),
    "client moved": lambda bridge: bridge.clients.update(chat=replace(bridge.clients["chat"], platform="other")),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_dead_on_the_next_request(bridge, end):
    """After a leaver, a sign-out, a platform or workplace switched off, codes and tokens die at once (SE-04, SE-05)."""
    given, code = bridge.tokens(scope=OFFLINE), bridge.code(scope=OFFLINE)

    end(bridge)

    assert 401 == bridge.userinfo(given["access_token"]).status_code
    assert bridge.refresh(given["refresh_token"]).json["error"] in {"invalid_grant", "invalid_client"}
    assert bridge.redeem(code).json["error"] in {"invalid_grant", "invalid_client"}
    assert not introspect(bridge, given["access_token"]).json.get("active")


def test_out_of_scope_at_refresh(bridge):
    """Whom the mapping no longer admits cannot refresh; the audit tells (SE-04, AD-11)."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]
    bridge.sign_in.released = None

    assert "invalid_grant" == bridge.refresh(token).json["error"]
    assert ["openid.refresh_refused"] == bridge.audited


def test_refresh_tells_todays_facts(bridge):
    """After a refresh userinfo shows what the rules say today, not what they said at sign-in."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]
    bridge.sign_in.released = Released("ada-at-chat", {"name": "Ada King"})

    later = bridge.refresh(token).json["access_token"]

    assert {"sub": "ada-at-chat", "name": "Ada King"} == bridge.userinfo(later).json


def test_session_that_ran_out_keeps_offline_access(bridge, clock):
    """Offline access outlives the hours of a session (OIDC Core 11)."""
    token = bridge.tokens(scope=OFFLINE)["refresh_token"]
    clock.move(days=2)

    assert 200 == bridge.refresh(token).status_code


def test_other_platforms_get_other_sessions_names(bridge):
    """Two platforms cannot recognise one visit by `sid` (IDP-07)."""

    def sid(answer):
        return jwt.decode(answer["id_token"], options={"verify_signature": False})["sid"]

    chat = sid(bridge.tokens())
    code = bridge.code(client_id="wiki", redirect_uri=WIKI)
    wiki = sid(bridge.redeem(code, auth=None, **AS_WIKI, redirect_uri=WIKI).json)

    assert chat != wiki
    assert "s-1" not in {chat, wiki}
