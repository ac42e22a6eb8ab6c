"""Signature wrapping: a genuine signed assertion carried along, while another one should be read."""

from __future__ import annotations

import copy
import itertools

import pytest
from lxml import etree

from tests.fakes.saml_door import Door, refusal
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import DS, SAML, SAMLP, Says, encrypted, post

FORGED = Says(name="admin", assertion_id="_evil", attributes="")


@pytest.fixture
def door() -> Door:
    """A workplace that trusts one key."""
    return Door()


def genuine(door: Door, *where: str):
    """Give the root of a genuine answer."""
    return etree.fromstring(door.idp.signed(Says().response(), *where))


def forged(assertion_id: str = "_evil"):
    """Give an assertion about the administrator, unsigned."""
    return etree.fromstring(Says(name="admin", assertion_id=assertion_id).assertion())


def assertion_of(root):
    """Give the assertion of a Response."""
    return root.find(f"{{{SAML}}}Assertion")


def refused_as(door: Door, root) -> str:
    """Post the tree; nobody may get in."""
    return refusal(door, post(etree.tostring(root)))


def into_response_object(door):
    """XSW 1: the genuine Response inside the signature of a forged one."""
    root = genuine(door, "response")
    kept = copy.deepcopy(root)
    signature = root.find(f"{{{DS}}}Signature")
    kept.remove(kept.find(f"{{{DS}}}Signature"))
    etree.SubElement(signature, f"{{{DS}}}Object").append(kept)
    root.set("ID", "_evil_response")
    assertion_of(root).find(f".//{{{SAML}}}NameID").text = "admin"
    return root


def beside_response(door):
    """XSW 2: the genuine Response detached beside the signature."""
    root = genuine(door, "response")
    kept = copy.deepcopy(root)
    kept.remove(kept.find(f"{{{DS}}}Signature"))
    root.insert(1, kept)
    root.set("ID", "_evil_response")
    assertion_of(root).find(f".//{{{SAML}}}NameID").text = "admin"
    return root


def forged_before(door):
    """XSW 3: the forged assertion first."""
    root = genuine(door)
    assertion_of(root).addprevious(forged())
    return root


def genuine_inside(door):
    """XSW 4: the genuine assertion inside the forged one."""
    root = genuine(door)
    kept, evil = assertion_of(root), forged()
    kept.addprevious(evil)
    evil.append(kept)
    return root


def signature_moved(door):
    """XSW 5: the genuine signature in the forged assertion, the genuine one at the end."""
    root = genuine(door)
    kept = assertion_of(root)
    signature = kept.find(f"{{{DS}}}Signature")
    evil = forged()
    evil.insert(1, signature)
    kept.addprevious(evil)
    return root


def genuine_in_signature(door):
    """XSW 6: the genuine assertion inside the signature that moved to the forged one."""
    root = genuine(door)
    kept = assertion_of(root)
    signature = kept.find(f"{{{DS}}}Signature")
    evil = forged()
    evil.insert(1, signature)
    kept.addprevious(evil)
    etree.SubElement(signature, f"{{{DS}}}Object").append(kept)
    return root


def in_extensions(door):
    """XSW 7: the forged assertion in Extensions."""
    root = genuine(door)
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(forged())
    root.insert(1, extensions)
    return root


def genuine_in_object(door):
    """XSW 8: the genuine assertion, without signature, in an Object of the forged one's signature."""
    root = genuine(door)
    kept = assertion_of(root)
    bare = copy.deepcopy(kept)
    bare.remove(bare.find(f"{{{DS}}}Signature"))
    etree.SubElement(kept.find(f"{{{DS}}}Signature"), f"{{{DS}}}Object").append(bare)
    kept.set("ID", "_evil")
    kept.find(f".//{{{SAML}}}NameID").text = "admin"
    return root


def forged_behind(door):
    """The forged assertion last."""
    root = genuine(door)
    root.append(forged())
    return root


def foreign_root(door):
    """The whole genuine Response inside another document."""
    root = etree.fromstring(f'<evil xmlns:samlp="{SAMLP}"/>')
    root.append(genuine(door, "response"))
    return root


def response_in_response(door):
    """The whole genuine Response inside a forged one."""
    root = etree.fromstring(Says(name="admin", assertion_id="_evil", response_id="_evil_r").response())
    root.append(genuine(door, "response"))
    return root


SHAPES = (
    into_response_object,
    beside_response,
    forged_before,
    genuine_inside,
    signature_moved,
    genuine_in_signature,
    in_extensions,
    genuine_in_object,
    forged_behind,
    foreign_root,
    response_in_response,
)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.__name__ for shape in SHAPES])
def test_wrapped(door, shape):
    """No way of wrapping gets another assertion read than the signed one (SP-03, SP-04)."""
    assert refused_as(door, shape(door)) in {"saml_malformed", "saml_assertions", "saml_signature"}


HOLDERS = ("Advice", "AttributeValue", "SubjectConfirmationData", "StatusDetail", "Extensions", "KeyInfo", "Object")


@pytest.mark.parametrize("evil_id", ["_evil", "_a1"])
@pytest.mark.parametrize("holder", HOLDERS)
def test_genuine_assertion_hidden(door, holder, evil_id):
    """A genuine assertion hidden in a place where anything may stand makes no forged one genuine (SP-03, SP-05)."""
    root = genuine(door)
    kept = assertion_of(root)
    evil = forged(evil_id)
    root.replace(kept, evil)
    if holder in {"StatusDetail", "Extensions"}:
        place = etree.Element(f"{{{SAMLP}}}{holder}")
        root.insert(1, place) if holder == "Extensions" else root.find(f"{{{SAMLP}}}Status").append(place)
    elif holder in {"KeyInfo", "Object"}:
        signature = copy.deepcopy(kept.find(f"{{{DS}}}Signature"))
        evil.insert(1, signature)
        place = (
            signature.find(f"{{{DS}}}KeyInfo")
            if holder == "KeyInfo"
            else etree.SubElement(signature, f"{{{DS}}}Object")
        )
    elif holder == "Advice":
        place = etree.Element(f"{{{SAML}}}Advice")
        evil.find(f"{{{SAML}}}Conditions").addnext(place)
    else:
        place = evil.find(f".//{{{SAML}}}{holder}")
        place.text = None
    place.append(kept)

    assert refused_as(door, root) in {"saml_malformed", "saml_assertions"}


@pytest.mark.parametrize("order", list(itertools.permutations(("genuine", "forged", "sealed"), 2)))
def test_two_assertions(door, order):
    """A second assertion is refused in every order, signed or not, encrypted or not (SP-04)."""
    key = rsa_key("opening").public_key()
    made = {
        "genuine": door.idp.signed(Says().assertion().encode()).decode(),
        "forged": FORGED.assertion(),
        "sealed": encrypted(FORGED.assertion().encode(), key),
    }

    assert "saml_assertions" == refusal(door, post(Says().response("".join(made[name] for name in order))))


def test_two_encrypted_assertions(door):
    """Also two encrypted ones are one too many, both genuine or not (SP-04)."""
    sealed = encrypted(door.idp.signed(Says().assertion().encode()), rsa_key("opening").public_key())

    assert "saml_assertions" == refusal(door, post(door.idp.signed(Says().response(sealed + sealed), "response")))


def test_very_many_assertions(door):
    """Two thousand assertions are refused as fast as two (SP-04, SP-12)."""
    inside = '<saml:Assertion ID="_x"/>' * 2000

    assert "saml_malformed" == refusal(door, post(Says().response(inside)))


def test_signed_assertion_with_another_inside(door):
    """Even what the identity provider signed holds one assertion: an Advice with another one is refused (SP-04)."""
    advice = f"<saml:Advice>{FORGED.assertion()}</saml:Advice>"
    says = Says(conditions=f"{Says()._conditions()}{advice}")

    assert "saml_assertions" == refusal(door, door.idp.answer(says))


@pytest.mark.parametrize("where", ["assertion", "response"])
@pytest.mark.parametrize(
    "doubled", ["Subject", "Conditions", "AuthnStatement", "NameID", "Status", "Issuer", "AuthnContext"]
)
def test_part_that_stands_there_twice(door, where, doubled):
    """Two of what there is one of are refused, although the signature covers both (SP-04)."""
    root = etree.fromstring(Says().response())
    part = root.find(f".//{{*}}{doubled}")
    second = copy.deepcopy(part)
    for node in second.iter(f"{{{SAML}}}NameID"):
        node.text = "admin"
    part.addnext(second)

    assert refusal(door, post(door.idp.signed(etree.tostring(root), where))) in {"saml_malformed", "saml_name"}


@pytest.mark.parametrize(
    "status",
    ["", "<samlp:Status/>", "<samlp:Status><samlp:StatusCode/></samlp:Status>"],
    ids=["none", "empty", "no_code"],
)
def test_status_that_says_nothing(door, status):
    """A Response without a status is no success (SP-04, SP-13)."""
    assert refusal(door, door.idp.answer(status=status, response_id="_r2")) in {"saml_malformed", "saml_status"}


@pytest.mark.parametrize("where", ["assertion", "response"])
def test_same_id_twice(door, where):
    """An ID that two elements carry is refused, whichever of them was signed (SP-05)."""
    assert "saml_malformed" == refusal(door, door.idp.answer(Says(assertion_id="_r1"), where))


@pytest.mark.parametrize("name", ["saml:ID", "Id", "id", "iD", "xml:id", "x:id"])
def test_id_by_another_attribute(door, name):
    """Only the plain attribute `ID` names an element: another one with the signed ID is refused (SP-05)."""
    extensions = '<samlp:Extensions><x:y xmlns:x="urn:x" x:here=""/></samlp:Extensions>'
    xml = door.idp.signed(Says(extensions=extensions).response()).replace(b'x:here=""', f'{name}="_a1"'.encode())

    assert "saml_malformed" == refusal(door, post(xml))
