"""The configuration: read, check, look, apply with `If-Match`, roll back, export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import By, Newest, Since, Until, Why, place_after
from sso_bridge.admin.bounds import Bound
from sso_bridge.admin.permissions import allows
from sso_bridge.admin.preconditions import IF_MATCH, seen_revision
from sso_bridge.api.paging import LARGEST, Next
from sso_bridge.api.problems import Forbidden
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Taken, Told
from sso_bridge.configuration.changing.change import Check, ConfigurationDesk
from sso_bridge.configuration.changing.preview import planned
from sso_bridge.configuration.changing.weighing import touches_limits
from sso_bridge.configuration.document.portion import check_within, portion, replaced, rest
from sso_bridge.store.administration.revisions import Revision, content_digest

BASE = "/admin/v1/configuration"
PLATFORMS: tuple[Bound, ...] = ("platforms",)
EXAMPLE = {"configuration": {"workplaces": {"staff": {"kind": "file", "path": "users.yaml"}}}, "why": "pilot"}


class WhichRevisions(Newest):
    """Which of them."""

    by: By | None = None
    since: Since | None = None
    until: Until | None = None


class Document(Taken):
    """A whole configuration, in the shape of the file."""

    configuration: dict[str, Any] = Field(description="All workplaces, platforms, mappings, groups, guards ...")


class Proposed(Document):
    """A configuration and the reason for it."""

    why: Why = Field(default="", description="The reason, for the history and the audit.")


class Back(Taken):
    """Which revision is to hold again."""

    revision: Annotated[int, Field(ge=1, le=LARGEST)]
    why: Why = ""


class Applied(Told):
    """One applied revision, without its document."""

    revision: int
    applied_at: datetime | None
    applied_by: str
    made_by: str
    why: str
    digest: str = Field(description="SHA-256 of the document.")


class Full(Applied):
    """One applied revision with its document. Secrets are references: there is none to be shown (AD-06)."""

    configuration: dict[str, Any]


class History(Told):
    """Applied revisions, newest first."""

    items: list[Applied]
    next: Next


class Good(Told):
    """The document has no mistake."""

    good: Literal[True] = True
    counts: dict[str, int] = Field(description="How many of each part.")


class Changed(Told):
    """One place of the document that would change."""

    path: str
    before: Any
    after: Any


class Affected(Told):
    """How many people a platform would give to, take from, or change."""

    platform: str
    what: Literal["gains", "loses", "changes", "doubt"]
    people: int


class Affects(Told):
    """One person as an example."""

    platform: str
    person: str
    what: str
    details: list[str]


class Part(Told):
    """One claim, attribute or group, and for how many people it comes, goes or changes."""

    platform: str
    kind: Literal["sign_in", "account", "claim", "attribute", "group"] = Field(
        description="`sign_in` and `account`: the whole of it; then `name` is empty."
    )
    name: str
    added: int
    removed: int
    changed: int


class Consequences(Told):
    """For whom a configuration would change what."""

    turns: list[str] = Field(description="What begins or ends for a platform as a whole.")
    people: list[Affected]
    parts: list[Part] = Field(description="Sign-in claims, attributes and groups, 500 at most.")
    examples: list[Affects]
    complete: bool = Field(description="False: there are too many people to look at all of them here, see `look`.")
    second_person: list[str] = Field(description="Why a second administrator has to approve it; empty: nobody has to.")


class Preview(Consequences):
    """What a configuration would change; it is kept as a draft."""

    draft: int
    base: int
    digest: str = Field(description="SHA-256 of the document: what a colleague approves.")
    changes: list[Changed]


class ConfigurationRoutes:
    """The routes of the configuration."""

    def __init__(self, desk: ConfigurationDesk) -> None:
        self._desk = desk

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        etag = {"ETag": "The revision, for `If-Match`."}
        revision: dict[str, Any] = {"parameters": {"revision": NUMBER}}
        return (
            Route("GET", BASE, "configuration.read", self.read, "The configuration that holds", result=Full,
                  description="Revision 0 is the empty configuration of a new bridge. With delegated rights: what "
                  "belongs to these platforms alone; here, in exports, and in what is sent.", answer_headers=etag,
                  within=PLATFORMS),
            Route("PUT", BASE, "configuration.change", self.replace, "Bring a configuration into force",
                  description="As a whole, if the revision of `If-Match` still holds. Guards, workplaces, HR sources "
                  "and protected accounts take the permission `configuration.change_limits`.",
                  body=Proposed, example=EXAMPLE, headers=(IF_MATCH,), result=Applied, answer_headers=etag,
                  problems=(409, 412, 428), within=PLATFORMS),
            Route("GET", f"{BASE}/revisions", "configuration.read", self.history, "Applied revisions, newest first",
                  query=WhichRevisions, result=History),
            Route("GET", f"{BASE}/revisions/{{revision}}", "configuration.read", self.one, "One applied revision",
                  result=Full, answer_headers=etag, within=PLATFORMS, **revision),
            Route("POST", f"{BASE}/check", "configuration.preview", self.check, "Tell every mistake of a document",
                  body=Document, example={"configuration": EXAMPLE["configuration"]}, result=Good,
                  within=PLATFORMS),
            Route("POST", f"{BASE}/plan", "configuration.preview", self.plan, "What would change, and for whom",
                  description="Keeps it as a draft of the revision of `If-Match`; changes nothing that holds.",
                  body=Proposed, example=EXAMPLE, headers=(IF_MATCH,), result=Preview, problems=(412, 428),
                  within=PLATFORMS),
            Route("POST", f"{BASE}/rollback", "configuration.change", self.rollback, "Let an earlier revision hold",
                  description="Byte for byte, as a new revision. With delegated rights: when nothing else was changed "
                  "since.", body=Back, example={"revision": 3, "why": "typo"},
                  headers=(IF_MATCH,), result=Applied, answer_headers=etag, problems=(404, 409, 412, 428),
                  within=PLATFORMS),
        )  # fmt: skip

    def read(self, call: Call) -> Answer:
        """Return the one that holds."""
        current = self._desk.revisions.current()
        if current is None:
            return tagged(Full(revision=0, applied_at=None, applied_by="", made_by="", why="", digest="",
                                configuration={}))  # fmt: skip
        return self._tagged(call, current)

    def one(self, call: Call) -> Answer:
        """Return one revision."""
        return self._tagged(call, self._desk.revisions.get(call.path["revision"]))

    def history(self, call: Call) -> Answer:
        """Return a page of revisions."""
        asked: WhichRevisions = call.query
        found = self._desk.revisions.history(asked.limit, asked.before, asked.filters())
        items = [applied_told(one) for one in found]
        return Answer(History(items=items, next=place_after(items, asked.limit, lambda one: one.revision)))

    def check(self, call: Call) -> Answer:
        """Return how many there are of each part, when there is no mistake."""
        read = self._desk.check(meant(self._desk, call, call.body.configuration)).configuration
        parts = {name: getattr(read, name) for name in type(read).model_fields}
        counts = {name: len(part) for name, part in parts.items() if isinstance(part, Mapping)}
        return Answer(Good(counts=counts))

    def plan(self, call: Call) -> Answer:
        """Return what would change."""
        self._desk.expect(seen_revision(call.request))
        document = meant(self._desk, call, call.body.configuration)
        proposal = self._desk.propose(document, by=call.actor, why=call.body.why)
        weighed = self._desk.weigh(document)
        return Answer(Preview.model_validate(planned(proposal, weighed)))

    def replace(self, call: Call) -> Answer:
        """Apply a document."""
        applied = self._desk.replace(
            meant(self._desk, call, call.body.configuration),
            expected=seen_revision(call.request),
            by=call.actor,
            why=call.body.why,
            check=limits_of(call),
        )
        return tagged(applied_told(applied))

    def rollback(self, call: Call) -> Answer:
        """Apply an earlier document."""
        applied = self._desk.turn_back(
            call.body.revision,
            expected=seen_revision(call.request),
            by=call.actor,
            why=call.body.why,
            check=limits_of(call),
        )
        return tagged(applied_told(applied))

    def _tagged(self, call: Call, one: Revision) -> Answer:
        """Return a revision; the ETag of a part of it names the part too, as others see another one."""
        full = self._full(call, one)
        if not call.token.bounds.kinds:
            return tagged(full)
        return Answer(full, {"ETag": f'"{one.number}-{content_digest(full.model_dump(mode="json"))[:8]}"'})

    def _full(self, call: Call, one: Revision) -> Full:
        """Return a revision as the caller may see it: why others changed what is theirs is not told (AD-02)."""
        told, bounds = dict(applied_told(one)), call.token.bounds.platforms
        before = self._desk.revisions.get(one.base).document if bounds and one.base else {}
        if bounds and rest(before, bounds) != rest(one.document, bounds):
            told |= {"why": "", "made_by": "", "applied_by": ""}
        return Full(**told, configuration=shown(call, one.document))


def meant(desk: ConfigurationDesk, call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Return the whole document that a caller means, who may know only a part of it; OutOfReach."""
    bounds = call.token.bounds.platforms
    return replaced(desk.in_force(), bounds, given) if bounds else given


def shown(call: Call, document: dict[str, Any]) -> dict[str, Any]:
    """Return what a caller sees of a document (AD-02)."""
    bounds = call.token.bounds.platforms
    return portion(document, bounds) if bounds else document


def limits_of(call: Call) -> Check:
    """Return what refuses a change of the limits to whoever is not an owner, and of what is not the caller's."""

    def check(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        if call.token.bounds.platforms:
            check_within(before, after, call.token.bounds.platforms)
        if touches_limits(before, after) and not allows(call.token, "configuration.change_limits"):
            raise Forbidden("guards, workplaces, HR sources and protected accounts are changed by an owner")

    return check


def tagged(body: Applied) -> Answer:
    """Return the answer with its ETag."""
    return Answer(body, {"ETag": f'"{body.revision}"'})


def applied_told(one: Revision) -> Applied:
    """Return a revision as the API tells it."""
    return Applied(
        revision=one.number, applied_at=one.applied_at, applied_by=one.applied_by, made_by=one.made_by, why=one.why,
        digest=one.digest,
    )  # fmt: skip
