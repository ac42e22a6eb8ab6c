"""What the sync does, written to the audit under the name of whoever runs it."""

from __future__ import annotations

from provisioners.ports import Entry
from sso_bridge.audit.events import AuditTrail, Event


class SyncTrail:
    """Fulfils `provisioners.ports.Trail`."""

    def __init__(self, audit: AuditTrail, actor: str = "worker") -> None:
        self._audit = audit
        self._actor = actor

    def record(self, *entries: Entry) -> None:
        """Append the entries, in order, in the open transaction."""
        self._audit.record(
            *(
                Event(
                    each.what,
                    self._actor,
                    each.target,
                    before=each.before,
                    after=each.after,
                    why=each.why,
                    reference=each.reference,
                )
                for each in entries
            )
        )
