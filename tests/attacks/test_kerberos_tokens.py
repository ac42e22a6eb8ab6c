"""What is no ticket (KR-02): NTLM in every wrapping, other mechanisms, and four hundred kinds of rubbish."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.kerberos.token import LONGEST, NotATicket, claimed
from tests.fakes.desk import door
from tests.lab import mit_kdc
from tests.lab.tickets import shown

NTLM = b"NTLMSSP\x00\x01\x00\x00\x00\x97\x82\x08\xe2" + bytes(24)
NTLM_OID = bytes.fromhex("060a2b06010401823702020a")
SPNEGO = bytes.fromhex("06062b0601050502")


def der(tag: int, *parts: bytes) -> bytes:
    """Return one element."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def offer(mechanism: bytes, token: bytes) -> bytes:
    """Return a SPNEGO offer of one mechanism with its token."""
    fields = der(0xA0, der(0x30, mechanism)), der(0xA2, der(0x04, token))
    return der(0x60, SPNEGO, der(0xA0, der(0x30, *fields)))


@pytest.mark.parametrize(
    "token",
    [NTLM, NTLM[:12], offer(NTLM_OID, NTLM), offer(bytes.fromhex("06092a864886f712010202"), NTLM)],
    ids=["bare", "short", "in SPNEGO", "in SPNEGO as Kerberos"],
)
def test_ntlm(tmp_path: Path, token: bytes):
    """NTLM is recognised in every wrapping and refused with a reason of its own (KR-02)."""
    with pytest.raises(SignInRefused) as refused:
        door(tmp_path / "none").check_ticket(token)

    assert "ntlm" == refused.value.reason


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"\x60",
        b"\x60\x80",
        b"\x60\x84\xff\xff\xff\xff",
        b"\x60\x88" + b"\xff" * 8,
        offer(NTLM_OID, b""),
        offer(NTLM_OID, b"NTLMSSP"),
        der(0x60, SPNEGO),
        der(0xA1, der(0x30, der(0xA0, b"\x0a\x01\x01"))),
        der(0x60, bytes.fromhex("06092a864886f712010202"), b"\x02\x00", der(0x6F)),
        b"\x30" * 5000,
        der(0x60, SPNEGO, b"\xa0\x80" * 1000),
        b"A" * (LONGEST + 1),
    ],
    ids=range(13),
)
def test_no_token(tmp_path: Path, token: bytes):
    """What is neither Kerberos nor NTLM is refused without a key being touched (KR-02)."""
    with pytest.raises(SignInRefused) as refused:
        door(tmp_path / "none").check_ticket(token)

    assert "not_a_ticket" == refused.value.reason


@pytest.mark.peer("mit_kdc")
def test_mutations(realm: mit_kdc.Realm, tmp_path: Path):
    """A real ticket, cut, doubled and changed in four hundred ways, is refused or is still that very ticket (KR-01)."""
    desk = realm.ticket("p00001", tmp_path / "cache")
    good, dice = shown(desk), random.Random(3)  # noqa: S311  the same bytes every time
    desktop = door(realm.keytab)
    desktop.check_ticket(good)
    for _ in range(400):
        bad = bytearray(good)
        at = dice.randrange(len(bad))
        change = dice.randrange(4)
        if change == 0:
            bad[at] ^= 1 << dice.randrange(8)
        elif change == 1:
            del bad[at:]
        elif change == 2:
            bad[at:at] = bad[at : at + 9]
        else:
            bad[at] = 0xFF
        with pytest.raises(SignInRefused):
            desktop.check_ticket(bytes(bad))


def test_only_one_kind_of_error():
    """Taking a token apart never raises anything but NotATicket, whatever the bytes are."""
    dice = random.Random(7)  # noqa: S311  the same bytes every time
    for _ in range(3000):
        token = der(0x60, SPNEGO if dice.random() < 0.5 else b"", dice.randbytes(dice.randrange(60)))
        with pytest.raises(NotATicket):
            claimed(token)
