"""Several identity providers, replays, and workplaces that are switched off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sso_bridge.errors import BridgeError, SignInRefused
from sso_bridge.login.once import FirstTime
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.throttle import Throttle
from tests.fakes.saml_door import NOTE, Door, refusal
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import Idp, Says, post


@pytest.fixture
def second() -> Idp:
    """Another identity provider, of another workplace."""
    return Idp("https://second.test/entity", rsa_key("second-idp"))


@pytest.mark.parametrize("issuer", ["https://idp.test/entity", "https://second.test/entity"])
@pytest.mark.parametrize("where", ["assertion", "response"])
def test_answer_of_another_identity_provider(second, issuer, where):
    """Only the identity provider that was asked answers, under its own name or under ours (SP-24)."""
    door = Door()

    assert refusal(door, second.answer(Says(issuer=issuer), where)) in {"saml_signature", "saml_issuer"}


def test_genuine_answer_for_another_workplace(second):
    """What our second identity provider says to its own workplace counts at no other one (SP-24)."""
    door, other = Door(), Door(idp=second, name="other")

    assert "saml_issuer" == refusal(door, second.answer(Says(issuer="https://second.test/entity")))
    assert other.workplace.us.acs != door.workplace.us.acs


def test_same_name_of_two_workplaces(second):
    """The same name from two identity providers is two people (SP-24, ID-02)."""
    first = Door().finish(Idp().answer())
    elsewhere = "https://bridge.test/workplace/other/saml"
    says = Says(
        issuer=second.entity_id,
        destination=f"{elsewhere}/acs",
        recipient=f"{elsewhere}/acs",
        audience=f"<saml:AudienceRestriction><saml:Audience>{elsewhere}/metadata</saml:Audience></saml:AudienceRestriction>",
    )
    answer = second.answer(says)
    other = Door(idp=second, name="other")
    login = other.finish(type(answer)("POST", f"{elsewhere}/acs", "", answer.fields))

    assert first.subject.value == login.subject.value
    assert first.subject.key != login.subject.key


class Shared:
    """Doors of several processes over one database."""

    def __init__(self, urls: list[Store], clock) -> None:
        self.doors = []
        for store in urls:
            door = Door(clock=clock)
            door.workplace._needs = _with(door.workplace._needs, once=FirstTime(Throttle(store), clock))
            self.doors.append(door)


def _with(needs, **changes):
    return type(needs)(**{name: changes.get(name, getattr(needs, name)) for name in needs.__slots__})


REPLAYS = {
    "same_message": lambda idp: idp.answer(),
    "reserialised": lambda idp: post(idp.signed(Says().response()).replace(b"><", b" ><", 1)),
    "in_a_new_response": lambda idp: post(Says(response_id="_r2").response(_signed_assertion(idp))),
    "second_answer_to_the_request": lambda idp: idp.answer(Says(assertion_id="_a2", response_id="_r2", name="admin")),
}


def _signed_assertion(idp: Idp) -> str:
    return idp.signed(Says().assertion().encode()).decode()


@pytest.mark.parametrize("kind", REPLAYS)
def test_replay(store, clock, kind):
    """An assertion counts once, in whatever dress, and a request is answered once (SP-21)."""
    door = Shared([store], clock).doors[0]
    door.finish(post(Says().response(_signed_assertion(door.idp))))

    with pytest.raises(SignInRefused) as caught:
        door.finish(REPLAYS[kind](door.idp))

    assert "saml_replay" == caught.value.reason


def test_eight_at_once(store, clock):
    """Of eight posts at the same moment exactly one gets in (SP-21)."""
    doors = Shared([store] * 8, clock).doors
    answer = doors[0].idp.answer()

    def enter(door: Door) -> bool:
        try:
            door.finish(answer)
        except BridgeError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        entered = list(pool.map(enter, doors))

    assert 1 == sum(entered)


def test_another_process(store, database_url, clock):
    """What one process took, another one and the next start refuse (SP-21)."""
    fresh = Store(database_url)
    first, second = Shared([store, fresh], clock).doors
    answer = first.idp.answer()
    first.finish(answer)

    with pytest.raises(SignInRefused) as caught:
        second.finish(answer)
    fresh.close()

    assert "saml_replay" == caught.value.reason


def test_remembered_until_it_is_worthless(store, clock):
    """An assertion is remembered for as long as it could be used; afterwards its own dates refuse it (SP-21, SP-18)."""
    door = Shared([store], clock).doors[0]
    answer = door.idp.answer()
    door.finish(answer)
    reasons = set()
    for _ in range(20):
        door.minutes(1)
        with pytest.raises(SignInRefused) as caught:
            door.finish(answer, NOTE)
        reasons.add(caught.value.reason)

    assert {"saml_replay", "saml_time"} == reasons
