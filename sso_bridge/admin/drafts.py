"""Drafts of the configuration: look at what a colleague proposes, approve exactly that, bring it into force (AD-08)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import Why
from sso_bridge.admin.configuration import (
    BASE,
    PLATFORMS,
    Applied,
    Changed,
    Consequences,
    Preview,
    WhichRevisions,
    applied_told,
    limits_of,
    meant,
    shown,
    tagged,
)
from sso_bridge.admin.delegation import page_of
from sso_bridge.admin.preconditions import IF_MATCH, seen_revision
from sso_bridge.api.paging import LARGEST, Next
from sso_bridge.api.problems import Flaw, Invalid
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Taken, Told
from sso_bridge.clock import Clock
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.configuration.changing.preview import planned, told
from sso_bridge.configuration.changing.weighing import Weighed
from sso_bridge.configuration.document.diff import differences
from sso_bridge.configuration.document.editing import Edit, Part, edited
from sso_bridge.configuration.document.portion import rest
from sso_bridge.store.administration.consents import Consent
from sso_bridge.store.administration.revisions import NoSuchRevision, Revision

DRAFTS = f"{BASE}/drafts"
NO_DRAFT = "there is no such revision of the configuration"


class OneChange(Taken):
    """One resource and what it is to be."""

    part: Part
    name: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$")]
    value: dict[str, Any] | None = Field(description="In the shape of the file; null takes it away.")


class Changes(Taken):
    """Changes of single resources; everything else stays as it is."""

    changes: Annotated[tuple[OneChange, ...], Field(min_length=1, max_length=1000)]
    onto: Annotated[int, Field(ge=1, le=LARGEST)] | None = Field(
        default=None, description="A draft to go on from; without it, the configuration that holds."
    )
    why: Why = Field(default="", description="The reason, for the history and the audit.")


class Approving(Taken):
    """What is approved."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="The digest that you have looked at.")


class ConsentTold(Told):
    """Who approved a draft, until when."""

    by: str
    at: datetime
    until: datetime
    good: bool


class DraftTold(Told):
    """One draft in a list."""

    draft: int
    base: int = Field(description="The revision it was made from; when another one holds, it cannot be applied.")
    made_by: str
    made_at: datetime
    why: str
    digest: str


class DraftList(Told):
    """Drafts on the revision that holds, newest first."""

    items: list[DraftTold]
    next: Next


class LookTold(Told):
    """Whether everybody was looked at."""

    state: Literal["done", "needed", "going_on"]
    looked: int = Field(description="How many people were looked at so far.")


class Draft(DraftTold, Consequences):
    """A document that is kept and not in force, beside the one that holds."""

    changes: list[Changed]
    look: LookTold
    approvals: list[ConsentTold]
    configuration: dict[str, Any]


class DraftRoutes:
    """The routes of drafts. `POST /admin/v1/configuration/plan` makes one of a whole document."""

    def __init__(self, desk: ConfigurationDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"draft": NUMBER}}
        example = {"changes": [{"part": "targets", "name": "everyone_in", "value": None}], "why": "reached"}
        return (
            Route("GET", DRAFTS, "configuration.preview", self.all, "Drafts on the revision that holds, newest first",
                  query=WhichRevisions, result=DraftList, within=PLATFORMS),
            Route("POST", DRAFTS, "configuration.preview", self.make, "Draft changes of single resources",
                  description="Of the whole configuration a draft is made in which these resources are changed. "
                  "Changes nothing that holds.", body=Changes, example=example, headers=(IF_MATCH,), result=Preview,
                  problems=(404, 412, 428), within=PLATFORMS),
            Route("GET", f"{DRAFTS}/{{draft}}", "configuration.preview", self.read, "One draft, and what it changes",
                  result=Draft, within=PLATFORMS, **one),
            Route("POST", f"{DRAFTS}/{{draft}}/approve", "configuration.approve", self.approve,
                  "Approve exactly this draft", body=Approving, example={"digest": "0" * 64}, result=ConsentTold,
                  description="For 24 hours, by another hand than the one that made it. A draft that touches guards, "
                  "workplaces, HR sources or protected accounts takes the permission `configuration.change_limits`.",
                  problems=(409, 412), within=PLATFORMS, **one),
            Route("POST", f"{DRAFTS}/{{draft}}/apply", "configuration.change", self.apply,
                  "Bring this draft into force", result=Applied, answer_headers={"ETag": "The revision."},
                  description="If the revision it was made from still holds, and it is approved where it must be.",
                  problems=(409, 412, 422), within=PLATFORMS, **one),
        )  # fmt: skip

    def all(self, call: Call) -> Answer:
        """Return a page of drafts."""
        asked: WhichRevisions = call.query
        found, following = page_of(
            lambda count, before: self._desk.revisions.drafts(count, before, asked.filters()),
            lambda one: not foreign(self._desk, call, one), lambda one: one.id, asked.limit, asked.before,
        )  # fmt: skip
        return Answer(DraftList(items=[DraftTold(**draft_told(one)) for one in found], next=following))

    def make(self, call: Call) -> Answer:
        """Keep a draft of changes."""
        asked: Changes = call.body
        self._desk.expect(seen_revision(call.request))
        base = self._onto(call, asked.onto) if asked.onto else self._desk.in_force()
        edits = [Edit(one.part, one.name, one.value) for one in asked.changes]
        document = meant(self._desk, call, edited(shown(call, base), edits))
        proposal = self._desk.propose(document, by=call.actor, why=asked.why)
        return Answer(Preview.model_validate(planned(proposal, self._desk.weigh(document))))

    def read(self, call: Call) -> Answer:
        """Return one draft."""
        draft = unapplied(self._desk, call)
        changes = differences(self._desk.in_force(), draft.document)
        weighed = self._desk.weigh(draft.document)
        return Answer(
            Draft(
                **draft_told(draft), **told(weighed), configuration=shown(call, draft.document),
                look=self._look(draft, weighed),
                changes=[Changed(path=one.path, before=one.before, after=one.after) for one in changes],
                approvals=[self._told(one) for one in self._desk.consents.all(draft.id)],
            )
        )  # fmt: skip

    def approve(self, call: Call) -> Answer:
        """Approve a draft."""
        draft = unapplied(self._desk, call)
        if call.body.digest != draft.digest:
            raise Invalid(errors=[Flaw(detail="is not this draft's", pointer="#/digest")])
        limits_of(call)(self._desk.in_force(), draft.document)
        return Answer(self._told(self._desk.approve(draft.id, by=call.actor)))

    def apply(self, call: Call) -> Answer:
        """Apply a draft."""
        draft = unapplied(self._desk, call)
        limits_of(call)(self._desk.in_force(), draft.document)
        return tagged(applied_told(self._desk.apply(draft.id, by=call.actor)))

    def _onto(self, call: Call, number: int) -> dict[str, Any]:
        if foreign(self._desk, call, self._desk.revisions.draft(number)):
            raise NoSuchRevision(NO_DRAFT)
        return self._desk.open_draft(number).document

    def _look(self, draft: Revision, weighed: Weighed) -> LookTold:
        if weighed.complete:
            return LookTold(state="done", looked=weighed.effects.present)
        begun = self._desk.scales.looked(draft.document)
        return LookTold(state="going_on" if begun else "needed", looked=begun.looked if begun else 0)

    def _told(self, one: Consent) -> ConsentTold:
        return ConsentTold(by=one.by, at=one.at, until=one.until, good=self._clock() < one.until)


def unapplied(desk: ConfigurationDesk, call: Call) -> Revision:
    """Return the draft of the path; NoSuchRevision for what is applied already: it is a revision, and no draft.

    For delegated rights there are only drafts that change nothing beyond them.
    """
    found = desk.revisions.draft(call.path["draft"])
    if foreign(desk, call, found):
        raise NoSuchRevision(NO_DRAFT)
    if found.number:
        raise NoSuchRevision("there is no such draft of the configuration; it was applied")
    return found


def foreign(desk: ConfigurationDesk, call: Call, draft: Revision) -> bool:
    """Return whether a draft changes anything beyond the caller's platforms."""
    bounds = call.token.bounds.platforms
    return bool(bounds) and rest(draft.document, bounds) != rest(desk.in_force(), bounds)


def draft_told(one: Revision) -> dict[str, Any]:
    """Return a draft as lists tell it."""
    return {
        "draft": one.id, "base": one.base, "made_by": one.made_by, "made_at": one.made_at, "why": one.why,
        "digest": one.digest,
    }  # fmt: skip
