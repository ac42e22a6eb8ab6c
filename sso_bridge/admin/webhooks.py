"""Webhooks for administrators: subscribe, look what was told, send a test, renew the secret, enable again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from sso_bridge.admin.asking import By, Filtered, Newest, Since, Until, place_after
from sso_bridge.admin.preconditions import SEEN, check_present
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Conflict, Flaw, Invalid, NotFound
from sso_bridge.api.route import Answer, Call, Route, Taken, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.configuration.document.editing import tag_of
from sso_bridge.store.administration.webhooks import ANEW, Delivery, Webhook, Webhooks
from sso_bridge.webhooks.events import EVENTS

BASE = "/admin/v1/webhooks"
WEBHOOK_ID = {"type": "string", "pattern": "^[0-9a-f]{16}$", "maxLength": 16}
EXAMPLE = {
    "name": "service desk",
    "url": "https://desk.corp.example/bridge",
    "events": ["import.refused", "run.failed"],
}
Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://[A-Za-z0-9.:\[\]_-]+([/?#][!-~]*)?$")]
"""An address without a name and password: the list and the audit show it (AD-06)."""
State = Literal["enabled", "disabled"]
Kind = Annotated[str, Field(json_schema_extra={"enum": sorted(EVENTS)})]


def _known(name: str) -> str:
    if name not in EVENTS:
        raise ValueError("is not an event")
    return name


KnownKind = Annotated[Kind, AfterValidator(_known)]
MOST = 50
SAME = ("id", "name", "url", "state", "created_at", "created_by", "failures", "failing_since", "why_disabled")


class Which(Filtered):
    """Which subscriptions."""

    state: State | None = None
    event: KnownKind | None = Field(default=None, description="Those that are told of this.", examples=["run.failed"])
    by: By | None = None


class WhichDeliveries(Newest):
    """Which messages."""

    state: Literal["waiting", "delivered", "failed"] | None = None
    event: KnownKind | None = Field(default=None, description="Of this.", examples=["run.failed"])
    since: Since | None = None
    until: Until | None = None


class NewWebhook(Taken):
    """Who wants to be told of what."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    url: Url = Field(description="Where messages are posted; a public https address, or one the deployer has allowed.")
    events: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=50)]


class Changing(Taken):
    """What is to be otherwise; what is left out stays."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    url: Url | None = None
    events: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=50)] | None = None
    state: State | None = Field(
        default=None,
        description="`enabled` also begins anew after failures; who enables it answers for it from then on.",
    )


class WebhookTold(Told):
    """One subscription; its secret is not told again."""

    id: str
    etag: str = Field(description="What `If-Match` takes; it is another one after each change of yours or others.")
    name: str
    url: str
    events: list[str]
    state: str
    created_at: datetime
    created_by: str = Field(description="Who made it, or enabled it last: it is disabled when their rights end.")
    failures: int = Field(description="Failed tries in a row.")
    failing_since: datetime | None
    why_disabled: str


class MadeWebhook(WebhookTold):
    """A subscription with its secret, shown this once."""

    secret: str = Field(examples=["whsec_..."])


class WebhookList(Told):
    """All subscriptions."""

    items: list[WebhookTold]


class DeliveryTold(Told):
    """One message, and what came of it."""

    place: int
    message: str = Field(description="The `webhook-id`; the same on every try.")
    event: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    made_at: datetime
    tried_at: datetime | None
    status: int | None
    error: str
    body: str


class DeliveryList(Told):
    """A page of messages, newest first."""

    items: list[DeliveryTold]
    next: Next


@dataclass(frozen=True, slots=True)
class WebhookRoutes:
    """The routes of webhooks."""

    webhooks: Webhooks
    audit: AuditTrail

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"webhook": WEBHOOK_ID}}
        etag: dict[str, Any] = {"answer_headers": {"ETag": "The state of the webhook, for `If-Match`."}}
        seen: dict[str, Any] = {"headers": (SEEN,), **etag}
        return (
            Route("GET", BASE, "webhooks.manage", self.all, "All webhooks", query=Which, result=WebhookList),
            Route("POST", BASE, "webhooks.manage", self.make, "Subscribe", body=NewWebhook, example=EXAMPLE,
                  status=201, result=MadeWebhook, problems=(409,), **etag,
                  description="Messages are signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, "
                  "`webhook-signature`) and hold ids and counts, no personal data. The secret is shown this once."),
            Route("GET", f"{BASE}/{{webhook}}", "webhooks.manage", self.read, "One webhook", result=WebhookTold,
                  **etag, **one),
            Route("PUT", f"{BASE}/{{webhook}}", "webhooks.manage", self.change, "Change a webhook", body=Changing,
                  example={"state": "enabled"}, result=WebhookTold, problems=(400, 412, 428), **seen, **one),
            Route("DELETE", f"{BASE}/{{webhook}}", "webhooks.manage", self.remove, "Forget a webhook",
                  result=WebhookTold, **one),
            Route("POST", f"{BASE}/{{webhook}}/secret", "webhooks.manage", self.renew, "Make a new secret",
                  description="For 24 hours messages are signed with both.", result=MadeWebhook,
                  problems=(400, 412, 428), **seen, **one),
            Route("POST", f"{BASE}/{{webhook}}/test", "webhooks.manage", self.test, "Send a test message",
                  description="A worker sends `webhook.test`; the log of deliveries tells what came of it.",
                  status=202, result=WebhookTold, problems=(409,), **one),
            Route("GET", f"{BASE}/{{webhook}}/deliveries", "webhooks.manage", self.deliveries, "What was told",
                  query=WhichDeliveries, result=DeliveryList, **one),
        )  # fmt: skip

    def all(self, call: Call) -> Answer:
        """Return the subscriptions that are asked for."""
        asked: Which = call.query
        items = [
            WebhookTold(**_told(one))
            for one in self.webhooks.all()
            if asked.state in {None, one.state} and asked.by in {None, one.created_by}
            and (asked.event is None or asked.event in one.events)
        ]  # fmt: skip
        return Answer(WebhookList(items=items))

    def make(self, call: Call) -> Answer:
        """Subscribe."""
        asked: NewWebhook = call.body
        _check(asked.events)
        with self.webhooks.store.writing():
            if len(self.webhooks.all()) >= MOST:
                raise Conflict(f"there are {MOST} webhooks already")
            made, secret = self.webhooks.add(asked.name, asked.url, asked.events, call.actor)
            after = {"name": made.name, "url": made.url, "events": list(made.events)}
            self._note("webhook.created", call, made, after=after)
        return Answer(MadeWebhook(**_told(made), secret=secret), _etag(made))

    def read(self, call: Call) -> Answer:
        """Return one subscription."""
        found = self._known(call)
        return Answer(WebhookTold(**_told(found)), _etag(found))

    def change(self, call: Call) -> Answer:
        """Change a subscription."""
        with self.webhooks.store.writing():
            return self._changed(call, self._seen(call))

    def _changed(self, call: Call, found: Webhook) -> Answer:
        asked = call.body
        values = {name: value for name in Changing.model_fields if (value := getattr(asked, name)) is not None}
        _check(values.get("events", ()))
        before = {name: getattr(found, name) for name in values}
        kept: dict[str, Any] = values | ({"events": list(values["events"])} if "events" in values else {})
        if values.get("state") == "enabled":
            kept |= {**ANEW, "created_by": call.actor}
        elif "state" in values:
            kept |= {"why_disabled": "by an administrator"}
        if kept:
            self.webhooks.change(found.id, **kept)
        self._note("webhook.changed", call, found, before=before, after=values)
        return self.read(call)

    def remove(self, call: Call) -> Answer:
        """Forget a subscription."""
        found = self._known(call)
        with self.webhooks.store.writing():
            self.webhooks.remove(found.id)
            self._note("webhook.removed", call, found, before={"name": found.name, "url": found.url})
        return Answer(WebhookTold(**_told(found)))

    def renew(self, call: Call) -> Answer:
        """Make a new secret."""
        with self.webhooks.store.writing():
            found = self._seen(call)
            secret = self.webhooks.renew(found.id)
            self._note("webhook.secret_renewed", call, found)
            changed = self._known(call)
        return Answer(MadeWebhook(**_told(changed), secret=secret), _etag(changed))

    def test(self, call: Call) -> Answer:
        """Queue a test message."""
        found = self._known(call)
        with self.webhooks.store.writing():
            if not self.webhooks.test(found.id, call.request_id):
                raise Conflict("the webhook is disabled")
            self._note("webhook.tested", call, found)
        return Answer(WebhookTold(**_told(found)))

    def deliveries(self, call: Call) -> Answer:
        """Return a page of messages."""
        asked: WhichDeliveries = call.query
        found = self.webhooks.deliveries(self._known(call).id, asked.limit, asked.before, asked.filters())
        items = [_delivery(one) for one in found]
        return Answer(DeliveryList(items=items, next=place_after(items, asked.limit, lambda one: one.place)))

    def _known(self, call: Call) -> Webhook:
        found = self.webhooks.get(call.path["webhook"])
        if found is None:
            raise NotFound
        return found

    def _seen(self, call: Call) -> Webhook:
        """Return the subscription, if it still is what the caller has seen."""
        found = self.webhooks.held(call.path["webhook"])
        if found is None:
            raise NotFound
        check_present(call.request, _tag(found))
        return found

    def _note(self, what: str, call: Call, hook: Webhook, **more: Any) -> None:
        self.audit.record(Event(what, call.actor, f"webhook:{hook.id}", reference=call.request_id, **more))


def _check(events: tuple[str, ...]) -> None:
    unknown = [number for number, one in enumerate(events) if one not in EVENTS]
    if unknown:
        raise Invalid(errors=[Flaw(detail="is not an event", pointer=f"#/events/{number}") for number in unknown])


def _told(one: Webhook) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in SAME}
    return told | {"events": list(one.events), "etag": _etag(one)["ETag"]}


def _tag(one: Webhook) -> str:
    """Return what names the state of a subscription; what came of messages is no part of it."""
    told = [one.id, one.name, one.url, list(one.events), one.state, one.created_by]
    return tag_of([*told, one.old_until and one.old_until.isoformat()])


def _etag(one: Webhook) -> dict[str, str]:
    return {"ETag": f'"{_tag(one)}"'}


def _delivery(one: Delivery) -> DeliveryTold:
    names = ("message", "event", "state", "attempts", "made_at", "tried_at", "status", "error", "body")
    return DeliveryTold(place=one.id, **{name: getattr(one, name) for name in names})
