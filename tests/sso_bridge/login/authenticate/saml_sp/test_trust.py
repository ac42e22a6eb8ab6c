"""Which identity provider is trusted: fetched once, refreshed, asked again about a new key, never a nuisance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.saml_sp.trust import REFRESH
from tests.fakes.saml_door import METADATA, Door
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import Idp, Says, post


@pytest.fixture
def door() -> Door:
    """A workplace whose metadata is fetched."""
    return Door()


@pytest.fixture
def file_door(tmp_path) -> Door:
    """A workplace whose metadata is a file."""
    file = tmp_path / "idp.xml"
    file.write_bytes(Idp().metadata())
    return Door(settings={"metadata_file": file})


def enter(door: Door, number: int = 1, key=None) -> str:
    """Sign in."""
    says = Says(now=door.clock.now, assertion_id=f"_a{number}", request=f"_q{number}")
    xml = door.idp.signed(says.response(), key=key)
    return door.finish(post(xml), {"request": f"_q{number}"}).subject.value


def test_fetched_once(door):
    """Many sign-ins need one look at the identity provider."""
    for number in range(5):
        enter(door, number)
        door.minutes(1)

    assert [METADATA] == door.asked


def test_new_key_in_the_middle(door):
    """A message by a key that was published a moment ago is taken at once, with one look at the peer (SP-28)."""
    enter(door, 1)
    door.minutes(1 / 60)
    door.documents[METADATA] = Idp(keys=(rsa_key("idp"), rsa_key("new"))).metadata()

    assert "ada-0001" == enter(door, 2, rsa_key("new"))
    assert "ada-0001" == enter(door, 3)
    assert 2 == len(door.asked)


def test_forged_messages_do_not_make_us_a_nuisance(door):
    """Of a hundred forged messages in ten seconds only a few make us ask the peer, ever more seldom (SP-28)."""
    enter(door, 0)
    for number in range(1, 101):
        door.minutes(0.1 / 60)
        with pytest.raises(SignInRefused):
            enter(door, number, rsa_key("attacker"))

    assert len(door.asked) <= 7


def test_forged_messages_do_not_hide_a_new_key(door):
    """After forged messages a genuine new key is found as soon as the peer's turn comes, and then at once again."""
    enter(door, 0)
    for number in range(1, 20):
        with pytest.raises(SignInRefused):
            enter(door, number, rsa_key("attacker"))
    door.documents[METADATA] = Idp(keys=(rsa_key("idp"), rsa_key("new"))).metadata()
    door.minutes(1)

    assert "ada-0001" == enter(door, 50, rsa_key("new"))
    assert 0 == door.shelf.kept.fruitless


def test_another_process_has_refreshed(door):
    """A copy that another process has fetched is used without asking again."""
    enter(door, 1)
    new = Idp(keys=(rsa_key("idp"), rsa_key("new"))).metadata()
    door.shelf.keep("adfs", new, {}, door.clock.now)

    assert "ada-0001" == enter(door, 2, rsa_key("new"))
    assert 1 == len(door.asked)


def test_message_that_is_no_answer_to_us_asks_nobody(door):
    """An unknown key in a message that answers no request of ours is not worth a look at the peer (SP-19)."""
    enter(door, 1)
    says = Says(now=door.clock.now, request="_other")
    with pytest.raises(SignInRefused):
        door.finish(Idp(key=rsa_key("attacker")).answer(says), {"request": "_mine"})

    assert 1 == len(door.asked)


def test_refreshed_by_a_worker(door):
    """A worker refreshes every six hours, and no sign-in has to."""
    enter(door, 1)
    door.minutes(REFRESH.total_seconds() / 60)

    assert (True, False) == (door.trust.refresh(), door.trust.refresh())
    assert 2 == len(door.asked)


def test_refreshed_at_a_sign_in(door):
    """Where no worker runs, a sign-in refreshes what has not been confirmed for long."""
    enter(door, 1)
    door.minutes(2 * REFRESH.total_seconds() / 60)
    enter(door, 2)

    assert 2 == len(door.asked)


def test_peer_that_is_down_at_first(door):
    """Without any copy nobody signs in, and the peer is asked again after seconds, not at every try."""
    document = door.documents.pop(METADATA)
    for _ in range(3):
        with pytest.raises(WorkplaceDown, match="nobody there"):
            door.trust.current()
    door.documents[METADATA] = document
    door.minutes(0.1)

    assert "https://idp.test/entity" == door.trust.current().entity_id
    assert 2 == len(door.asked)


def test_file_that_changes(file_door):
    """A file is read again when it has changed; a broken one leaves the last good reading in use."""
    enter(file_door, 1)
    file = file_door.settings["metadata_file"]
    file.write_bytes(Idp(keys=(rsa_key("idp"), rsa_key("new"))).metadata())

    assert "ada-0001" == enter(file_door, 2, rsa_key("new"))
    file.write_bytes(b"<broken")
    file_door.minutes(1)
    assert "ada-0001" == enter(file_door, 3, rsa_key("new"))
    assert [] == file_door.asked


def test_no_file(tmp_path):
    """A file that is not there is told as what it is."""
    door = Door(settings={"metadata_file": tmp_path / "absent.xml"})

    with pytest.raises(WorkplaceDown, match="the metadata file cannot be used: No such file"):
        door.trust.current()


def test_several_identity_providers(tmp_path):
    """A document with several identity providers needs a choice, and the choice is kept to."""
    second = Idp("https://second.test/entity", rsa_key("second"))
    both = b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">%b%b</md:EntitiesDescriptor>'
    document = both % (Idp().metadata().replace(b' ID="_m1"', b""), second.metadata().replace(b' ID="_m1"', b""))
    chosen, unclear = Door(settings={"entity_id": "https://second.test/entity"}), Door()
    chosen.documents[METADATA] = unclear.documents[METADATA] = document

    assert "https://second.test/entity" == chosen.trust.current().entity_id
    with pytest.raises(WorkplaceDown, match="2 identity providers"):
        unclear.trust.current()


def test_clock_of_the_peer_is_measured(door):
    """The median difference of clocks is kept and shown, and more than 30 s are told (SP-18)."""
    for number in range(5):
        says = Says(now=door.clock.now + timedelta(seconds=40), assertion_id=f"_a{number}", request=f"_q{number}")
        door.finish(door.idp.answer(says), {"request": f"_q{number}"})
        door.minutes(1.1)

    assert (40.0, 40.0) == (door.shelf.kept.skew, door.gauges.shown["adfs", "skew"])


def test_another_choice_is_another_source(door):
    """Another address, pinned key or entity id begins anew: what was kept for the old choice is not used."""
    sources = {
        Door(settings=settings).trust.source
        for settings in ({}, {"entity_id": "https://idp.test/entity"}, {"metadata_url": "https://other.test/"})
    }

    assert 3 == len(sources)


def test_turn_that_is_worth_waiting_for(door):
    """Two new keys within half a second are both found: the second sign-in waits for its turn to ask (SP-28)."""
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        door.minutes(seconds / 60)

    door.trust.wait = wait
    enter(door, 1)
    for number, name in ((2, "second"), (3, "third")):
        door.documents[METADATA] = Idp(keys=(rsa_key("idp"), rsa_key(name))).metadata()
        door.minutes(0.1 / 60)
        assert "ada-0001" == enter(door, number, rsa_key(name))

    assert [0.4, 0.4] == [round(one, 3) for one in waited]
