"""How a message travels: by Redirect (SAML bindings 3.4) or by POST (3.5). Raw octets in, XML text out."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote_to_bytes

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.names import DEFLATE, POST, REDIRECT
from sso_bridge.login.saml.signature import Detached, decoded
from sso_bridge.login.saml.xml import MESSAGE

LONGEST_FORM: Final = 512 * 1024
LONGEST_RELAY_STATE: Final = 16 * 1024
Kind = Literal["SAMLRequest", "SAMLResponse"]
REQUESTS: Final[tuple[Kind, ...]] = ("SAMLRequest",)
OURS: Final = frozenset({"SAMLRequest", "SAMLResponse", "SAMLart", "RelayState", "SigAlg", "Signature", "SAMLEncoding"})


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it arrived. `relay_state` is None when there was none, which is not the same as an empty one."""

    xml: bytes
    binding: str
    relay_state: str | None = None
    detached: Detached | None = None
    kind: Kind = "SAMLRequest"


def by_redirect(query: bytes, kinds: Sequence[Kind] = REQUESTS) -> Received:
    """Return the message of a raw query string, one of the kinds that are taken here; raise BadRequest.

    The signature covers the octets as they were received, never a re-encoding of them, so the string is taken apart
    here and nowhere else. Names must be written plainly: an encoded or repeated name could be read differently
    by whoever signed and whoever reads (IDP-02).
    """
    if len(query) > LONGEST_FORM:
        raise BadRequest("the query is too long")
    fields: dict[str, bytes] = {}
    for part in query.split(b"&"):
        raw_name, _, value = part.partition(b"=")
        name = unquote_to_bytes(raw_name.replace(b"+", b" ")).decode("utf-8", "replace").strip()
        if name not in OURS:
            continue
        if raw_name != name.encode():
            raise BadRequest("a parameter name is percent-encoded")
        if name in fields:
            raise BadRequest(f"{name} occurs twice")
        fields[name] = value
    kind = _the_kind(fields.keys(), kinds)
    if "SAMLEncoding" in fields and _text(fields["SAMLEncoding"], "SAMLEncoding") != DEFLATE:
        raise BadRequest("an encoding that is not accepted")
    relay_state = _relay_state(_text(fields["RelayState"], "RelayState")) if "RelayState" in fields else None
    packed = decoded(_text(fields[kind], kind), kind)
    return Received(_inflated(packed), REDIRECT, relay_state, _detached(fields, kind), kind)


def by_post(form: Sequence[tuple[str, str]], kinds: Sequence[Kind] = REQUESTS) -> Received:
    """Return the message of a posted form, given as its pairs in order; raise BadRequest."""
    fields: dict[str, str] = {}
    for name, value in form:
        if name in fields:
            raise BadRequest("a form field occurs twice")
        if name in OURS:
            fields[name] = value
    kind = _the_kind(fields.keys(), kinds)
    if len(fields[kind]) > LONGEST_FORM:
        raise BadRequest("the message is too long")
    relay_state = _relay_state(fields["RelayState"]) if "RelayState" in fields else None
    return Received(decoded(fields[kind], kind), POST, relay_state, kind=kind)


def _the_kind(names: AbstractSet[str], kinds: Sequence[Kind]) -> Kind:
    """Return which kind of message there is; refuse what could be read as two, or as a kind that is not taken here."""
    found = [kind for kind in kinds if kind in names]
    if not found:
        raise BadRequest(f"there is no {' and no '.join(kinds)}")
    if len({"SAMLRequest", "SAMLResponse", "SAMLart"} & names) > 1:
        raise BadRequest("more than one SAML message")
    return found[0]


def _detached(fields: dict[str, bytes], kind: Kind) -> Detached | None:
    """Return the signature of the query, over its own octets in the order of the standard (3.4.4.1)."""
    if not {"SigAlg", "Signature"} & fields.keys():
        return None
    if not {"SigAlg", "Signature"} <= fields.keys():
        raise BadRequest("half a signature")
    signed = b"&".join(name.encode() + b"=" + fields[name] for name in (kind, "RelayState", "SigAlg") if name in fields)
    value = decoded(_text(fields["Signature"], "Signature"), "Signature")
    return Detached(signed, _text(fields["SigAlg"], "SigAlg"), value)


def _text(value: bytes, what: str) -> str:
    """Return a value of a query string as text; a plus sign is a blank there."""
    try:
        return unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{what} is not UTF-8") from error


def _relay_state(value: str) -> str:
    """Return what comes back unchanged; the standard's 80 octets are exceeded by real platforms (IDP-06)."""
    if len(value.encode()) > LONGEST_RELAY_STATE or "\0" in value:
        raise BadRequest("the RelayState cannot be carried")
    return value


def _inflated(packed: bytes) -> bytes:
    """Return raw DEFLATE inflated, stopping at the limit however much there would be (SP-12)."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = stream.decompress(packed, MESSAGE.size + 1)
    except zlib.error as error:
        raise BadRequest("the message cannot be inflated") from error
    if len(plain) > MESSAGE.size or not stream.eof or stream.unused_data:
        raise BadRequest("the message is too long, cut short, or followed by something")
    return plain
