"""The configuration as a file: export, import as a draft, and what differs between two states of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import Place, Why
from sso_bridge.admin.configuration import BASE, PLATFORMS, Changed, Preview, meant, shown
from sso_bridge.admin.drafts import NO_DRAFT, foreign
from sso_bridge.admin.preconditions import IF_MATCH, seen_revision
from sso_bridge.api.problems import Flaw, Invalid, TooLarge, WrongMedia
from sso_bridge.api.route import Answer, Call, Route, Taken, Told
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.configuration.changing.preview import planned
from sso_bridge.configuration.document.diff import differences
from sso_bridge.configuration.document.files import LARGEST, canonical, read_text, write_yaml
from sso_bridge.store.administration.revisions import NoSuchRevision

MEDIA = ("application/yaml", "application/json", "text/yaml")


class Export(Taken):
    """What to export, and how."""

    format: Literal["yaml", "json"] = "yaml"
    revision: Place | None = Field(default=None, description="An earlier one; without it, the one that holds.")


class Import(Taken):
    """Why a file is brought in."""

    why: Why = Field(default="", description="The reason, for the history and the audit.")


class Between(Taken):
    """Which two states are compared."""

    before: Place | None = Field(default=None, description="An applied revision; without it, the one that holds.")
    after: Place | None = Field(default=None, description="Likewise.")
    draft: Place | None = Field(default=None, description="Instead of `after`: a draft.")


class Difference(Told):
    """Every place that differs, in the order of the documents."""

    before: int
    after: int = Field(description="0 for a draft.")
    changes: list[Changed]


class ConfigurationFileRoutes:
    """The routes of the configuration as a file."""

    def __init__(self, desk: ConfigurationDesk) -> None:
        self._desk = desk

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        return (
            Route("GET", f"{BASE}/export", "configuration.read", self.export, "The configuration as a file",
                  query=Export, answers_with=("application/yaml", "application/json"), problems=(404,),
                  within=PLATFORMS),
            Route("GET", f"{BASE}/diff", "configuration.read", self.diff, "What differs between two states, by path",
                  query=Between, result=Difference, problems=(404,), within=PLATFORMS),
            Route("POST", f"{BASE}/import", "configuration.preview", self.take, "Keep a file as a draft",
                  description="YAML or JSON, as it was exported; of what was exported, an import changes nothing.",
                  query=Import, headers=(IF_MATCH,), media=MEDIA, streams=True, result=Preview, problems=(412, 428),
                  within=PLATFORMS),
        )  # fmt: skip

    def export(self, call: Call) -> Answer:
        """Return the document as a file."""
        asked: Export = call.query
        document = shown(call, self._at(asked.revision)[1])
        if asked.format == "json":
            return Answer(text=canonical(document) + "\n", media="application/json")
        return Answer(text=write_yaml(document), media="application/yaml")

    def diff(self, call: Call) -> Answer:
        """Return what differs."""
        asked: Between = call.query
        if asked.draft is not None and asked.after is not None:
            raise Invalid(errors=[Flaw(detail="cannot be given beside after", parameter="draft")])
        number, before = self._at(asked.before)
        if asked.draft is not None:
            draft = self._desk.revisions.draft(asked.draft)
            if foreign(self._desk, call, draft):
                raise NoSuchRevision(NO_DRAFT)
            other, after = draft.number, draft.document
        else:
            other, after = self._at(asked.after)
        changes = [
            Changed(path=one.path, before=one.before, after=one.after)
            for one in differences(shown(call, before), shown(call, after))
        ]
        return Answer(Difference(before=number, after=other, changes=changes))

    def take(self, call: Call) -> Answer:
        """Keep a file as a draft."""
        if call.request.mimetype not in MEDIA:
            raise WrongMedia(f"the body must be one of: {', '.join(MEDIA)}")
        self._desk.expect(seen_revision(call.request))
        raw = call.request.stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise TooLarge
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Invalid("the file is not UTF-8 text") from None
        document = meant(self._desk, call, read_text(text))
        proposal = self._desk.propose(document, by=call.actor, why=call.query.why)
        return Answer(Preview.model_validate(planned(proposal, self._desk.weigh(proposal.draft.document))))

    def _at(self, number: int | None) -> tuple[int, dict[str, Any]]:
        if number:
            return number, self._desk.revisions.get(number).document
        current = self._desk.revisions.current()
        return (current.number, current.document) if current else (0, {})
