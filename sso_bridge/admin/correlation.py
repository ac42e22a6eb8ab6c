"""Which rows are one person, and which accounts are whose: look at the doubts, decide, take back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import Field, model_validator

from sso_bridge.admin.asking import By, Name, Newest, Since, Until, Why
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.admin.jobs import JobTold, queued
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api.door import OUT_OF_REACH
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Conflict, Forbidden, NotFound
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Taken, Told
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.correlation.desk import CorrelationDesk, NotDecidable
from sso_bridge.correlation.pairing import Pairing
from sso_bridge.correlation.view import Seen, SideSeen, View
from sso_bridge.jobs.correlation import JOB
from sso_bridge.jobs.port import Queue
from sso_bridge.store.staff.pairs import Kind, Pair, State

BASE = "/admin/v1/correlation"
MOST = 20_000
"""So many pairs are looked through to count those in reach."""
DELEGATED = (
    "With rights delegated by unit: two people of the unit. By platform: accounts on the platform. By both: nothing, "
    "since who is made one is so on every platform, and an account without an owner is in no unit."
)
EXAMPLE = {"decision": "same", "why": "ticket 4711: asked payroll, it is her second contract"}


class WhichPairs(Newest):
    """Which pairs."""

    kind: Kind | None = None
    state: State | Literal["pending"] | None = Field(
        default=None, description="`pending`: nobody has decided yet (open, later or proposed).", examples=["pending"]
    )
    where: Name | None = Field(default=None, description="Of this HR source or platform.", examples=["payroll"])
    by: By | None = Field(default=None, description="Decided by this administrator, or by a `rule`.")
    since: Since | None = Field(default=None, description="Found last not earlier than this.")
    until: Until | None = Field(default=None, description="Found last earlier than this.")


class Deciding(Taken):
    """What they are."""

    decision: Literal["same", "different", "later"]
    why: Why = ""


class ByHand(Taken):
    """Two that are the same and that no rule has found: a person, and a row or an account."""

    person: str = Field(max_length=200, description="Our id, an HR number, or SOURCE/NUMBER.")
    row: str = Field(default="", max_length=200, description="SOURCE/NUMBER of a row of another HR source.")
    account: str = Field(default="", max_length=600, description="PLATFORM/ID of an account that is nobody's.")
    why: Why = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> ByHand:
        if bool(self.row) == bool(self.account):
            raise ValueError("say one of row and account")
        return self


class Undoing(Taken):
    """Why a decision is taken back."""

    why: Why = ""


class EvidenceTold(Told):
    """One line of what both sides say."""

    what: str
    one: str
    other: str
    same: bool | None = Field(description="Null when one side says nothing.")


class SideTold(Told):
    """One of the two."""

    what: Literal["person", "account"]
    id: str = Field(description="Our id of the person, or what the platform calls the account.")
    where: str = Field(description="The HR source, or the platform.")
    number: str
    name: str
    status: str
    accounts: list[str] = Field(description="The platforms on which this person has an account.")
    signs_in: bool = Field(description="Whether a workplace knows this person already.")


class PairTold(Told):
    """Two that may be one."""

    id: int
    kind: Kind
    state: State
    score: int
    rules: list[str] = Field(description="The rules that hold; the first gave the score.")
    takes_two: bool = Field(description="Whether making them one takes a second administrator.")
    sides: list[SideTold] = Field(description="The one that stays comes first.")
    evidence: list[EvidenceTold]
    first_at: datetime
    last_at: datetime
    proposed_by: str
    decided_by: str
    decided_at: datetime | None
    why: str


class PairList(Told):
    """A page of pairs."""

    items: list[PairTold]
    next: Next


class Summary(Told):
    """How much waits for somebody."""

    people: int = Field(description="Pairs of rows of HR that may be one person.")
    accounts: int = Field(description="Accounts on platforms that may be somebody's.")
    sign_ins: int = Field(description="Subjects of workplaces: see `/admin/v1/link-conflicts`.")
    certain: int
    review: int
    rules: list[str] = Field(description="The rules in force, in their order.")


class CorrelationRoutes:
    """The routes of correlation. `doubts` gives how many sign-ins wait for somebody that are a token's business."""

    def __init__(
        self, desk: CorrelationDesk, view: View, doubts: Callable[[ApiToken], int], live: LiveConfiguration,
        queue: Queue, reach: Reach,
    ) -> None:  # fmt: skip
        self._reach = reach
        self._desk = desk
        self._view = view
        self._doubts = doubts
        self._live = live
        self._queue = queue

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"pair": NUMBER}, "result": PairTold, "within": BOTH}
        return (
            Route("GET", BASE, "correlation.read", self.summary, "How many doubts wait", result=Summary, within=BOTH),
            Route("GET", f"{BASE}/pairs", "correlation.read", self.page, "Pairs that may be one, newest first",
                  description=DELEGATED, query=WhichPairs, result=PairList, within=BOTH),
            Route("GET", f"{BASE}/pairs/{{pair}}", "correlation.read", self.one, "One pair, side by side", **one),
            Route("POST", f"{BASE}/pairs", "correlation.decide", self.pair, "Pair by hand what no rule has found",
                  description="It is a decision like `same`: it takes two administrators where that does, the second "
                  f"one sends the same or decides the pair; it is remembered, and can be taken back. {DELEGATED}",
                  body=ByHand, example={"person": "E1001", "row": "contractors/C77", "why": "ticket 4711"},
                  problems=(404, 409), result=PairTold, within=BOTH),
            Route("POST", f"{BASE}/pairs/{{pair}}/decide", "correlation.decide", self.decide, "Decide what they are",
                  description="`same` takes two administrators when both have an account or a way to sign in, and "
                  "when an account is like somebody's in name and address alone: one proposes, a second one decides "
                  "the same. The decision is remembered for ever. What follows on platforms stands in the next plan.",
                  body=Deciding, example=EXAMPLE, problems=(409,), **one),
            Route("POST", f"{BASE}/pairs/{{pair}}/undo", "correlation.decide", self.undo, "Take a decision back",
                  description="What was one person is two again, each with the permanent id from before.",
                  body=Undoing, example={"why": "two colleagues of one name"}, problems=(409,), **one),
            Route("POST", f"{BASE}/look", "correlation.look", self.look, "Compare everybody now",
                  description="A worker does it; it also does so every day and after each change of the rules. "
                  "Nobody is joined, and no account adopted.", status=202, result=JobTold,
                  answer_headers={"Location": "The job."}),
        )  # fmt: skip

    def summary(self, call: Call) -> Answer:
        """Return the length of the queues."""
        pending, rules = self._pending(call.token), self._live.current().configuration.correlation
        names = [rule.name for rule in (*rules.people, *rules.accounts)]
        return Answer(
            Summary(people=pending["people"], accounts=pending["account"], sign_ins=pending["sign_ins"],
                    certain=rules.certain, review=rules.review, rules=names)
        )  # fmt: skip

    def page(self, call: Call) -> Answer:
        """Return a page."""
        asked: WhichPairs = call.query
        self._check_bounds(call.token)
        found, following = page_of(
            lambda count, before: self._view.pairs(count, before, asked.filters()),
            lambda pair: self._reaches(call.token, pair), lambda pair: pair.id, asked.limit, asked.before,
        )  # fmt: skip
        return Answer(PairList(items=[told(self._view.seen(pair)) for pair in found], next=following))

    def one(self, call: Call) -> Answer:
        """Return one pair."""
        return Answer(self._told(call))

    def decide(self, call: Call) -> Answer:
        """Decide."""
        try:
            with self._desk.store.writing():
                number = self._pair(call).id
                self._desk.decide(number, call.body.decision, call.actor, call.body.why)
        except LookupError:
            raise NotFound from None
        except NotDecidable as refusal:
            raise Conflict(str(refusal)) from None
        return Answer(self._told(call))

    def pair(self, call: Call) -> Answer:
        """Pair by hand; who may not look at the two learns nothing about them."""
        self._check_bounds(call.token)
        pairing, asked = Pairing(self._desk), call.body
        try:
            with self._desk.store.writing():
                found = pairing.find(asked.person, row=asked.row, account=asked.account)
                if not self._reaches(call.token, found):
                    raise NotFound
                pairing.pair(found, call.actor, asked.why)
        except LookupError:
            raise NotFound from None
        except NotDecidable as refusal:
            raise Conflict(str(refusal)) from None
        return Answer(told(self._view.one(found.id)))

    def undo(self, call: Call) -> Answer:
        """Take back."""
        try:
            with self._desk.store.writing():
                self._desk.undo(self._pair(call).id, call.actor, call.body.why)
        except LookupError:
            raise NotFound from None
        except NotDecidable as refusal:
            raise Conflict(str(refusal)) from None
        return Answer(self._told(call))

    def look(self, call: Call) -> Answer:
        """Ask the workers."""
        return queued(self._queue, JOB, {}, call)

    def _told(self, call: Call) -> PairTold:
        return told(self._view.seen(self._pair(call)))

    def _pair(self, call: Call) -> Pair:
        """Return the pair of the path; NotFound when there is none, or none of the caller's business."""
        self._check_bounds(call.token)
        try:
            found = self._view.pair(call.path["pair"])
        except LookupError:
            raise NotFound from None
        if not self._reaches(call.token, found):
            raise NotFound
        return found

    def _reaches(self, token: ApiToken, pair: Pair) -> bool:
        account_on = pair.name.where if pair.name.kind == "account" else ""
        return not token.bounds.kinds or self._reach.pair(token, account_on, self._view.people(pair))

    def _pending(self, token: ApiToken) -> dict[str, int]:
        """Return how many wait of each kind that are the token's business."""
        if not token.bounds.kinds:
            return {**self._view.pending(), "sign_ins": self._doubts(token)}
        self._check_bounds(token)
        pairs = [one for one in self._view.pairs(MOST, None, {"state": "pending"}) if self._reaches(token, one)]
        kinds = [one.name.kind for one in pairs]
        return {name: kinds.count(name) for name in get_args(Kind)} | {"sign_ins": self._doubts(token)}

    def _check_bounds(self, token: ApiToken) -> None:
        if set(token.bounds.kinds) == set(BOTH):
            raise Forbidden(f"with rights by unit and platform nothing of this can be decided. {DELEGATED}",
                            code=OUT_OF_REACH)  # fmt: skip


def told(seen: Seen) -> PairTold:
    """Return a pair as API and commands show it."""
    pair = seen.pair
    return PairTold(
        id=pair.id, kind=pair.name.kind, state=pair.state, score=pair.score, rules=list(pair.rules),
        takes_two=seen.takes_two, sides=[_side(one) for one in seen.sides],
        evidence=[EvidenceTold(what=one.what, one=one.one, other=one.other, same=one.same) for one in seen.evidence],
        first_at=pair.first_at, last_at=pair.last_at, proposed_by=pair.proposed_by, decided_by=pair.decided_by,
        decided_at=pair.decided_at, why=pair.why,
    )  # fmt: skip


def _side(one: SideSeen) -> SideTold:
    return SideTold(
        what=one.what, id=one.id, where=one.where, number=one.number, name=one.name, status=one.status,
        accounts=list(one.accounts), signs_in=one.signs_in,
    )  # fmt: skip
