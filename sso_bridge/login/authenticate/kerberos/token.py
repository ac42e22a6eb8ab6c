"""What a Negotiate token is, before anybody believes it: Kerberos, NTLM, or neither (RFC 4178, RFC 4120).

Nothing here is proof: it says which key and which kind of encryption the ticket claims, so that weak ones are refused
before they are tried, and the audit learns why. The library takes the first of two fields and passes over what follows:
a token with a field twice, or anything behind an element, is refused, so that both of us read the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

NTLM = b"NTLMSSP\x00"
SPNEGO = bytes.fromhex("06062b0601050502")
KRB5 = bytes.fromhex("06092a864886f712010202")
AP_REQ = b"\x01\x00"
LONGEST = 64 * 1024
MOST_PARTS = 64
GSS, AP_REQ_TAG, TICKET_TAG = 0x60, 0x6E, 0x61
SEQUENCE, INTEGER, OCTETS, TEXT = 0x30, 0x02, 0x04, 0x1B


class NotATicket(ValueError):
    """The token is no Kerberos ticket; `ntlm` tells that it is Windows' old way."""

    def __init__(self, words: str, *, ntlm: bool = False) -> None:
        self.ntlm = ntlm
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a ticket says of itself.

    `encryption` is of the ticket, `session` of the key between browser and us. `authenticator` is the sealed part that
    no other showing of a ticket has.
    """

    service: str
    realm: str
    kvno: int
    encryption: int
    session: int
    authenticator: bytes = field(repr=False)


def claimed(token: bytes) -> Claimed:
    """Return what the ticket in this token claims; NotATicket for anything else, whatever it is."""
    if len(token) > LONGEST:
        raise NotATicket("too long")
    inner = _unwrapped(token)
    if not inner.startswith(AP_REQ):
        raise NotATicket("another Kerberos message")
    try:
        request = _fields(_one(_one(inner[2:], AP_REQ_TAG), SEQUENCE))
        ticket = _fields(_one(_one(request[3], TICKET_TAG), SEQUENCE))
        name = _fields(_one(ticket[2], SEQUENCE))
        words = [_one(part, TEXT) for part in _parts(_one(name[1], SEQUENCE))]
        sealed, authenticator = (_fields(_one(part, SEQUENCE)) for part in (ticket[3], request[4]))
        return Claimed(
            service=b"/".join(words).decode("ascii"),
            realm=_one(ticket[1], TEXT).decode("ascii"),
            kvno=_integer(sealed[1]) if 1 in sealed else 0,
            encryption=_integer(sealed[0]),
            session=_integer(authenticator[0]),
            authenticator=_one(authenticator[2], OCTETS),
        )
    except (LookupError, ValueError) as broken:
        raise NotATicket("not the form of a ticket") from broken


def _unwrapped(token: bytes) -> bytes:
    """Return what stands after the name of the mechanism Kerberos, taken out of SPNEGO if need be."""
    if token.startswith(NTLM):
        raise NotATicket("NTLM", ntlm=True)
    try:
        body = _one(token, GSS)
        if body.startswith(SPNEGO):
            offer = _fields(_one(_one(body[len(SPNEGO) :], 0xA0), SEQUENCE))
            body = _one(offer[2], OCTETS) if 2 in offer else b""  # noqa: PLR2004  [2] mechToken
            if body.startswith(NTLM):
                raise NotATicket("NTLM inside SPNEGO", ntlm=True)
            body = _one(body, GSS)
    except LookupError as broken:
        raise NotATicket("not the form of a token") from broken
    if not body.startswith(KRB5):
        raise NotATicket("another mechanism")
    return body[len(KRB5) :]


def _parts(octets: bytes) -> Iterator[bytes]:
    """Yield each element of a DER sequence as it stands; LookupError when it is cut or has absurdly many."""
    at, count = 0, 0
    while at < len(octets):
        count += 1
        start, size = _header(octets, at)
        end = start + size
        if end > len(octets) or count > MOST_PARTS:
            raise LookupError("cut off")
        yield octets[at:end]
        at = end


def _header(octets: bytes, at: int) -> tuple[int, int]:
    """Return where the content begins and how long it is (X.690 8.1.3)."""
    size, start = octets[at + 1], at + 2
    if size & 0x80:
        width = size & 0x7F
        if not 1 <= width <= 4 or start + width > len(octets):  # noqa: PLR2004  more than any token needs
            raise LookupError("length")
        size, start = int.from_bytes(octets[start : start + width], "big"), start + width
    return start, size


def _one(octets: bytes, tag: int) -> bytes:
    """Return the content of the only element; LookupError for another tag (0: any), a cut one, or more behind it."""
    if len(octets) < 2 or (tag and octets[0] != tag):  # noqa: PLR2004  a tag and a length
        raise LookupError("tag")
    start, size = _header(octets, 0)
    if start + size != len(octets):
        raise LookupError("cut off, or more than one")
    return octets[start:]


def _fields(octets: bytes) -> dict[int, bytes]:
    """Return the content of each explicitly tagged field by its number; LookupError for one that comes twice."""
    found = [(part[0] & 0x1F, _one(part, 0)) for part in _parts(octets) if part[0] & 0xE0 == 0xA0]  # noqa: PLR2004
    numbers = [number for number, _ in found]
    if numbers != sorted(set(numbers)):
        raise LookupError("a field twice, or out of order")
    return dict(found)


def _integer(octets: bytes) -> int:
    return int.from_bytes(_one(octets, INTEGER), "big", signed=True)
