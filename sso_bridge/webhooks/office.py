"""Webhooks put together: what is kept, what workers do, and what they look at by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import requests

from mappings.days import Day
from sso_bridge.clock import Clock
from sso_bridge.jobs.worker import Handler
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.overview import Overview
from sso_bridge.store.administration.revisions import Revisions
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.administration.webhooks import Sealer, Webhooks
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.staff.people import People
from sso_bridge.webhooks.comings import JOB as PEOPLE
from sso_bridge.webhooks.comings import Comings
from sso_bridge.webhooks.herald import Herald
from sso_bridge.webhooks.sending import JOB, Sending
from sso_bridge.webhooks.standing import Standing


@dataclass(frozen=True)
class Office:
    """Everything about webhooks. `session` gives the one way out (AD-14), when it is needed."""

    store: Store
    clock: Clock
    audit: AuditLog
    sealer: Sealer
    session: Callable[[], requests.Session]
    people: People
    revisions: Revisions
    today: Callable[[], Day]
    tokens: Tokens

    @cached_property
    def webhooks(self) -> Webhooks:
        """Return the subscriptions."""
        return Webhooks(self.store, self.clock, self.sealer)

    @cached_property
    def standing(self) -> Standing:
        """Return what ends subscriptions of those who have no rights any more."""
        return Standing(self.webhooks, self.tokens.acting, self.audit)

    @cached_property
    def herald(self) -> Herald:
        """Return what reads what happened."""
        queue, overview = Jobs(self.store, self.clock), Overview(self.store)
        return Herald(
            self.webhooks,
            self.standing,
            self.audit,
            self.revisions,
            overview,
            self.people,
            queue,
            self.clock,
            self.today,
        )

    @cached_property
    def handlers(self) -> Mapping[str, Handler]:
        """Return what workers do, by name of job."""
        return {
            JOB: Sending(self.webhooks, self.standing, self.session, self.clock),
            PEOPLE: Comings(self.webhooks, self.people, self.audit, self.clock, self.today),
        }
