"""Answers that belong to somebody else: another browser, another sign-in, another provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sso_bridge.errors import PageNeeded, SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.contract import MAIL
from tests.fakes.openid_workplace import CALLBACK, OpenIdWorkplace, asked
from tests.fakes.workplaces import SITE
from tests.lab.lying_op import JWT, LyingOp, rsa_key


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


@pytest.fixture
def other(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as other:
        yield other


def refused(workplace, returned, note) -> str:
    """Return the audit's reason."""
    with pytest.raises(SignInRefused) as caught:
        workplace.party.finish(returned, note)
    return caught.value.reason


def test_each_try_has_its_own(op):
    """State, nonce and verifier are new for every try, and the verifier never leaves us (RP-01)."""
    workplace = OpenIdWorkplace(op)
    first, second = workplace.begin("h-1"), workplace.begin("h-2")

    for name in ("nonce", "verifier"):
        assert first.note[name] != second.note[name]
        assert 43 <= len(first.note[name]) <= 128
    assert "S256" == asked(first)["code_challenge_method"]
    assert first.note["verifier"] not in first.answer.url
    assert "h-1" == asked(first)["state"] == workplace.party.handle_of(workplace.visit(first))


def test_code_of_another_browser(op):
    """A code that somebody else got, brought back under the victim's state, is worth nothing (RP-01)."""
    workplace = OpenIdWorkplace(op)
    attacker, victim = workplace.begin("h-1"), workplace.begin("h-2")
    stolen = workplace.visit(attacker).fields["code"]
    back = workplace.visit(victim)

    forged = replace(back, fields={**back.fields, "code": stolen})

    assert "code_refused" == refused(workplace, forged, victim.note)


def test_answer_of_another_try(op):
    """The whole answer of one try does not fit the note of another (RP-01)."""
    workplace = OpenIdWorkplace(op)
    first, second = workplace.begin("h-1"), workplace.begin("h-2")

    assert "state" == refused(workplace, workplace.visit(first), second.note)
    assert "state" == refused(workplace, workplace.visit(first), {**second.note, "state": ""})


def test_token_of_another_try(op):
    """An ID token made for one try does not do for another, even when its code is accepted (RP-01)."""
    workplace = OpenIdWorkplace(op)
    away = workplace.begin()

    assert "id_token_nonce" == refused(workplace, workplace.visit(away), {**away.note, "nonce": "another"})
    away = workplace.begin()
    assert "id_token_nonce" == refused(workplace, workplace.visit(away), {**away.note, "nonce": ""})


def test_used_twice(op):
    """The same callback a second time gives nothing (RP-01)."""
    workplace = OpenIdWorkplace(op)
    away = workplace.begin()
    back = workplace.visit(away)
    workplace.party.finish(back, away.note)

    assert "code_refused" == refused(workplace, back, away.note)


def test_unsolicited(op):
    """An answer to which nobody was sent signs nobody in (RP-01)."""
    workplace = OpenIdWorkplace(op)

    assert "unsolicited" == refused(workplace, workplace.visit(workplace.begin()), None)


def test_callback_of_another_workplace(op):
    """Each provider has a callback of its own; an answer that came to another one is refused (RP-02)."""
    workplace = OpenIdWorkplace(op)
    away = workplace.begin()
    back = workplace.visit(away)

    assert CALLBACK == asked(away)["redirect_uri"] == back.address
    for address in (f"{SITE}/workplace/other/oidc/callback", CALLBACK + "/", CALLBACK.upper(), ""):
        assert "wrong_callback" == refused(workplace, replace(back, address=address), away.note)


def test_code_of_another_provider(op, other):
    """A code of provider B that comes back to provider A's callback is not even shown to A (RP-02, RFC 9207)."""
    workplace, elsewhere = OpenIdWorkplace(op), OpenIdWorkplace(other)
    away = workplace.begin("h-1")
    mixed = elsewhere.visit(elsewhere.begin("h-1"))

    assert "issuer_parameter" == refused(workplace, mixed, away.note)
    assert 0 == op.counts["/token"]


def test_provider_that_does_not_name_itself(op, other):
    """Where a provider promises no `iss`, none is needed; a wrong one is refused all the same (RP-02)."""
    op.names_issuer = False
    workplace = OpenIdWorkplace(op)
    op.lie = "no iss parameter"
    assert workplace.sign_in()

    op.lie = "other iss parameter"
    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in()
    assert "issuer_parameter" == caught.value.reason


def test_token_of_another_provider(op, other):
    """A token that provider B signed, for us, is not one of provider A, whoever hands it over (RP-03)."""
    workplace = OpenIdWorkplace(op)
    workplace.sign_in()
    other.keys = {"key-0": rsa_key(50)}
    op.signed = other.signed

    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in()

    assert "id_token_signature" == caught.value.reason


def test_same_person_number_at_two_providers(op, other):
    """The same `sub` at two providers is two subjects, as it is in other letters (RP-04, ID-02)."""
    here, there = OpenIdWorkplace(op).sign_in(), OpenIdWorkplace(other).sign_in()
    op.person["sub"] = "ADA-0001"
    capitals = OpenIdWorkplace(op).sign_in()

    assert 3 == len({here.subject.key, there.subject.key, capitals.subject.key})


def test_mail_is_data(op):
    """A changed mail address changes no subject; an unverified one is not stated as verified (RP-04)."""
    before = OpenIdWorkplace(op).sign_in()
    op.person |= {"email": "boss@corp.example", "email_verified": "true"}
    after = OpenIdWorkplace(op).sign_in()

    assert before.subject == after.subject
    assert ("ada@corp.example",) == before.attributes["mail"]
    assert "mail" not in after.attributes
    assert ("boss@corp.example",) == after.attributes["email"]


@pytest.mark.parametrize("error", ["login_required", "interaction_required", "consent_required"])
def test_silent_try(op, error):
    """A silent try asks for no page, and a provider that would need one leads on to the next way (OP-18)."""
    workplace = OpenIdWorkplace(op)
    away = workplace.begin(silent=True)
    back = replace(workplace.visit(away), fields={"error": error, "state": "h-1", "iss": op.issuer})

    assert "none" == asked(away)["prompt"]
    with pytest.raises(PageNeeded):
        workplace.party.finish(back, away.note)


def test_error_of_another_provider(op):
    """An error is believed only from the provider that was asked (RFC 9207 2.3)."""
    workplace = OpenIdWorkplace(op)
    away = workplace.begin(silent=True)
    back = replace(workplace.visit(away), fields={"error": "login_required", "state": "h-1", "iss": "https://evil"})

    assert "issuer_parameter" == refused(workplace, back, away.note)


@pytest.mark.parametrize("lie", [{"auth_time": None}, {"auth_time": "now"}, {"auth_time": -5}])
def test_forced_sign_in_without_proof(op, lie):
    """Where a new sign-in is forced, a token that does not say when it was is refused (OP-18)."""
    workplace = OpenIdWorkplace(op)
    honest = op.claims
    op.claims = lambda given, access: {k: v for k, v in {**honest(given, access), **lie}.items() if v is not None}

    with pytest.raises(SignInRefused) as caught:
        workplace.sign_in(force=True)

    assert "id_token_auth_time" == caught.value.reason


def test_forced_sign_in_that_was_not(op, clock):
    """A provider that ignores `prompt=login` and `max_age` and tells an old sign-in is refused (OP-18)."""
    workplace = OpenIdWorkplace(op)
    honest, long_ago = op.claims, int((clock() - timedelta(minutes=5)).timestamp())
    op.claims = lambda given, access: {**honest(given, access), "auth_time": long_ago}

    assert workplace.sign_in(max_age=600)
    for wish in ({"force": True}, {"max_age": 60}, {"max_age": 0}):
        with pytest.raises(SignInRefused) as caught:
            workplace.sign_in(**wish)
        assert "id_token_sign_in_too_old" == caught.value.reason


def test_mark_of_another_address(op):
    """That userinfo's address was verified says nothing about another one in the token (RP-04)."""
    workplace = OpenIdWorkplace(op, {"userinfo": True})
    honest = op.claims
    assert "ada@corp.example" in workplace.sign_in().attributes[MAIL]

    def unverified(given, access):
        told = {name: value for name, value in honest(given, access).items() if name != "email_verified"}
        return told | {"email": "boss@corp.example"}

    op.claims = unverified

    assert MAIL not in workplace.sign_in().attributes


def test_nothing_is_kept(op):
    """After a sign-in no token is anywhere in what was returned or noted (RP-05)."""
    workplace = OpenIdWorkplace(op, {"userinfo": True})
    away = workplace.begin()
    login = workplace.party.finish(workplace.visit(away), away.note)

    told = repr(login) + repr(sorted(vars(workplace.party)))
    assert not any(beginning in told for beginning in JWT)
    assert {"session"} == set(login.upstream)


def test_provider_inside_the_network(clock):
    """A provider at a private address that the deployer did not list is not called at all (AD-14)."""
    from sso_bridge.outgoing import open_session  # noqa: PLC0415  only here

    with LyingOp(clock) as op:
        workplace = OpenIdWorkplace(op, given={"outgoing": open_session([])})
        with pytest.raises(WorkplaceDown) as caught:
            workplace.begin()

    assert "outgoing_allow" in caught.value.cause
    assert not op.counts
