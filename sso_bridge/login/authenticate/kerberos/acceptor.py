"""The one file that touches gssapi: a token and a keytab in, a proven name out.

Its surprises: `step` swallows an error when there is a token to answer it with, and raises it at the next question
(`__DEFER_STEP_ERRORS__`); a credential for one service accepts tickets for another of the same account; RC4 will do.
The first is switched off here, the others are checked by `door.py` beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_WORDS = (
    ("channel binding", "relayed"),
    ("replay", "ticket_replayed"),
    ("expired", "ticket_expired"),
    ("not yet valid", "clock_skew"),
    ("skew", "clock_skew"),
    ("key", "key_unknown"),
    ("integrity", "key_unknown"),
)
_ACCOUNT = b"urn:mspac:upn-dns-info"
_CLIENT = b"urn:mspac:client-info"
_EXTENDED = 2
_LONGEST_SID = 68
_WINDOWS = datetime(1601, 1, 1, tzinfo=UTC)


class Refused(Exception):
    """The ticket proves nothing; `reason` is for the audit."""

    def __init__(self, reason: str, words: str) -> None:
        self.reason = reason
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Proven:
    """A principal, as the realm spells it.

    `sid` is the account's own number and `since` when its owner signed in at the desk, if the ticket tells.
    """

    principal: str
    sid: str = ""
    since: datetime | None = None
    reply: bytes = field(default=b"", repr=False)


def installed() -> bool:
    """Return whether the extra `kerberos` is."""
    return find_spec("gssapi") is not None


def accept(token: bytes, keytab: Path, service: str, end_point: bytes = b"") -> Proven:
    """Return who shows this ticket for `service` (`HTTP/host@REALM`); Refused. Tickets count once on this machine.

    `end_point` names the TLS connection (RFC 5929 4): a browser that says which one it shows the ticket on must mean
    this one. Empty where TLS ends before us.
    """
    import gssapi  # noqa: PLC0415  an extra: only who configures the kind needs it

    class Context(gssapi.SecurityContext):  # type: ignore[misc]
        __DEFER_STEP_ERRORS__ = False

    try:
        name = gssapi.Name(service, gssapi.NameType.kerberos_principal)
        own = gssapi.Credentials(name=name, usage="accept", store={"keytab": f"FILE:{keytab}"})
        bound = gssapi.raw.ChannelBindings(application_data=b"tls-server-end-point:" + end_point) if end_point else None
        context = Context(creds=own, usage="accept", channel_bindings=bound)
        reply = context.step(token)
        if not context.complete:
            raise Refused("ticket_unfinished", "the exchange wants a second round")
        who = context.initiator_name
        return Proven(str(who), _sid(_told(who, _ACCOUNT)), _since(_told(who, _CLIENT)), bytes(reply or b""))
    except gssapi.exceptions.GSSError as error:
        words = error.gen_message()
        reason = next((reason for word, reason in _WORDS if word in words.casefold()), "ticket_refused")
        raise Refused(reason, type(error).__name__) from None


def _told(name: Any, attribute: bytes) -> bytes:
    """Return what the realm's own signed note (PAC) says, empty when it does not or the signature was not checked."""
    from gssapi import raw  # noqa: PLC0415

    try:
        found = raw.get_name_attribute(name, attribute)
    except raw.GSSError:
        return b""
    return bytes(found.values[0]) if found.authenticated and found.values else b""


def _sid(note: bytes) -> str:
    """Return the SID of UPN_DNS_INFO (MS-PAC 2.10), which newer domain controllers put there."""
    if len(note) < 20 or not int.from_bytes(note[8:12], "little") & _EXTENDED:  # noqa: PLR2004  its fixed part
        return ""
    size, at = (int.from_bytes(note[place : place + 2], "little") for place in (16, 18))
    sid = note[at : at + size]
    if not 8 < len(sid) <= _LONGEST_SID or len(sid) != 8 + 4 * sid[1] or sid[0] != 1:  # noqa: PLR2004  MS-DTYP 2.4.2
        return ""
    parts = [int.from_bytes(sid[place : place + 4], "little") for place in range(8, len(sid), 4)]
    return "-".join(["S", "1", str(int.from_bytes(sid[2:8], "big")), *(str(part) for part in parts)])


def _since(note: bytes) -> datetime | None:
    """Return the time in PAC_CLIENT_INFO (MS-PAC 2.7): when the ticket-granting ticket was got with a secret."""
    ticks = int.from_bytes(note[:8], "little")
    return _WINDOWS + timedelta(microseconds=ticks // 10) if 0 < ticks < 2**61 else None
