"""Thousands of damaged requests: each is refused properly, or still says exactly what was signed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from sso_bridge.errors import BadRequest
from sso_bridge.login.asked import Asked
from tests.fakes.saml_bridge import SamlBridge
from tests.fakes.saml_platform import SamlPlatform

ROUNDS = 1500
PIECES = (
    b"<",
    b">",
    b'"',
    b"&",
    b"=",
    b"#",
    b"\0",
    b"\xff",
    b" ",
    b"samlp:",
    b"ds:",
    b'xmlns=""',
    b"ID",
    b"</",
    b"%25",
)
INNER = (
    '<samlp:Extensions><x xmlns="urn:x">t</x></samlp:Extensions>'
    "<saml:Subject><saml:NameID>bob</saml:NameID></saml:Subject>"
    '<samlp:NameIDPolicy AllowCreate="true"/><samlp:RequestedAuthnContext><saml:AuthnContextClassRef>'
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
)
WIKI = SamlPlatform(requests_signed="true")


def damaged(good: bytes, chance: random.Random) -> bytes:
    """Change, drop, insert or copy something, once or a few times."""
    octets = bytearray(good)
    for _ in range(chance.choice([1, 1, 2, 4])):
        place, other = chance.randrange(len(octets)), chance.randrange(len(octets))
        match chance.randrange(4):
            case 0:
                octets[place] = chance.randrange(256)
            case 1:
                del octets[place : place + chance.choice([1, 5, 40])]
            case 2:
                octets[place:place] = chance.choice(PIECES)
            case _:
                octets[place:place] = octets[other : other + chance.randrange(80)]
    return bytes(octets)


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_damaged_requests(tmp_path, binding):
    """No damage makes a signed request say something else, or ends in anything but a 4xx (IDP-02, SP-03, TM-02)."""
    bridge = SamlBridge(tmp_path, {"wiki": WIKI})
    request = WIKI.request(INNER)
    good = WIKI.signed_query(request, "x") if binding == "redirect" else WIKI.enveloped(request)
    read: Callable[[bytes], Asked] = bridge.redirect if binding == "redirect" else bridge.post
    genuine, chance = read(good), random.Random(2026)  # noqa: S311 - repeatable on purpose
    refused = 0

    for _ in range(ROUNDS):
        try:
            assert genuine == read(damaged(good, chance))
        except BadRequest:
            refused += 1

    assert ROUNDS * 0.9 < refused < ROUNDS
