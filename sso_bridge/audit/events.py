"""The one shape of everything that is audited (AD-11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """One act.

    `what` is a dotted name (`sign_in.answered`, `account.suspended`), `actor` who did it (`person:<uuid>`,
    `token:<id>`, `worker`, `cli`), `target` what it was done to. `before` and `after` hold only what changed, never a
    secret, token, password or assertion. `why` is the rule or ticket, `reference` the trace, run or request it belongs
    to. `result` is `done`, `refused` or `failed`; without one, the name of the act tells. Address, request id and
    reason come from the circumstances where they are not given.
    """

    what: str
    actor: str
    target: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    why: str = ""
    address: str = ""
    reference: str = ""
    result: str = ""

    @property
    def outcome(self) -> str:
        """Return how it ended."""
        return self.result or ("refused" if self.what.endswith(".refused") else "done")


class AuditTrail(Protocol):
    """Somewhere that remembers. Joins the open transaction: an act and its record are kept or lost together."""

    def record(self, *events: Event) -> None:
        """Append the events, in order."""
        ...
