"""Pushes of HR that are not HR's: unsigned, old, repeated, changed on the way, with somebody else's certificate."""

from __future__ import annotations

import copy
import hmac
import json
from base64 import b64encode
from hashlib import sha256

import pytest

from mappings.errors import MappingError
from sso_bridge.configuration.document.parse import parse
from tests.fakes.admin import CSV, DOCUMENT, AdminBridge

SNAPSHOT = "/hr/v1/snapshots?source=payroll&complete=true"
PROXY = "127.0.0.1"


def signed(proof: dict) -> dict:
    """Return the configuration with a source that wants this proof."""
    document = copy.deepcopy(DOCUMENT)
    document["hr_sources"]["payroll"]["proof"] = proof
    return document


@pytest.fixture
def bridge(store, clock, keys, tmp_path) -> AdminBridge:
    """The application, whose source wants signed pushes."""
    (tmp_path / "new.txt").write_text("n3w")
    (tmp_path / "old.txt").write_text("0ld")
    made = AdminBridge(store, clock, keys, configured=False, base_dir=tmp_path)
    desk = made.parts.configuration
    proof = {"style": "hmac", "secret": "file:new.txt", "previous_secret": "file:old.txt"}
    desk.apply(desk.propose(signed(proof), by="cli").draft.id, by="cli")
    return made


class Push:
    """One push; a test changes what it wants before it is sent."""

    def __init__(self, bridge, body: bytes = CSV, path: str = SNAPSHOT, media: str = "text/csv") -> None:
        self.bridge, self.body, self.path, self.media = bridge, body, path, media
        self.secret, self.delivery = "n3w", "delivery-0001"
        self.timestamp = str(int(bridge.clock().timestamp()))

    def headers(self) -> dict[str, str]:
        """Return the headers of an honest push."""
        content = "\n".join((self.timestamp, self.delivery, "POST", self.path, sha256(self.body).hexdigest()))
        seal = hmac.new(self.secret.encode(), content.encode(), "sha256").hexdigest()
        return {"HR-Timestamp": self.timestamp, "HR-Delivery": self.delivery, "HR-Signature": f"v1={seal}",
                "Content-Type": self.media, "Idempotency-Key": "k"}  # fmt: skip

    def send(self, path: str = "", body: bytes | None = None, **headers: str | None):
        """Send it, or what somebody made of it."""
        said = {name: text for name, text in (self.headers() | headers).items() if text is not None}
        return self.bridge.call("POST", path or self.path, "hr", data=self.body if body is None else body, headers=said)


def test_signed(bridge):
    """PR-13: a signed push is taken, with the old secret as well while it is replaced."""
    old = Push(bridge)
    old.secret, old.delivery = "0ld", "delivery-0002"

    assert [202, 202] == [Push(bridge).send().status_code, old.send().status_code]


def test_events(bridge):
    """PR-13: single changes are signed over their body."""
    body = json.dumps({"source": "payroll", "records": [{"employee_number": "E1", "shoe_size": 38}]}).encode()
    push = Push(bridge, body, "/hr/v1/events", "application/json")

    assert 403 == push.send(body=body.replace(b"E1", b"E2")).status_code
    assert 202 == push.send().status_code


@pytest.mark.parametrize("name", ["HR-Timestamp", "HR-Delivery", "HR-Signature"])
@pytest.mark.parametrize("text", [None, "", "x", "v1=" + "0" * 64, "v1=" + "0" * 63, "9" * 10, "nul\u00e9" * 3])
def test_unsigned(bridge, name, text):
    """PR-13: without each of the three, or with another one, nothing is kept."""
    assert 403 == Push(bridge).send(**{name: text}).status_code
    assert [] == bridge.work()


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_old(bridge, seconds):
    """PR-13: more than five minutes to either side is too much, however well it is signed."""
    push = Push(bridge)
    push.timestamp = str(int(bridge.clock().timestamp()) + seconds)

    assert "more than five minutes" in push.send().json["detail"]


def test_replayed(bridge):
    """PR-13: a delivery counts once, also minutes later; signed anew it is the same import."""
    push = Push(bridge)
    first = push.send()
    again = push.send()
    bridge.clock.move(minutes=4)
    later = push.send()
    anew = Push(bridge)
    anew.delivery = "delivery-0002"

    assert [202, 403, 403] == [one.status_code for one in (first, again, later)]
    assert first.json["id"] == anew.send().json["id"]


def test_changed_on_the_way(bridge):
    """PR-13: another body, or another address, is another push: nobody makes a snapshot out of a change."""
    push = Push(bridge, path="/hr/v1/snapshots?source=payroll")

    assert 403 == push.send(path=SNAPSHOT).status_code
    assert 403 == push.send(body=CSV + b"E3,Eve,X,e@example.org\n").status_code
    assert 202 == push.send().status_code


def test_wrong_secret(bridge):
    """PR-13: a signature with another secret is none, and says nothing about ours (AD-06)."""
    push = Push(bridge)
    push.secret = "guess"
    answer = push.send()

    assert 403 == answer.status_code
    assert not {"n3w", "0ld"} & set(answer.text.split())


def test_too_large(bridge):
    """PR-13: the size is capped before anything else."""
    assert 413 == Push(bridge, b"x" * 1_048_577).send().status_code


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
FETCHED = {
    "folder": {"kind": "folder", "path": "drop", "ready": "checksum"},
    "sftp": {"kind": "sftp", "host": "sftp.corp.example", "host_key": KEY, "user": "u", "password": "env:SFTP"},
    "bamboohr": {"kind": "bamboohr", "company": "corp", "api_key": "env:BAMBOO"},
}


@pytest.mark.parametrize("kind", sorted(FETCHED))
@pytest.mark.parametrize("who", ["hr", "operator"])
def test_past_what_is_fetched(store, clock, keys, tmp_path, kind, who):
    """PR-13, PR-15: nobody pushes for a source that we fetch from: its host key and checksum would prove nothing."""
    (tmp_path / "drop").mkdir()
    bridge = AdminBridge(store, clock, keys, configured=False, base_dir=tmp_path)
    document = DOCUMENT | {"hr_sources": {"payroll": FETCHED[kind]}}
    desk = bridge.parts.configuration
    desk.apply(desk.propose(document, by="cli").draft.id, by="cli")
    headers = {"Idempotency-Key": "k"}
    records = {"source": "payroll", "records": [{"employee_number": "E1", "leaves_on": "2026-01-01"}]}

    whole = bridge.call("POST", SNAPSHOT, who, data=CSV, headers=headers | {"Content-Type": "text/csv"})
    single = bridge.call("POST", "/hr/v1/events", who, json=records, headers=headers)

    assert [403, 403] == [whole.status_code, single.status_code]
    assert "we fetch" in whole.json["detail"]
    assert [] == bridge.work()


def test_signature_without_token(bridge):
    """A signature does not open the door: the token does."""
    assert 401 == bridge.call("POST", SNAPSHOT, "nobody", data=CSV, headers=Push(bridge).headers()).status_code


def test_replay_of_rows(bridge):
    """PR-13: rows that repair an import are signed as well."""
    address = Push(bridge).send().headers["Location"]
    bridge.work()
    headers = {"Idempotency-Key": "r", "Content-Type": "text/csv"}

    assert 403 == bridge.call("POST", f"{address}/replay", "hr", data=CSV, headers=headers).status_code


@pytest.fixture
def certified(store, clock, keys) -> AdminBridge:
    """The application behind a proxy, whose source wants one certificate."""
    made = AdminBridge(store, clock, keys, configured=False, trusted_proxies=[f"{PROXY}/32"])
    desk = made.parts.configuration
    proof = {"style": "certificate", "sha256": [sha256(b"certificate").hexdigest().upper()]}
    desk.apply(desk.propose(signed(proof), by="cli").draft.id, by="cli")
    return made


def shown(bridge: AdminBridge, text: str | None, peer: str = PROXY) -> int:
    """Return the status of a push with this header from this peer."""
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "k"} | ({"Client-Cert": text} if text is not None else {})
    answer = bridge.call("POST", SNAPSHOT, "hr", data=CSV, headers=headers, environ_base={"REMOTE_ADDR": peer})
    return answer.status_code


def test_certificate(certified):
    """PR-13: the certificate that our proxy tells of opens, no other, and nobody but our proxy tells of it."""
    right = f":{b64encode(b'certificate').decode()}:"
    other = f":{b64encode(b'another').decode()}:"

    assert 202 == shown(certified, right)
    assert 403 == shown(certified, right, peer="192.0.2.7")
    assert {403} == {shown(certified, one) for one in (other, None, "", right.strip(":"), ":%%%:", f"{right}, {right}")}


@pytest.mark.parametrize(
    ("proof", "told"),
    [
        ({"style": "hmac", "secret": "plain"}, "proof.secret: a secret is written as env:NAME"),
        ({"style": "hmac"}, "proof.secret: is missing"),
        ({"style": "certificate", "sha256": []}, "proof.sha256"),
        ({"style": "certificate", "sha256": ["ab:cd"]}, "proof.sha256[0]: must be the SHA-256 of a certificate"),
        ({"style": "basic"}, "proof.style: unknown style"),
    ],
)
def test_mistakes(proof, told):
    """AD-03: mistakes are told with their path."""
    with pytest.raises(MappingError) as mistakes:
        parse(signed(proof))

    assert any(f"hr_sources.payroll.{told}" in str(one) for one in mistakes.value.problems), mistakes.value.problems
