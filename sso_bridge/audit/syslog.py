"""Audit records as syslog messages (RFC 5424), for a log collector or SIEM; names of fields as in CEF."""

from __future__ import annotations

import json
import re

from sso_bridge.audit.export import as_mapping
from sso_bridge.audit.record import Record

FACILITY = 13  # log audit (RFC 5424 6.2.1)
NOTICE, WARNING = 5, 4
NUMBER = 32473
"""The enterprise number of the structured data: the one that RFC 5612 keeps for those who have none."""

LONGEST = 7500
"""Receivers take 8,192 octets by default (rsyslog) or at least 2,048 (RFC 5425 4.3.1), and cut off what is longer."""

_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


def message(record: Record, host: str) -> bytes:
    """Return the message of one record: one line, whatever is in it."""
    severity = NOTICE if record.result == "done" else WARNING
    fields = {
        "externalId": str(record.seq), "act": record.what, "outcome": record.result, "suser": record.actor,
        "duser": record.target, "src": record.address, "requestId": record.request, "reason": record.why,
    }  # fmt: skip
    said = " ".join(f'{name}="{_quoted(value)}"' for name, value in fields.items() if value)
    at = record.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    head = f"<{FACILITY * 8 + severity}>1 {at} {_name(host, 255)} sso_bridge - {_name(record.what, 32)} "
    head += f"[audit@{NUMBER} {said}] "
    return head.encode() + _body(record, LONGEST - len(head.encode()))


def framed(one: bytes) -> bytes:
    """Return the message in the frame of RFC 5425 4.3: its length stands before it."""
    return str(len(one)).encode() + b" " + one


def _body(record: Record, room: int) -> bytes:
    told = as_mapping(record)
    whole = json.dumps(told).encode()
    if len(whole) <= room:
        return whole
    short = {name: told[name] for name in ("seq", "at", "what", "result", "digest")} | {"cut": True}
    return json.dumps(short).encode()


def _quoted(text: str) -> str:
    """Return a value of structured data (6.3.3), on one line and of a bounded length."""
    plain = "".join(char if char.isprintable() else "?" for char in text[:400])
    return re.sub(r'(["\\\]])', r"\\\1", plain)


def _name(text: str, most: int) -> str:
    return _UNPRINTABLE.sub("_", text)[:most] or "-"
