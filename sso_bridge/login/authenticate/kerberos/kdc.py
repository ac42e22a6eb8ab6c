"""Whether a KDC answers for a realm, and what time it has: asked for a ticket of nobody's (RFC 4120 5.4.1, 5.9.1).

Every refusal carries the time of the KDC; no password and no key of anybody is part of this.
"""

from __future__ import annotations

import re
import socket
import struct
from datetime import UTC, datetime

from sso_bridge.question import Wrong

PORT, SECONDS, LONGEST = 88, 3.0, 64 * 1024
REFUSED = 0x7E
WRONG_REALM = 68
NOBODY = "sso-bridge-examination"
AES = (18, 17)
_TIME = re.compile(rb"\xa4\x11\x18\x0f([0-9]{14})Z")
_CODE = re.compile(rb"\xa6\x03\x02\x01(.)", re.DOTALL)
"""The fields [4] stime and [6] error-code of a KRB-ERROR, which DER writes in one way only."""


def time_at(host: str, realm: str, port: int = PORT) -> datetime:
    """Return the time of the KDC on this host; Wrong when none answers, or not for this realm."""
    try:
        answer = _asked(host, port, _request(realm))
    except (OSError, struct.error) as error:
        said = "no KDC answers there" if isinstance(error, TimeoutError | struct.error) else error.strerror
        raise Wrong(
            f"{host}:{port}: {said}", "browsers get no tickets: is the KDC up, does a firewall stand between?"
        ) from None
    told, code = _TIME.search(answer), _CODE.search(answer)
    if not answer or answer[0] != REFUSED or told is None:
        raise Wrong(
            f"{host}:{port} does not answer as a KDC does", "see urls of the directory: is this a domain controller?"
        )
    if code is not None and code[1][0] == WRONG_REALM:
        raise Wrong(f"the KDC at {host} does not know the realm {realm}", "correct realms of this workplace")
    return datetime.strptime(told[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _asked(host: str, port: int, request: bytes) -> bytes:
    """Send a message by TCP and return the answer (RFC 4120 7.2.2)."""
    with socket.create_connection((host, port), timeout=SECONDS) as connection:
        connection.sendall(struct.pack(">I", len(request)) + request)
        (size,) = struct.unpack(">I", _read(connection, 4))
        return _read(connection, min(size, LONGEST))


def _read(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size and (part := connection.recv(size - len(found))):
        found += part
    return found


def _request(realm: str) -> bytes:
    body = _sequence(
        _field(0, _element(0x03, bytes(5))),
        _field(1, _name(1, NOBODY)),
        _field(2, _text(realm)),
        _field(3, _name(2, "krbtgt", realm)),
        _field(5, _element(0x18, b"20370913024805Z")),
        _field(7, _number(1)),
        _field(8, _sequence(*map(_number, AES))),
    )
    return _element(0x6A, _sequence(_field(1, _number(5)), _field(2, _number(10)), _field(4, body)))


def _name(kind: int, *parts: str) -> bytes:
    return _sequence(_field(0, _number(kind)), _field(1, _sequence(*map(_text, parts))))


def _text(value: str) -> bytes:
    return _element(0x1B, value.encode("ascii"))


def _number(value: int) -> bytes:
    return _element(0x02, bytes([value]))


def _sequence(*parts: bytes) -> bytes:
    return _element(0x30, b"".join(parts))


def _field(number: int, content: bytes) -> bytes:
    return _element(0xA0 | number, content)


def _element(tag: int, content: bytes) -> bytes:
    """Return one DER element; realms are short, so two octets of length are enough (X.690 8.1.3)."""
    size = len(content)
    length = bytes([size]) if size < 0x80 else b"\x82" + struct.pack(">H", size) if size > 0xFF else bytes([0x81, size])  # noqa: PLR2004
    return bytes([tag]) + length + content
