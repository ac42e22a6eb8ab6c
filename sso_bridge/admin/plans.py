"""Plans and runs: make, look, approve, roll out, cancel, undo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from provisioners.sync.plan.change import Change, Kind
from provisioners.sync.plan.guards import CLASSES
from provisioners.sync.rollout.approval import NotApproved
from sso_bridge.admin.asking import By, Day, InOrder, Name, Newest, Since, Until, WhichPerson
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.admin.jobs import JobTold, queued
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Flaw, Forbidden, Invalid, NotFound
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Taken, Told
from sso_bridge.clock import Clock
from sso_bridge.jobs.crew import Crew
from sso_bridge.jobs.look import synced
from sso_bridge.store.administration.overview import Overview
from sso_bridge.store.staff.people import People

BASE = "/admin/v1/plans"
KINDS = tuple(sorted(get_args(Kind)))
State = Literal["waiting", "approved", "rolled_out", "empty"]
Guard = Annotated[str, Field(json_schema_extra={"enum": sorted(CLASSES)})]


class Wanted(Taken):
    """What to plan for."""

    platforms: Annotated[tuple[Name, ...], Field(max_length=200)] = Field(
        default=(), description="Only these; without any, all that have a connector and a mapping."
    )
    person: Annotated[str, Field(max_length=36)] | None = Field(default=None, description="Only this person: our id.")
    on: Day | None = Field(default=None, description="As it would be on another day.")


class WhichPlans(Newest):
    """Which plans."""

    state: State | None = Field(
        default=None,
        description="`waiting` for approval, `approved` and to be rolled out, `rolled_out`, or `empty`: nothing to do.",
        examples=["waiting"],
    )
    platform: Name | None = Field(default=None, description="With changes on this platform.")
    by: By | None = None
    since: Since | None = None
    until: Until | None = None


class Which(InOrder):
    """Which changes."""

    platform: Name | None = None
    kind: Literal[KINDS] | None = None  # type: ignore[valid-type]  # the names are in one place only
    person: WhichPerson | None = None
    held: Annotated[str, Field(max_length=32)] | None = Field(
        default=None, description="Held by this guard.", examples=["suspend"]
    )


class Approving(Taken):
    """What is approved beside the plan itself."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="The digest that you have looked at.")
    releases: Annotated[tuple[Guard, ...], Field(max_length=20)] = Field(
        default=(), description="Guards that are lifted for this plan; takes somebody else than who made the plan."
    )


class Held(Told):
    """What a guard stopped."""

    guard: str
    platform: str
    count: int
    limit: int | None = Field(description="Null with rights delegated by unit, as what follows from all accounts.")
    base: int | None
    hint: str


class Approval(Told):
    """Who approved it, until when."""

    by: str
    at: datetime
    until: datetime
    releases: list[str]
    good: bool


class Plan(Told):
    """A plan without its changes. What was approved under this digest is exactly what is carried out."""

    number: int
    state: State
    digest: str
    on: date
    revision: int
    made_at: datetime
    made_by: str
    scope: dict[str, str]
    counts: dict[str, dict[str, int]]
    held: list[Held]


class PlanDetail(Plan):
    """A plan with what was found, and its approvals."""

    findings: list[dict[str, Any]]
    approvals: list[Approval]


class Plans(Told):
    """A page of plans."""

    items: list[Plan]
    next: Next


class ChangeTold(Told):
    """One change and its reason."""

    position: int
    phase: int
    kind: str
    platform: str
    person: str | None
    group: str | None
    remote_id: str | None
    members: int
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    held: str


class Changes(Told):
    """A page of changes."""

    items: list[ChangeTold]
    next: Next


class PlanRoutes:
    """The routes of plans."""

    def __init__(self, crew: Crew, overview: Overview, people: People, clock: Clock, reach: Reach) -> None:
        self._reach = reach
        self._crew = crew
        self._overview = overview
        self._people = people
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"plan": NUMBER}}
        queue: dict[str, Any] = {"status": 202, "result": JobTold, "answer_headers": {"Location": "The job."}}
        return (
            Route("POST", BASE, "plans.make", self.make, "Make a plan", body=Wanted, example={"platforms": ["chat"]},
                  description="A worker makes it; the job tells its number. Changes nothing on any platform. "
                  "With rights delegated by unit: for one person of the unit.", within=BOTH, **queue),
            Route("GET", BASE, "plans.read", self.newest, "Plans, newest first", query=WhichPlans, result=Plans,
                  description="With delegated rights: those that touch nothing else.", within=BOTH),
            Route("GET", f"{BASE}/{{plan}}", "plans.read", self.read, "One plan", result=PlanDetail, within=BOTH,
                  **one),
            Route("GET", f"{BASE}/{{plan}}/changes", "plans.read", self.changes, "Its changes, in order",
                  query=Which, result=Changes, within=BOTH, **one),
            Route("POST", f"{BASE}/{{plan}}/approve", "plans.approve", self.approve, "Approve exactly this plan",
                  description="For 24 hours. Guards are lifted only by another hand than who made the plan, or drafted "
                  "the rules behind it. When nobody made it, the first hand asks for it: the answer has no "
                  "`releases` then, and a second hand lifts them.",
                  body=Approving, example={"digest": "0" * 64, "releases": ["suspend"]}, result=Approval,
                  problems=(409,), within=BOTH, **one),
            Route("POST", f"{BASE}/{{plan}}/rollout", "plans.roll_out", self.roll_out, "Carry out an approved plan",
                  description="A worker opens the run; the job tells its number.", problems=(409,), within=BOTH, **one,
                  **queue),
        )  # fmt: skip

    def make(self, call: Call) -> Answer:
        """Queue the making of a plan."""
        asked: Wanted = call.body
        known = [name for name in synced(self._crew.current().configuration) if self._reach.platform(call.token, name)]
        for name in asked.platforms:
            if name not in known:
                raise Invalid(errors=[Flaw(detail="is no platform with connector and mapping", pointer="#/platforms")])
        bounds = call.token.bounds
        arguments: dict[str, Any] = {"platforms": list(asked.platforms or (known if bounds.platforms else ()))}
        if bounds.platforms and not arguments["platforms"]:
            raise Invalid(errors=[Flaw(detail="none of yours has a connector and a mapping", pointer="#/platforms")])
        if asked.person is not None:
            person = self._people.by_uuid(asked.person)
            if person is None or not self._reach.person(call.token, person):
                raise Invalid(errors=[Flaw(detail="there is no such person", pointer="#/person")])
            arguments["person"] = person.id
        elif bounds.units:
            raise Forbidden("rights that are delegated by unit make plans for one person of the unit")
        if asked.on is not None:
            arguments["on"] = asked.on.isoformat()
        return queued(self._crew.queue, "plan", arguments, call)

    def newest(self, call: Call) -> Answer:
        """Return a page of plans."""
        asked: WhichPlans = call.query
        now, wanted = self._clock(), asked.filters()
        rows, following = page_of(
            lambda count, before: self._overview.plans(now, count, before, wanted),
            lambda row: self._reach.scope(call.token, row["scope"]), lambda row: row["id"], asked.limit, asked.before,
        )  # fmt: skip
        return Answer(Plans(items=[Plan(**_plan(row, call.token)) for row in rows], next=following))

    def read(self, call: Call) -> Answer:
        """Return one plan."""
        row = self._row(call)
        now = self._clock()
        approvals = [
            Approval(**{name: each[name] for name in ("by", "at", "until", "releases")}, good=now < each["until"])
            for each in self._overview.approvals(row["id"])
        ]
        return Answer(PlanDetail(**_plan(row, call.token), findings=_findings(row, call.token), approvals=approvals))

    def changes(self, call: Call) -> Answer:
        """Return a page of changes."""
        asked: Which = call.query
        number = self._row(call)["id"]
        wanted = asked.filters(but="person")
        person = None
        if asked.person is not None:
            found = self._people.by_uuid(asked.person)
            person = found.id if found else -1
        after = -1 if asked.after is None else asked.after
        rows, following = self._overview.changes(number, asked.limit, after, wanted, person)
        return Answer(Changes(items=[_change(*row) for row in rows], next=following))

    def approve(self, call: Call) -> Answer:
        """Approve a plan."""
        row, asked = self._row(call), call.body
        if asked.releases and call.token.bounds.kinds:
            raise Forbidden("guards count for everybody: they are not lifted with delegated rights")
        unknown = sorted(set(asked.releases) - CLASSES.keys())
        if unknown or asked.digest != row["digest"]:
            wrong = "#/releases" if unknown else "#/digest"
            raise Invalid(errors=[Flaw(detail="is not a guard" if unknown else "is not this plan's", pointer=wrong)])
        given = self._crew.runs.approve(row["id"], call.actor, releases=asked.releases)
        now = self._clock()
        return Answer(Approval(by=given.by, at=now, until=given.until, releases=sorted(given.releases), good=True))

    def roll_out(self, call: Call) -> Answer:
        """Queue the rollout."""
        row = self._row(call)
        given = self._crew.runs.approval(row["id"])
        if given is None:
            raise NotApproved("the plan was not approved", hint="approve it first")
        given.check(row["digest"], self._clock())
        return queued(self._crew.queue, "rollout", {"plan": row["id"]}, call, key=f"rollout:{row['id']}:{given.id}")

    def _row(self, call: Call) -> Mapping[str, Any]:
        row = self._overview.plan(call.path["plan"], self._clock())
        if row is None or not self._reach.scope(call.token, row["scope"]):
            raise NotFound
        return row


def _plan(row: Mapping[str, Any], token: ApiToken) -> dict[str, Any]:
    names = ("state", "digest", "on", "revision", "made_at", "made_by", "scope", "counts", "held")
    told = {"number": row["id"], **{name: row[name] for name in names}}
    if token.bounds.units:  # how many accounts there are, and how many were changed lately, is about others as well
        told["held"] = [one | {"limit": None, "base": None, "hint": ""} for one in row["held"]]
    return told


def _findings(row: Mapping[str, Any], token: ApiToken) -> list[dict[str, Any]]:
    """Return what was found; with rights by unit, about the person of the plan and the platforms alone."""
    if not token.bounds.units:
        return list(row["findings"])
    about = {0, int(row["scope"].get("person", 0))}
    return [one for one in row["findings"] if one["person_id"] in about and one["what"] != "oddity"]


def _change(position: int, one: Change) -> ChangeTold:
    return ChangeTold(
        position=position, phase=int(one.phase), kind=one.kind, platform=one.platform, person=one.person_uuid or None,
        group=one.group or None, remote_id=one.remote_id or None, members=len(one.members), before=dict(one.before),
        after=dict(one.after), reason=one.reason, held=one.held,
    )  # fmt: skip
