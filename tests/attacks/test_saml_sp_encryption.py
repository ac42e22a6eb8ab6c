"""Encrypted assertions: what is encrypted is not yet genuine, and a cipher that leaks is not tried (SP-23)."""

from __future__ import annotations

import base64
import statistics
import time

import pytest
from lxml import etree

from sso_bridge.errors import SignInRefused
from tests.fakes.saml_door import Door, refusal
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import Says, encrypted, encrypted_xml, post

OURS = rsa_key("opening").public_key()
CBC, OLD_WRAP = "aes128-cbc", "rsa-1_5"


@pytest.fixture
def door() -> Door:
    """A workplace with the ciphers of today."""
    return Door()


@pytest.fixture
def lenient() -> Door:
    """A workplace where the older ciphers were switched on."""
    return Door(settings={"allow_legacy_encryption": True})


def sealed(door: Door, says: Says | None = None, *, sign: bool = True, around: bool = False, **how: str) -> bytes:
    """Give an answer with an encrypted assertion, signed inside or around."""
    says = says or Says()
    plain = door.idp.signed(says.assertion().encode()) if sign else says.assertion().encode()
    xml = says.response(encrypted(plain, OURS, **how))
    return door.idp.signed(xml, "response") if around else xml


@pytest.mark.parametrize("cipher", ["aes128-gcm", "aes256-gcm"])
@pytest.mark.parametrize(("sign", "around"), [(True, False), (False, True), (True, True)])
def test_ciphers_of_today(door, cipher, sign, around):
    """An assertion by OAEP and AES-GCM is opened and then checked like any other (SP-23, SP-27)."""
    login = door.finish(post(sealed(door, sign=sign, around=around, cipher=cipher)))

    assert "ada-0001" == login.subject.value


def test_old_key_of_ours(door):
    """What was encrypted with the key we used before is opened as well (SP-28)."""
    plain = door.idp.signed(Says().assertion().encode())
    xml = Says().response(encrypted(plain, rsa_key("opening-before").public_key()))

    assert "ada-0001" == door.finish(post(xml)).subject.value


@pytest.mark.parametrize(
    "says",
    [Says(name="admin"), Says(audience=None), Says(recipient="https://evil.test/"), Says(confirmed_to="_other")],
)
def test_forgery_encrypted_for_us(door, says):
    """Everybody can encrypt for us: an unsigned assertion stays unsigned (SP-23)."""
    assert "saml_signature" == refusal(door, post(sealed(door, says, sign=False)))


def test_foreign_signature_inside(door):
    """A signature by another key inside the encryption is a foreign signature (SP-23, SP-01)."""
    plain = door.idp.signed(Says().assertion().encode(), key=rsa_key("attacker"))

    assert "saml_signature" == refusal(door, post(Says().response(encrypted(plain, OURS))))


@pytest.mark.parametrize(
    "says", [Says(audience=None), Says(recipient=None), Says(confirmed_to="_other"), Says(name=" ")]
)
def test_conditions_inside(door, says):
    """A genuine encrypted assertion that is not for us, or not for this sign-in, is refused like an open one."""
    assert refusal(door, post(sealed(door, says))).startswith("saml_")


@pytest.mark.parametrize("order", ["inside", "beside", "around"])
def test_wrapping_inside(door, order):
    """Wrapping inside the encryption works no better than outside (SP-23, SP-03)."""
    genuine = door.idp.signed(Says().assertion().encode()).decode()
    forged = Says(name="admin", assertion_id="_evil").assertion()
    plain = {
        "inside": forged.replace("</saml:Assertion>", f"{genuine}</saml:Assertion>"),
        "beside": forged + genuine,
        "around": genuine.replace("</saml:Assertion>", f"{forged}</saml:Assertion>"),
    }[order]

    assert refusal(door, post(Says().response(encrypted(plain.encode(), OURS)))) in {
        "saml_malformed",
        "saml_assertions",
    }


@pytest.mark.parametrize("plain", [b"", b"hello", b"<x/>", b"<!DOCTYPE x []><x/>", b"<a>" * 50_000, b"\xff\xfe"])
def test_something_else_inside(door, plain):
    """What comes out goes through the same parser and the same gate (SP-23, SP-10)."""
    assert refusal(door, post(Says().response(encrypted(plain, OURS)))) in {"saml_malformed", "saml_assertions"}


@pytest.mark.parametrize(("cipher", "wrap"), [(CBC, "rsa-oaep-mgf1p"), ("aes256-gcm", OLD_WRAP), (CBC, OLD_WRAP)])
@pytest.mark.parametrize("around", [False, True])
def test_old_ciphers_are_off(door, cipher, wrap, around):
    """AES-CBC and RSA 1.5 are refused, also inside a signed Response, unless they were switched on (SP-23)."""
    assert "saml_encryption" == refusal(door, post(sealed(door, around=around, cipher=cipher, wrap=wrap)))


@pytest.mark.parametrize(("cipher", "wrap"), [(CBC, "rsa-oaep-mgf1p"), ("aes256-gcm", OLD_WRAP), (CBC, OLD_WRAP)])
def test_old_ciphers_switched_on(lenient, cipher, wrap):
    """Switched on, they are opened inside a Response whose signature was verified first, and nowhere else (SP-23)."""
    genuine = sealed(lenient, around=True, cipher=cipher, wrap=wrap)
    unsigned = sealed(lenient, cipher=cipher, wrap=wrap)

    assert "ada-0001" == lenient.finish(post(genuine)).subject.value
    assert "saml_signature" == refusal(lenient, post(unsigned))


@pytest.mark.parametrize("cipher", ["tripledes-cbc", "aes128-ctr", "none", ""])
def test_unknown_cipher(lenient, cipher):
    """A cipher that is not listed is refused, whatever is switched on (SP-23)."""
    inner = encrypted_xml(
        f"http://www.w3.org/2001/04/xmlenc#{cipher}", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", b"x", b"x"
    )

    assert "saml_encryption" == refusal(lenient, post(Says().response(inner)))


BROKEN = {
    "data": (0, -1),
    "tag": (0, -20),
    "nonce": (0, 0),
    "key": (1, 5),
    "short_data": (0, None),
    "short_key": (1, None),
}


def broken(door: Door, kind: str) -> bytes:
    """Give an answer whose ciphertext was changed in one place."""
    which, place = BROKEN[kind]
    root = etree.fromstring(sealed(door))
    values = list(root.iter("{http://www.w3.org/2001/04/xmlenc#}CipherValue"))
    node = values[1 - which]
    octets = bytearray(base64.b64decode(node.text))
    if place is None:
        octets = octets[:3]
    else:
        octets[place] ^= 1
    node.text = base64.b64encode(bytes(octets)).decode()
    return etree.tostring(root)


@pytest.mark.parametrize("kind", BROKEN)
def test_changed_ciphertext(door, kind):
    """Every way of not being decryptable is one and the same refusal (SP-23)."""
    with pytest.raises(SignInRefused) as caught:
        door.finish(post(broken(door, kind)))

    told = caught.value.reason, caught.value.cause, caught.value.sentence
    assert ("saml_encryption", "the assertion cannot be decrypted with any of our keys", SignInRefused.sentence) == told


def test_encrypted_for_somebody_else(door):
    """What is encrypted for another key is refused with the same words (SP-23)."""
    xml = Says().response(encrypted(Says().assertion().encode(), rsa_key("other").public_key()))

    assert "saml_encryption" == refusal(door, post(xml))


def test_timing_tells_nothing(door):
    """A key that does not unwrap takes as long as data that do not open: both steps are always taken (SP-23)."""
    answers = {kind: post(broken(door, kind)) for kind in ("data", "key")}

    def ratio() -> float:
        taken: dict[str, list[float]] = {kind: [] for kind in answers}
        for _ in range(60):
            for kind, answer in answers.items():
                began = time.process_time()
                with pytest.raises(SignInRefused):
                    door.finish(answer)
                taken[kind].append(time.process_time() - began)
        medians = [statistics.median(each) for each in taken.values()]
        return max(medians) / min(medians)

    assert any(ratio() < 1.35 for _ in range(5))


def test_many_recipients(door):
    """A message with keys for very many recipients is refused before any of them is tried (SP-23, SP-12)."""
    one = encrypted(Says().assertion().encode(), OURS)
    key = one[one.index("<xenc:EncryptedKey>") : one.index("</xenc:EncryptedKey>") + len("</xenc:EncryptedKey>")]

    assert "saml_encryption" == refusal(door, post(Says().response(one.replace(key, key * 20))))


def test_reference_to_cipher_data(door):
    """Cipher data are in the message: a reference to them is never followed (SP-23, AD-14)."""
    one = encrypted(Says().assertion().encode(), OURS)
    start = one.rindex("<xenc:CipherValue>")
    end = one.rindex("</xenc:CipherValue>") + len("</xenc:CipherValue>")
    linked = one[:start] + '<xenc:CipherReference URI="http://127.0.0.1:9/"/>' + one[end:]

    assert "saml_encryption" == refusal(door, post(Says().response(linked)))
