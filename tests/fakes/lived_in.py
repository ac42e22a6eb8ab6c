"""A bridge that was lived in: one of everything that the admin API tells about, so that requests find something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sso_bridge.admin.bounds import Bounds
from sso_bridge.login.asked import Subject
from sso_bridge.login.identify.doubt import Doubt
from sso_bridge.login.trace import TraceRecord
from sso_bridge.store.sign_in.conflicts import Conflicts
from tests.fakes.admin import CSV, DOCUMENT, AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB

REFERENCE = "amber-boat-cedar-dawn"
CONFIGURATION = "/admin/v1/configuration"


class LivedIn(AdminBridge):
    """`known` says for each name in a path what there is; `refill()` makes what acts may have used up."""

    def __init__(self, store: Any, clock: Any, keys: Any, **more: Any) -> None:
        super().__init__(store, clock, keys, **more)
        for name, role in (("colleague", "owner"), ("second operator", "operator")):
            self.token(name, role)
        for name, bounds in (("chat owner", Bounds(platforms=("chat",))), ("sales owner", Bounds(units=("sales",)))):
            self.token(name, "owner", bounds=bounds)
        self.known: dict[str, Any] = {"person": ADA.uuid, "workplace": "staff", "revision": 1}
        headers = {"Content-Type": "text/csv", "Idempotency-Key": "lived-in"}
        sent = self.call("POST", "/hr/v1/snapshots?source=payroll", "hr", data=CSV, headers=headers).json
        self.known["import"] = sent["id"]
        self.refill()

    def refill(self) -> None:
        """Make a new plan with an open run, a draft, a proposal, a doubt, a trace, a job that waits, and a token."""
        spare = self.token("spare", "viewer", days=1)
        number, digest = self.made_plan()
        self.call("POST", f"/admin/v1/plans/{number}/approve", "operator", json={"digest": digest})
        self.call("POST", f"/admin/v1/plans/{number}/rollout", "operator")
        self.work()
        runs = self.call("GET", "/admin/v1/runs").json["items"]
        body = {"configuration": DOCUMENT, "why": "for the fuzz"}
        draft = self.call("POST", f"{CONFIGURATION}/plan", "mapper", json=body, seen=CONFIGURATION).json
        wish = {"act": "rotate", "target": "saml"}
        proposal = self.call("POST", "/admin/v1/keys/proposals", "owner", json=wish).json
        client = self.call("POST", "/admin/v1/clients", json={"name": "spare", "role": "viewer"}).json["id"]
        for old in self.parts.telling.webhooks.all():
            self.parts.telling.webhooks.remove(old.id)
        wanted = {"name": "spare", "url": "https://hooks.example.org/", "events": ["run.failed"]}
        hook = self.call("POST", "/admin/v1/webhooks", json=wanted).json["id"]
        job = self.call("POST", "/admin/v1/plans", "operator", json={}).json["id"]
        self._sign_ins()
        doubts = self.call("GET", "/admin/v1/link-conflicts").json["items"]
        self.known |= {
            "plan": number, "run": runs[0]["id"] if runs else 1, "draft": draft["draft"], "proposal": proposal["id"],
            "job": job, "token": spare.id, "client": client, "webhook": hook, "conflict": doubts[0]["id"],
            "reference": REFERENCE,
        }  # fmt: skip

    def _sign_ins(self) -> None:
        now = self.clock()
        subject = Subject("staff", f"somebody-{now:%H%M%S}")
        doubt = Doubt(subject, "mail", "x@example.org", (ADA.id, BOB.id), "two people have this address")
        Conflicts(self.store).queue(doubt, REFERENCE, now)
        self.parts.traces.put(
            TraceRecord(
                REFERENCE, now, "oidc", "chat", workplace="staff", person_id=ADA.id, outcome="answered",
                ended_at=now + timedelta(seconds=1), prompted=True, address="10.0.0.9", steps=({"step": "asked"},),
            )
        )  # fmt: skip
