"""Drafts of the configuration: look at what a colleague proposes, approve exactly that, bring it into force (AD-08)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from sso_bridge.admin.configuration import BASE, Applied, Changed, applied_told, limits_of, tagged
from sso_bridge.api.problems import Flaw, Invalid
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Taken, Told
from sso_bridge.clock import Clock
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.configuration.document.diff import differences
from sso_bridge.store.administration.consents import Consent
from sso_bridge.store.administration.revisions import NoSuchRevision, Revision

DRAFTS = f"{BASE}/drafts"


class Approving(Taken):
    """What is approved."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="The digest that you have looked at.")


class ConsentTold(Told):
    """Who approved a draft, until when."""

    by: str
    at: datetime
    until: datetime
    good: bool


class Draft(Told):
    """A document that is kept and not in force, beside the one that holds."""

    draft: int
    base: int = Field(description="The revision it was made from; when another one holds, it cannot be applied.")
    made_by: str
    made_at: datetime
    why: str
    digest: str
    changes: list[Changed]
    second_person: list[str] = Field(description="Why a second administrator has to approve it; empty: nobody has to.")
    approvals: list[ConsentTold]
    configuration: dict[str, Any]


class DraftRoutes:
    """The routes of drafts. `POST /admin/v1/configuration/plan` makes one."""

    def __init__(self, desk: ConfigurationDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"draft": NUMBER}}
        return (
            Route("GET", f"{DRAFTS}/{{draft}}", "configuration.preview", self.read, "One draft, and what it changes",
                  result=Draft, **one),
            Route("POST", f"{DRAFTS}/{{draft}}/approve", "configuration.approve", self.approve,
                  "Approve exactly this draft", body=Approving, example={"digest": "0" * 64}, result=ConsentTold,
                  description="For 24 hours, by another hand than the one that made it. A draft that touches guards, "
                  "workplaces, HR sources or protected accounts takes the permission `configuration.change_limits`.",
                  problems=(409, 412), **one),
            Route("POST", f"{DRAFTS}/{{draft}}/apply", "configuration.change", self.apply,
                  "Bring this draft into force", result=Applied, answer_headers={"ETag": "The revision."},
                  description="If the revision it was made from still holds, and it is approved where it must be.",
                  problems=(409, 412, 422), **one),
        )  # fmt: skip

    def read(self, call: Call) -> Answer:
        """Return one draft."""
        draft = self._draft(call)
        changes = differences(self._desk.in_force(), draft.document)
        return Answer(
            Draft(
                draft=draft.id, base=draft.base, made_by=draft.made_by, made_at=draft.made_at, why=draft.why,
                digest=draft.digest, configuration=draft.document,
                changes=[Changed(path=one.path, before=one.before, after=one.after) for one in changes],
                second_person=list(self._desk.weigh(draft.document).reasons),
                approvals=[self._told(one) for one in self._desk.consents.all(draft.id)],
            )
        )  # fmt: skip

    def approve(self, call: Call) -> Answer:
        """Approve a draft."""
        draft = self._draft(call)
        if call.body.digest != draft.digest:
            raise Invalid(errors=[Flaw(detail="is not this draft's", pointer="#/digest")])
        limits_of(call)(self._desk.in_force(), draft.document)
        return Answer(self._told(self._desk.approve(draft.id, by=call.actor)))

    def apply(self, call: Call) -> Answer:
        """Apply a draft."""
        draft = self._draft(call)
        limits_of(call)(self._desk.in_force(), draft.document)
        return tagged(applied_told(self._desk.apply(draft.id, by=call.actor)))

    def _draft(self, call: Call) -> Revision:
        """Return the draft; what is applied already is a revision, and no draft any more."""
        found = self._desk.revisions.draft(call.path["draft"])
        if found.number:
            raise NoSuchRevision("there is no such draft of the configuration; it may have been applied")
        return found

    def _told(self, one: Consent) -> ConsentTold:
        return ConsentTold(by=one.by, at=one.at, until=one.until, good=self._clock() < one.until)
