"""What the doctor learns about an identity provider, and what it leaves as it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.saml_sp.ports import Kept
from sso_bridge.outgoing import open_session
from tests.fakes.examined import Findings, examined
from tests.fakes.saml_door import METADATA, Door
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import Idp, stamp
from tests.lab.lies import Said
from tests.lab.lying_op import LyingOp


def look(door: Door) -> Findings:
    """Let the doctor look; each finding that is not well says what to change."""
    found = examined(door.workplace)
    for one in found.all:
        found.one(one.what)
    return found


@pytest.fixture
def door() -> Door:
    """A workplace whose metadata was read once. Its host is nowhere."""
    door = Door()
    door.trust.current()
    return door


def test_what_we_use(door: Door) -> None:
    """What is used is told, and our own addresses exactly as the identity provider must have them."""
    found = look(door)

    assert "https://idp.test/entity, 1 keys, people go to https://idp.test/sso, signs out too" == (
        found.said("metadata in use")
    )
    assert "the same as used" == found.said("metadata at its address")
    base = "https://bridge.test/workplace/adfs/saml"
    assert f"entity id {base}/metadata, answers to {base}/acs by POST, logout to {base}/sls" == (
        found.said("we at its side")
    )
    assert {"name", "our registration"} == found.bad.keys()


@pytest.mark.parametrize(
    ("idp", "said"),
    [
        (Idp(entity_id="https://other.test/entity"), "it has changed: the entity id is another one"),
        (Idp(key=rsa_key("other")), "it has changed: none of the keys that we trust is left"),
    ],
)
def test_suspicious_change(door: Door, idp: Idp, said: str) -> None:
    """A change that an administrator must decide about is told with the command to do so, and not believed (MD-03)."""
    door.documents[METADATA] = idp.metadata()

    found = look(door)

    assert (said, "run: sso-bridge workplace metadata adfs") == found.bad["metadata at its address"]
    assert "https://idp.test/entity" == door.trust.current().entity_id
    assert door.shelf.kept.held is None


def test_ended(door: Door) -> None:
    """Metadata that has ended is told, and the copy in use is still used (MD-01)."""
    ended = stamp(door.clock() - timedelta(days=1))
    door.documents[METADATA] = door.idp.metadata(valid_until=ended)

    assert "it cannot be believed: the metadata ended on" in look(door).bad["metadata at its address"][0]


def test_nothing_is_known() -> None:
    """Without any metadata there is nothing to send anybody to, and no more is asked."""
    door = Door()
    door.documents[METADATA] = WorkplaceDown("the metadata cannot be fetched: the answer is 404")

    found = look(door)

    assert "the metadata cannot be fetched: the answer is 404" == found.bad["metadata in use"][0]
    assert "metadata at its address" == found.looked_at[-1]
    assert Kept().document == door.shelf.kept.document


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (b'<form method="post" action="ACS"><input name="SAMLResponse"></form>', "ok", "it sends people back to"),
        (b"<form action='/login'><input name=user></form>", "ok", "it shows a page of its own"),
        (b"<p>Unknown service provider: no metadata for ACS</p>", "warning", "answers 400 to our request"),
    ],
)
def test_whether_it_knows_us(answer: bytes, state: str, said: str) -> None:
    """A silent request shows whether the identity provider answers to our address, or has never heard of us."""
    acs = b"https://bridge.test/workplace/adfs/saml/acs"
    with LyingOp() as web:
        status = 400 if state == "warning" else 200
        page = Said(status, answer.replace(b"ACS", acs), {"Content-Type": "text/html"})
        web.pages = {"/sso": page}
        door = Door(idp=Idp(sso=f"{web.issuer}/sso"), outgoing=open_session(["127.0.0.0/8"]))

        found = look(door).one("our registration")

    assert state == found.state
    assert said in found.said
