"""A webhook stands as long as the rights of who answers for it: who may look no more is told nothing more (AD-04)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from sso_bridge.admin.permissions import allows
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.store.administration.hands import at_console
from sso_bridge.store.administration.webhooks import Webhook, Webhooks

NO_RIGHTS: Final = "who answers for it has no such rights any more"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Looks at who made a webhook, or enabled it last. `acting` gives what they may now, None when that has ended."""

    webhooks: Webhooks
    acting: Callable[[str], ApiToken | None]
    audit: AuditTrail

    def holds(self, hook: Webhook) -> bool:
        """Return whether it may be told anything now; one that may not any more is disabled.

        What was made on the command line depends on nobody.
        """
        if hook.state != "enabled":
            return False
        token = self.acting(hook.created_by)
        if at_console(hook.created_by) or (token is not None and allows(token, "webhooks.manage")):
            return True
        self.disable(hook, NO_RIGHTS)
        return False

    def disable(self, hook: Webhook, why: str) -> None:
        """Tell this receiver nothing more, and everybody else that it is so."""
        with self.webhooks.store.writing():
            self.webhooks.change(hook.id, state="disabled", why_disabled=why)
            sides = {"state": hook.state}, {"state": "disabled"}
            self.audit.record(Event("webhook.disabled", "worker", f"webhook:{hook.id}", *sides, why=why))
        log.error("webhook.disabled", webhook=hook.id, why=why)
