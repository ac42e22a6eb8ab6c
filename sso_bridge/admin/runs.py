"""Runs: what was carried out, what was not and why; cancel, undo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from provisioners.sync.plan.change import from_canonical
from sso_bridge.admin.asking import By, Code, InOrder, Name, Newest, Since, Until, Whole, place_after
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.admin.jobs import JobTold, queued
from sso_bridge.admin.plans import KINDS
from sso_bridge.admin.run_progress import TOLD, RunProgress, is_asked
from sso_bridge.api.following import LAST_SEEN, MEDIA, Following
from sso_bridge.api.paging import LARGEST, Next
from sso_bridge.api.problems import Conflict, NotFound
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Told
from sso_bridge.jobs.crew import Crew
from sso_bridge.store.administration.overview import Overview

BASE = "/admin/v1/runs"
RunState = Literal["open", "done", "cancelled"]
ActionState = Literal["waiting", "leased", "done", "failed", "skipped", "dead"]


class Which(Newest):
    """Which runs."""

    state: RunState | None = None
    platform: Name | None = Field(default=None, description="Of plans with changes on this platform.")
    plan: Annotated[Whole, Field(ge=1, le=LARGEST)] | None = Field(
        default=None, description="Of this plan.", examples=[12]
    )
    by: By | None = None
    since: Since | None = None
    until: Until | None = None


class WhichActions(InOrder):
    """Which actions."""

    state: ActionState | None = None
    platform: Name | None = None
    kind: Literal[KINDS] | None = None  # type: ignore[valid-type]  # the names are in one place only
    code: Code | None = Field(default=None, description="Why it was not done.", examples=["held"])


class Run(Told):
    """A run without its actions."""

    id: int
    plan: int
    state: str
    by: str
    opened_at: datetime
    finished_at: datetime | None


class Runs(Told):
    """A page of runs."""

    items: list[Run]
    next: Next


class Report(Told):
    """A run as it stands, counted from the ledger: platform, kind of change, outcome, number."""

    run: int
    plan: int
    state: str
    by: str
    opened_at: datetime
    finished_at: datetime | None
    totals: dict[str, dict[str, dict[str, int]]]
    leavers_stuck: int = Field(description="Steps of leavers that are not confirmed after five minutes.")
    troubles: list[dict[str, Any]]


class Action(Told):
    """One action: what was to be done, and what came of it."""

    place: int
    platform: str
    kind: str
    state: ActionState
    person: str | None
    group: str | None
    weight: int
    achieved: int
    attempts: int
    code: str
    error: str
    reason: str
    done_at: datetime | None


class Actions(Told):
    """A page of actions."""

    items: list[Action]
    next: Next


class RunRoutes:
    """The routes of runs."""

    def __init__(self, crew: Crew, overview: Overview, reach: Reach, following: Following) -> None:
        self._reach = reach
        self._progress = RunProgress(crew.runs, following)
        self._crew = crew
        self._overview = overview

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"run": NUMBER}}
        return (
            Route("GET", BASE, "runs.read", self.newest, "Runs, newest first", query=Which, result=Runs,
                  description="With delegated rights: those of plans that touch nothing else.", within=BOTH),
            Route("GET", f"{BASE}/{{run}}", "runs.read", self.read, "The report of a run", result=Report,
                  description=f"As `{MEDIA}` server-sent events: {TOLD} A stream ends after some seconds; come back as "
                  "`retry` says, with `Last-Event-ID`.", headers=(LAST_SEEN,), answers_with=(MEDIA,),
                  within=BOTH, **one),
            Route("GET", f"{BASE}/{{run}}/actions", "runs.read", self.actions, "Its actions, in order",
                  query=WhichActions, result=Actions, within=BOTH, **one),
            Route("POST", f"{BASE}/{{run}}/cancel", "runs.cancel", self.cancel, "Skip what is not under way yet",
                  result=Report, problems=(409,), within=BOTH, **one),
            Route("POST", f"{BASE}/{{run}}/rollback", "runs.roll_back", self.undo, "Make the plan that undoes a run",
                  description="A plan like any other: look at it, approve it, roll it out. No leaver is woken up.",
                  status=202, result=JobTold, answer_headers={"Location": "The job."}, within=BOTH, **one),
        )  # fmt: skip

    def newest(self, call: Call) -> Answer:
        """Return a page of runs."""
        asked: Which = call.query
        rows, following = page_of(
            lambda count, before: self._overview.runs(count, before, asked.filters()),
            lambda row: self._reaches(call, row["plan"]), lambda row: row["id"], asked.limit, asked.before,
        )  # fmt: skip
        return Answer(Runs(items=[Run(**row) for row in rows], next=following))

    def read(self, call: Call) -> Answer:
        """Return the report, or follow the run."""
        answer = self._report(call)
        return self._progress.stream(call) if is_asked(call) else answer

    def _report(self, call: Call) -> Answer:
        report = self._crew.runs.report(call.path["run"])
        if report is None or not self._reaches(call, report.plan):
            raise NotFound
        return Answer(Report.model_validate(report.as_json()))

    def actions(self, call: Call) -> Answer:
        """Return a page of actions."""
        self._report(call)
        asked: WhichActions = call.query
        after = -1 if asked.after is None else asked.after
        items = [_action(row) for row in self._overview.actions(call.path["run"], asked.limit, after, asked.filters())]
        return Answer(Actions(items=items, next=place_after(items, asked.limit, lambda one: one.place)))

    def cancel(self, call: Call) -> Answer:
        """Cancel a run."""
        self._report(call)
        if not self._crew.runs.cancel(call.path["run"], call.actor):
            raise Conflict("the run has ended already")
        return self._report(call)

    def _reaches(self, call: Call, number: int) -> bool:
        if not call.token.bounds.kinds:
            return True
        plan = self._overview.plan(number)
        return plan is not None and self._reach.scope(call.token, plan["scope"])

    def undo(self, call: Call) -> Answer:
        """Queue the making of the plan."""
        self._report(call)
        return queued(self._crew.queue, "rollback", {"run": call.path["run"]}, call)


def _action(row: Mapping[str, Any]) -> Action:
    change = from_canonical(row["change"])
    return Action(
        place=row["seq"], platform=row["platform"], kind=row["kind"], state=row["state"],
        person=change.person_uuid or None, group=change.group or None, weight=row["weight"], achieved=row["achieved"],
        attempts=row["attempts"], code=row["code"] or "", error=row["error"] or "", reason=change.reason,
        done_at=row["done_at"],
    )  # fmt: skip
