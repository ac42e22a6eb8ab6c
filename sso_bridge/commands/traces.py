"""A sign-in told leg by leg, as an administrator reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sso_bridge.login.trace import PLATFORM, WORKPLACE, TraceRecord

WHO = Callable[[int], str]
LEGS = {PLATFORM: "Platform to bridge", WORKPLACE: "Bridge to workplace"}


def as_json(record: TraceRecord) -> dict[str, Any]:
    """Return the record as JSON values."""
    return {
        "reference": record.reference,
        "began_at": record.began_at.isoformat(),
        "ended_at": record.ended_at.isoformat() if record.ended_at else None,
        "outcome": record.outcome,
        "protocol": record.protocol,
        "platform": record.platform,
        "workplace": record.workplace,
        "person_id": record.person_id,
        "prompted": record.prompted,
        "address": record.address,
        "steps": list(record.steps),
    }


def row(record: TraceRecord, who: WHO) -> dict[str, Any]:
    """Return the record as one row of a list."""
    return {
        "reference": record.reference,
        "began_at": f"{record.began_at:%Y-%m-%d %H:%M:%S}",
        "outcome": record.outcome,
        "platform": record.platform or "the bridge itself",
        "person": who(record.person_id) if record.person_id is not None else "",
        "prompted": "yes" if record.prompted else "no",
    }


def told(record: TraceRecord, who: WHO) -> Iterator[str]:
    """Yield the lines: what came of it, then the two legs in the order in which things happened."""
    yield f"{record.reference}: {record.outcome}"
    yield f"  when       {record.began_at:%Y-%m-%d %H:%M:%S} UTC{_took(record)}, from {record.address or 'unknown'}"
    yield f"  platform   {record.platform or 'the bridge itself'} ({record.protocol})"
    typed = "with something typed" if record.prompted else "without anything typed"
    yield f"  workplace  {record.workplace or 'none'}, {typed}"
    yield f"  person     {who(record.person_id) if record.person_id is not None else 'not known'}"
    for leg, title in LEGS.items():
        yield f"{title}:"
        steps = [step for step in record.steps if step.get("leg") == leg]
        yield from (_step(step, record.began_at) for step in steps)
        if not steps:
            yield "  nothing happened on this leg"


def _step(step: dict[str, str], began: datetime) -> str:
    after = (datetime.fromisoformat(step["at"]) - began).total_seconds()
    mark = "ok" if step["outcome"] == "ok" else f"!! {step['outcome']}"
    mark += f" ({step['reason']})" if step.get("reason") else ""
    cause = f": {step['cause']}" if step.get("cause") else ""
    return f"  +{after:8.3f} s  {step['what']}  {mark}{cause}"


def _took(record: TraceRecord) -> str:
    if record.ended_at is None:
        return ", not ended"
    return f", took {(record.ended_at - record.began_at).total_seconds():.1f} s"
