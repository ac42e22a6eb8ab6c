"""Tokens that say something twice: the library would believe the first, and our checks would have read the second."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.kerberos.token import claimed
from tests.fakes.desk import door
from tests.fakes.forged_ticket import KRB5, Forge, der
from tests.lab import mit_kdc

SPNEGO = bytes.fromhex("06062b0601050502")
FORGE = Forge(mit_kdc.SERVICE, mit_kdc.REALM)


def elements(octets: bytes) -> list[bytes]:
    """Return the elements that stand in a row."""
    found = []
    while octets:
        width = octets[1] & 0x7F if octets[1] & 0x80 else 0
        size = 2 + width + (int.from_bytes(octets[2 : 2 + width], "big") if width else octets[1])
        found.append(octets[:size])
        octets = octets[size:]
    return found


def inside(element: bytes) -> bytes:
    """Return the content of an element."""
    return element[2 + (element[1] & 0x7F if element[1] & 0x80 else 0) :]


def fields_of(token: bytes) -> list[bytes]:
    """Return the fields of the AP-REQ in a bare token."""
    return elements(inside(inside(inside(token)[len(KRB5) + 2 :])))


def bare(*fields: bytes) -> bytes:
    """Return a bare token with these fields."""
    return der(0x60, KRB5, b"\x01\x00", der(0x6E, der(0x30, *fields)))


def two_offers() -> bytes:
    """Return SPNEGO with a good ticket, and behind it another one."""
    tokens = (der(0xA2, der(0x04, FORGE.token())) for _ in range(2))
    return der(0x60, SPNEGO, der(0xA0, der(0x30, der(0xA0, der(0x30, KRB5)), *tokens)))


def two_tickets() -> bytes:
    """Return a good request, and in it the ticket and the authenticator of another one."""
    return bare(*fields_of(FORGE.token()), *fields_of(FORGE.token())[3:])


def two_ciphers() -> bytes:
    """Return a good request whose authenticator has more octets behind the ones that count."""
    *others, proof = fields_of(FORGE.token())
    sealed = elements(inside(inside(proof)))
    return bare(*others, der(0xA4, der(0x30, *sealed, der(0xA2, der(0x04, secrets.token_bytes(40))))))


@pytest.mark.parametrize("doubled", [two_offers, two_tickets, two_ciphers])
def test_said_twice(tmp_path: Path, doubled):
    """A stolen ticket gets no new mark, service or cipher from a second field behind the real one (KR-01, KR-03)."""
    desktop = door(FORGE.keytab(tmp_path / "keys"))

    with pytest.raises(SignInRefused) as refused:
        desktop.check_ticket(doubled())

    assert "not_a_ticket" == refused.value.reason


def test_taken_apart_and_put_together():
    """The same pieces, each once, are a ticket: what was refused is the doubling."""
    token = FORGE.token()

    assert claimed(token) == claimed(bare(*fields_of(token)))
