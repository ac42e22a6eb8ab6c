"""Keys over the API: look at them; one administrator proposes a change, another one lets it happen (AD-08, IDP-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast

from pydantic import Field

from sso_bridge.admin.asking import By, Filtered, Newest, Why, place_after
from sso_bridge.admin.drafts import Approving
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Flaw, Invalid, NotFound
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Taken, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.rotation import RULES, KeyRecord, Purpose, check_retirement, check_rotates, is_due
from sso_bridge.store.administration.key_proposals import Act, KeyProposal, KeyProposals
from sso_bridge.store.engine import Store

BASE = "/admin/v1/keys"
EVENTS: Final = {"rotate": "key.rotated", "replace": "key.replaced", "retire": "key.retired"}


class WhichKeys(Filtered):
    """Which keys."""

    purpose: Purpose | None = None
    state: Literal["next", "current", "retired"] | None = None


class WhichProposals(Newest):
    """Which wishes."""

    act: Act | None = None
    state: Literal["proposed", "done", "ended"] | None = Field(
        default=None, description="`ended`: nobody approved it within 24 hours.", examples=["proposed"]
    )
    by: By | None = None


class KeyTold(Told):
    """One key, without its secret part."""

    kid: str
    purpose: str
    algorithm: str
    state: str = Field(description="`next`, `current` or `retired`.")
    published: bool = Field(description="Whether platforms should still trust it.")
    created_at: datetime
    active_from: datetime | None
    ends_at: datetime | None
    due: bool = Field(description="Older than it should get.")


class KeyList(Told):
    """All keys."""

    items: list[KeyTold]


class Wish(Taken):
    """What is to be done with a key."""

    act: Act = Field(
        description="`rotate`: one step on; `replace`: a key has leaked, a new one now; `retire`: no more."
    )
    target: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        description="The purpose; for `retire` the kid of a key."
    )
    why: Why = ""


class ProposalTold(Told):
    """A wish, and what became of it."""

    id: int
    act: Act
    target: str
    digest: str = Field(description="Names the act and the keys it was meant for: what a colleague approves.")
    why: str
    made_by: str
    made_at: datetime
    until: datetime
    done_by: str | None
    done_at: datetime | None


class ProposalList(Told):
    """A page of wishes, newest first."""

    items: list[ProposalTold]
    next: Next


class KeyRoutes:
    """The routes of keys."""

    def __init__(self, store: Store, keys: KeyRing, proposals: KeyProposals, audit: AuditTrail, clock: Clock) -> None:
        self._store = store
        self._keys = keys
        self._proposals = proposals
        self._audit = audit
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"proposal": NUMBER}}
        return (
            Route("GET", BASE, "keys.read", self.all, "All keys, without secrets", query=WhichKeys,
                  result=KeyList),
            Route("GET", f"{BASE}/proposals", "keys.read", self.newest, "Proposals, newest first", query=WhichProposals,
                  result=ProposalList),
            Route("POST", f"{BASE}/proposals", "keys.change", self.propose, "Propose a change of keys", body=Wish,
                  example={"act": "rotate", "target": "saml", "why": "yearly"}, status=201, result=ProposalTold,
                  description="Changes nothing. Somebody else approves it within 24 hours; at the machine itself "
                  "`sso-bridge keys` needs nobody else.", problems=(409,)),
            Route("POST", f"{BASE}/proposals/{{proposal}}/approve", "keys.change", self.approve,
                  "Approve a proposal, and carry it out", body=Approving, example={"digest": "0" * 64}, result=KeyList,
                  description="By another hand than the one that made it, while the keys are as they were then. "
                  "Answers the keys that changed.", problems=(409,), **one),
        )  # fmt: skip

    def all(self, call: Call) -> Answer:
        """Return the keys that are asked for."""
        wanted = call.query.filters().items()
        found = [one for one in self._keys.records() if all(getattr(one, name) == value for name, value in wanted)]
        return self._told(sorted(found, key=lambda one: (one.purpose, one.created_at)))

    def newest(self, call: Call) -> Answer:
        """Return a page of proposals."""
        asked: WhichProposals = call.query
        items = [_proposal(one) for one in self._proposals.newest(asked.limit, asked.before, asked.filters())]
        return Answer(ProposalList(items=items, next=place_after(items, asked.limit, lambda one: one.id)))

    def propose(self, call: Call) -> Answer:
        """Keep a wish that could be carried out."""
        asked: Wish = call.body
        records = self._keys.records()
        if asked.act == "retire":
            found = next((one for one in records if one.kid == asked.target), None)
            if found is None:
                raise Invalid(errors=[Flaw(detail="is no key", pointer="#/target")])
            check_retirement(found)
        elif asked.target in RULES:
            check_rotates(asked.target)
        else:
            raise Invalid(errors=[Flaw(detail="is no purpose", pointer="#/target", hint=", ".join(RULES))])
        with self._store.writing():
            made = self._proposals.make(asked.act, asked.target, records, by=call.actor, why=asked.why)
            after = {"act": made.act, "target": made.target, "digest": made.digest}
            self._record("key.proposed", call, f"key_proposal:{made.id}", after, made.why)
        return Answer(_proposal(made))

    def approve(self, call: Call) -> Answer:
        """Carry out a wish."""
        made = self._proposals.get(call.path["proposal"])
        if made is None:
            raise NotFound
        if call.body.digest != made.digest:
            raise Invalid(errors=[Flaw(detail="is not this proposal's", pointer="#/digest")])
        with self._store.writing():
            self._proposals.approve(made, self._keys.fresh(), by=call.actor)
            changed = self._carry_out(made)
            for one in changed:
                after = {"purpose": one.purpose, "state": one.state, "proposal": made.id, "made_by": made.made_by}
                self._record(EVENTS[made.act], call, one.kid, after, made.why)
        return self._told(changed)

    def _carry_out(self, made: KeyProposal) -> Sequence[KeyRecord]:
        if made.act == "retire":
            return (self._keys.retire(made.target),)
        purpose = cast("Purpose", made.target)
        return self._keys.rotate(purpose) if made.act == "rotate" else self._keys.replace_now(purpose)

    def _record(self, what: str, call: Call, target: str, after: dict[str, Any], why: str) -> None:
        self._audit.record(Event(what, call.actor, target, after=after, why=why, reference=call.request_id))

    def _told(self, records: Sequence[KeyRecord]) -> Answer:
        now = self._clock()
        items = [
            KeyTold(kid=one.kid, purpose=one.purpose, algorithm=one.algorithm, state=one.state,
                    published=one.published(now), created_at=one.created_at, active_from=one.active_from,
                    ends_at=one.ends_at, due=is_due(one, now))
            for one in records
        ]  # fmt: skip
        return Answer(KeyList(items=items))


def _proposal(one: KeyProposal) -> ProposalTold:
    return ProposalTold(**{name: getattr(one, name) for name in ProposalTold.model_fields})
