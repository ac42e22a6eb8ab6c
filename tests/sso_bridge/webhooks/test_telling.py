"""What happens is told to whoever subscribed: signed, in order, again when it fails, with nothing personal in it."""

from __future__ import annotations

import json

import pytest
import time_machine
from sqlalchemy import update
from standardwebhooks import Webhook, WebhookVerificationError

from sso_bridge.audit.events import Event
from sso_bridge.store.tables.organisation import organisation, person
from tests.fakes.receiver import Receiver
from tests.fakes.sign_in_bridge import ADA
from tests.sso_bridge.webhooks.conftest import WEBHOOKS, Telling


def read(receiver: Receiver, secret: str, number: int = -1) -> dict:
    """Read a message as a receiver would that nobody here wrote."""
    headers, body = receiver.got[number]
    with time_machine.travel(int(headers["webhook-timestamp"]), tick=False):
        return Webhook(secret).verify(body, headers)


def happen(bridge: Telling, what: str = "run.finished", target: str = "run:7", **after: object) -> None:
    """Let something be audited."""
    bridge.parts.audit.record(Event(what, "worker", target, after=after or {"done": 3, "failed": 0, "dead": 0}))


def test_signed(bridge: Telling, receiver: Receiver) -> None:
    """The library of Standard Webhooks takes our messages, and refuses one byte more or another secret."""
    hook = bridge.subscribe(receiver.url)
    happen(bridge)
    bridge.let_workers()

    told = read(receiver, hook["secret"])
    assert ("run.finished", "run:7", 3) == (told["type"], told["data"]["about"], told["data"]["done"])
    assert "application/json" == receiver.got[0][0]["content-type"]
    receiver.got.append((receiver.got[0][0], receiver.got[0][1] + b" "))
    with pytest.raises(WebhookVerificationError):
        read(receiver, hook["secret"])
    with pytest.raises(WebhookVerificationError):
        read(receiver, bridge.subscribe(receiver.url)["secret"], 0)


def test_two_secrets(bridge: Telling, receiver: Receiver) -> None:
    """After a new secret was made a receiver may know either, for a day; then only the new one."""
    hook = bridge.subscribe(receiver.url)
    new = bridge.call("POST", f"{WEBHOOKS}/{hook['id']}/secret", seen=f"{WEBHOOKS}/{hook['id']}").json["secret"]
    happen(bridge)
    bridge.let_workers()
    assert read(receiver, hook["secret"]) == read(receiver, new)

    happen(bridge)
    bridge.let_workers(hours=24)
    assert read(receiver, new)
    with pytest.raises(WebhookVerificationError):
        read(receiver, hook["secret"])


def test_only_what_was_asked_for(bridge: Telling, receiver: Receiver) -> None:
    """A subscription gets its events only, and nothing of what happened before it."""
    happen(bridge)
    bridge.subscribe(receiver.url, "run.failed")
    happen(bridge)
    happen(bridge, done=1, failed=2, dead=0)
    bridge.let_workers()

    assert ["run.failed"] == [json.loads(body)["type"] for _, body in receiver.got]


def test_again(bridge: Telling, receiver: Receiver) -> None:
    """A failed message is sent again, later and later, under the same id; those behind it wait, and come in order."""
    hook = bridge.subscribe(receiver.url)
    receiver.answer(500, 503, 204)
    for number in (1, 2):
        happen(bridge, target=f"run:{number}")
    for seconds in (3, 3, 3, 31, 1):
        bridge.let_workers(seconds=seconds)

    assert ["run:1", "run:1", "run:1", "run:2"] == [json.loads(body)["data"]["about"] for _, body in receiver.got]
    assert 2 == len({headers["webhook-id"] for headers, _ in receiver.got})
    assert [("delivered", 3), ("delivered", 1)] == [(one["state"], one["attempts"]) for one in bridge.log(hook)]
    assert 0 == bridge.hook(hook)["failures"]


def test_rest_as_asked(bridge: Telling, receiver: Receiver) -> None:
    """A receiver that says Retry-After is left alone for so long."""
    bridge.subscribe(receiver.url)
    receiver.answer((429, {"Retry-After": "600"}), 204)
    happen(bridge)
    for seconds in (3, 590):
        bridge.let_workers(seconds=seconds)
    assert 1 == len(receiver.got)

    bridge.let_workers(seconds=15)
    assert 2 == len(receiver.got)


def test_disabled_after_long_failure(bridge: Telling, receiver: Receiver) -> None:
    """Who takes nothing for three days is told nothing more: audited, alarmed, enabled again by an administrator."""
    hook = bridge.subscribe(receiver.url)
    receiver.answer(500)
    for _ in range(16):
        happen(bridge)
        bridge.let_workers(hours=6)

    told = bridge.hook(hook)
    assert "disabled" == told["state"]
    assert "nothing was taken since" in told["why_disabled"]
    assert 1 == len(bridge.call("GET", "/admin/v1/audit?what=webhook.disabled").json["items"])
    tries = len(receiver.got)
    bridge.let_workers(hours=7)
    assert tries == len(receiver.got)
    receiver.answer(204)
    enabled = bridge.change(hook, state="enabled").json
    assert ("enabled", 0, "") == (enabled["state"], enabled["failures"], enabled["why_disabled"])
    bridge.let_workers()
    assert tries < len(receiver.got)
    assert 200 == bridge.call("DELETE", f"{WEBHOOKS}/{hook['id']}").status_code


def test_gone(bridge: Telling, receiver: Receiver) -> None:
    """410 ends a subscription at once, as Standard Webhooks asks for."""
    hook = bridge.subscribe(receiver.url)
    receiver.answer(410)
    happen(bridge)
    bridge.let_workers()

    assert "disabled" == bridge.hook(hook)["state"]


def test_one_message_that_nobody_takes(bridge: Telling, receiver: Receiver) -> None:
    """A message that is refused again and again is given up, and those behind it get their turn."""
    hook = bridge.subscribe(receiver.url)
    receiver.answer(*([400] * 12), 204)
    for number in (1, 2):
        happen(bridge, target=f"run:{number}")
    for _ in range(14):
        bridge.let_workers(hours=6)

    assert [("failed", 12), ("delivered", 1)] == [(one["state"], one["attempts"]) for one in bridge.log(hook)]


def test_test_message(bridge: Telling, receiver: Receiver) -> None:
    """A test message comes to whoever has just subscribed, whatever the events, also while it rests after a failure."""
    hook = bridge.subscribe(receiver.url)
    receiver.answer(500, 204)
    happen(bridge)
    bridge.let_workers()

    assert 202 == bridge.call("POST", f"{WEBHOOKS}/{hook['id']}/test").status_code
    bridge.let_workers()
    assert "webhook.test" == read(receiver, hook["secret"])["type"]
    bridge.change(hook, state="disabled")
    assert 409 == bridge.call("POST", f"{WEBHOOKS}/{hook['id']}/test").status_code


def test_nothing_personal(bridge: Telling, receiver: Receiver) -> None:
    """SE-05: names, addresses and reasons stay here: a message holds ids, counts and names of ours."""
    bridge.subscribe(receiver.url, "account.created")
    facts = {"userName": "ada@example.org", "displayName": "Ada Lovelace", "attempts": 1, "platform": "chat"}
    bridge.parts.audit.record(
        Event("account.created", "worker", f"chat/{ADA.uuid}", after=facts, why="Ada joined", address="10.1.1.1")
    )
    bridge.let_workers()

    data = json.loads(receiver.got[0][1])["data"]
    assert {"about": f"chat/{ADA.uuid}", "attempts": 1, "platform": "chat"} == data


def test_joining_and_leaving(bridge: Telling, receiver: Receiver) -> None:
    """Who joined and who left is told by the dates of HR, once; who was here before is no news."""
    bridge.subscribe(receiver.url, "person.joined", "person.left")
    assert [] == receiver.got
    for facts in ({"status": "left"}, {"status": "active"}):
        with bridge.store.writing() as connection:
            connection.execute(update(person).where(person.c.id == ADA.id).values(facts=facts))
            if not connection.execute(update(organisation).values(version=organisation.c.version + 1)).rowcount:
                connection.execute(organisation.insert().values(id=1, version=1))
        for _ in range(2):
            bridge.let_workers()

    told = [json.loads(body) for _, body in receiver.got]
    assert [("person.left", f"person:{ADA.uuid}"), ("person.joined", f"person:{ADA.uuid}")] == [
        (one["type"], one["data"]["about"]) for one in told
    ]


def test_plans_that_wait(bridge: Telling, receiver: Receiver) -> None:
    """A plan that somebody made waits for an approval, and a draft too: both are told."""
    bridge.subscribe(receiver.url, "plan.waiting", "draft.waiting")
    number, digest = bridge.made_plan()
    document = bridge.call("GET", "/admin/v1/configuration").json["configuration"]
    held = "/admin/v1/configuration"
    draft = bridge.call("POST", f"{held}/plan", "mapper", json={"configuration": document}, seen=held).json
    bridge.let_workers()

    told = [json.loads(body) for _, body in receiver.got]
    assert {"plan.waiting": f"plan:{number}", "draft.waiting": f"draft:{draft['draft']}"} == {
        one["type"]: one["data"]["about"] for one in told
    }
    assert digest in {one["data"]["digest"] for one in told}


def test_killed_while_sending(bridge: Telling, receiver: Receiver) -> None:
    """Promise 5: what a killed worker left behind is sent by the next one, under the same id."""
    bridge.subscribe(receiver.url)
    happen(bridge)
    bridge.clock.move(seconds=3)
    bridge.parts.telling.herald.tick()
    assert bridge.parts.crew.queue.lease("dead") is not None
    bridge.clock.move(seconds=60)

    bridge.work()
    assert 1 == len(receiver.got)


def test_nothing_while_nobody_listens(bridge: Telling) -> None:
    """Without a subscription nothing is kept."""
    happen(bridge)

    assert [] == bridge.let_workers()


def test_secrets_are_sealed(bridge: Telling, receiver: Receiver) -> None:
    """AD-06, CR-01: a secret is shown once; no answer, no record and no row shows it again."""
    hook = bridge.subscribe(receiver.url)
    said = [
        bridge.call("GET", path).text for path in (WEBHOOKS, "/admin/v1/audit", f"{WEBHOOKS}/{hook['id']}/deliveries")
    ]
    with bridge.store.reading() as connection:
        said.append(str(connection.exec_driver_sql("SELECT * FROM webhook").all()))

    assert not any(hook["secret"].removeprefix("whsec_") in text for text in said)
