"""The events that can be subscribed to, and how an audited act becomes one: ids and counts, no personal data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sso_bridge.audit.record import Record

EventType = Literal[
    "access.ended", "account.created", "account.deleted", "account.reactivated", "account.suspended",
    "break_glass.used", "client.created", "configuration.applied", "draft.waiting", "import.refused", "import.taken",
    "key.changed", "leaver.stuck", "link.proposed", "person.joined", "person.left", "plan.waiting", "platform.stopped",
    "run.cancelled", "run.failed", "run.finished", "token.created", "webhook.test",
]  # fmt: skip
EVENTS: Final[tuple[EventType, ...]] = get_args(EventType)

FROM_AUDIT: Final[Mapping[str, EventType]] = {
    "access.ended": "access.ended", "account.created": "account.created", "account.deleted": "account.deleted",
    "account.reactivated": "account.reactivated", "account.suspended": "account.suspended",
    "break_glass.used": "break_glass.used", "client.created": "client.created",
    "configuration.applied": "configuration.applied", "hr.import_refused": "import.refused",
    "hr.import_taken": "import.taken", "key.rotated": "key.changed", "key.replaced": "key.changed",
    "key.retired": "key.changed", "leaver.stuck": "leaver.stuck", "link.proposed": "link.proposed",
    "plan.made": "plan.waiting", "platform.stopped": "platform.stopped", "run.cancelled": "run.cancelled",
    "run.finished": "run.finished", "token.created": "token.created",
}  # fmt: skip
"""Audited act -> event. Whether a plan waits, and whether a run failed, is looked up when it is told."""

TEXTS: Final = frozenset({"source", "sha256", "digest", "platform", "role", "method", "state", "kind"})
"""Fields of an act whose texts are names of ours; every other text could be about somebody and stays here."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something to be told: what, when, about what, with which facts."""

    type: EventType
    at: datetime
    about: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""

    def body(self) -> str:
        """Return the message (Standard Webhooks: `type`, `timestamp`, `data`)."""
        data = {"about": self.about, **({"reference": self.reference} if self.reference else {}), **self.facts}
        told = {"type": self.type, "timestamp": self.at.isoformat(), "data": data}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def from_record(record: Record) -> Happening | None:
    """Return the event of an audited act, None for one that nobody can subscribe to."""
    kind = FROM_AUDIT.get(record.what)
    if kind is None:
        return None
    after = json.loads(record.after) if record.after else {}
    return Happening(kind, record.at, record.target, _harmless(after), record.reference)


def _harmless(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return numbers, truths, and texts that are names of ours."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, bool | int | float) or (isinstance(value, str) and name in TEXTS):
            found[name] = value
        elif isinstance(value, Mapping) and (inner := _harmless(value)):
            found[name] = inner
    return found
