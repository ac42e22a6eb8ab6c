"""Changing the configuration: check, draft, apply, roll back; each applied change is audited with before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.errors import MappingError, Problem
from provisioners.sync.rollout.approval import SecondPersonNeeded
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.configuration.changing.beside import check_files
from sso_bridge.configuration.changing.scales import MOST_LOOKS, Scales
from sso_bridge.configuration.changing.weighing import Weighed
from sso_bridge.configuration.document.diff import PathChange, as_audit, differences
from sso_bridge.configuration.document.files import canonical
from sso_bridge.configuration.document.parse import Checked, parse
from sso_bridge.configuration.live import Live
from sso_bridge.store.administration.consents import Consent, Consents
from sso_bridge.store.administration.hands import at_console
from sso_bridge.store.administration.revisions import Revision, RevisionMoved, Revisions, content_digest

MOVED = "draft {} was made from revision {}, which is not the one that holds"
SECOND = (
    "keep it as a draft (`POST /admin/v1/configuration/drafts`, or `.../plan` for a whole document); a colleague "
    "approves the draft, then apply it"
)

Check = Callable[[Mapping[str, Any], Mapping[str, Any]], None]
"""Gets the document before and after, and may refuse by raising."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked document that is not applied yet, and what it would change."""

    draft: Revision
    checked: Checked
    changes: tuple[PathChange, ...]


class ConfigurationDesk:
    """The one way in which a configuration comes into force, for commands and the admin API alike."""

    def __init__(
        self, revisions: Revisions, audit: AuditTrail, base_dir: Path, scales: Scales, consents: Consents
    ) -> None:
        self.revisions = revisions
        self.audit = audit
        self.base_dir = base_dir
        self.scales = scales
        self.consents = consents

    def check(self, document: Mapping[str, Any]) -> Checked:
        """Return the checked document; MappingError with every mistake, in it or in the files it names."""
        checked = parse(document)
        check_files(checked, self.base_dir)
        return checked

    def propose(self, document: Mapping[str, Any], *, by: str, why: str = "") -> Proposal:
        """Keep a draft; MappingError with every mistake, and then nothing is kept (AD-06: no secret gets in)."""
        checked = self.check(document)
        try:
            text = canonical(dict(document))
        except (TypeError, ValueError):
            raise MappingError(
                [Problem("configuration", "holds a value that is neither text, number nor list")]
            ) from None
        with self.revisions.store.writing():
            draft = self.revisions.keep_draft(text, by=by, why=why)
            changes = differences(self.in_force(), draft.document)
        return Proposal(draft, checked, changes)

    def expect(self, number: int) -> None:
        """Raise RevisionMoved unless this revision holds."""
        if self.revisions.number() != number:
            raise RevisionMoved(f"revision {number} does not hold any more; look at the difference, then decide again")

    def open_draft(self, draft_id: int) -> Revision:
        """Return a draft to go on from; RevisionMoved when it was made from what does not hold any more."""
        draft = self.revisions.draft(draft_id)
        if draft.number or draft.base != self.revisions.number():
            raise RevisionMoved(MOVED.format(draft.id, draft.base))
        return draft

    def under(self, draft_id: int) -> Live:
        """Return a draft ready to be used, to look at what it would do; NoSuchRevision, MappingError."""
        draft = self.revisions.draft(draft_id)
        checked = self.check(draft.document)
        return Live(draft.base, checked.configuration, checked.rules, draft.document)

    def weigh(
        self,
        document: Mapping[str, Any],
        *,
        most: int | None = MOST_LOOKS,
        progress: Callable[[int], None] = lambda _seen: None,
    ) -> Weighed:
        """Return what a document would change for whom now, and whether it takes a second person; MappingError."""
        return self.scales.weigh(document, self.check(document), most=most, progress=progress)

    def approve(self, draft_id: int, *, by: str) -> Consent:
        """Approve a draft for 24 hours; SecondPersonNeeded when its maker does, RevisionMoved, NoSuchRevision."""
        with self.revisions.store.writing():
            draft = self.open_draft(draft_id)
            given = self.consents.give(draft, by)
            after = {"digest": draft.digest, "base": draft.base, "made_by": draft.made_by}
            self.audit.record(Event("configuration.approved", by, f"draft:{draft.id}", after=after, why=draft.why))
        return given

    def apply(self, draft_id: int, *, by: str, weighed: Weighed | None = None) -> Revision:
        """Bring a draft into force; RevisionMoved when another revision was applied since, NoSuchRevision.

        SecondPersonNeeded when it takes two people (AD-08) and this very document is not approved. `weighed` is what
        `weigh` returned for it, when it was asked already.
        """
        weighed = weighed or self.weigh(self.revisions.draft(draft_id).document)
        with self.revisions.store.writing():
            draft = self.revisions.draft(draft_id)
            if (draft.base, content_digest(draft.document)) != (weighed.base, weighed.digest):
                raise RevisionMoved(MOVED.format(draft.id, draft.base))
            self._check_hands(weighed, by)
            checked = self.check(draft.document)
            before, after = as_audit(differences(self.in_force(), draft.document))
            applied = self.revisions.apply(draft_id, by=by)
            self.scales.orders.bring(checked.configuration.correlation.precedence)
            target = f"configuration:{applied.number}"
            self.audit.record(Event("configuration.applied", by, target, before, after, why=applied.why))
        return applied

    def replace(
        self,
        document: Mapping[str, Any],
        *,
        expected: int,
        by: str,
        why: str = "",
        check: Check = lambda _before, _after: None,
    ) -> Revision:
        """Check a document and bring it into force, if revision `expected` still holds; RevisionMoved otherwise.

        `check` may refuse the changes by raising; then nothing is kept.
        """
        self.expect(expected)
        weighed = self.weigh(document)
        with self.revisions.store.writing():
            self.expect(expected)
            proposal = self.propose(document, by=by, why=why)
            check(self.in_force(), proposal.draft.document)
            return self.apply(proposal.draft.id, by=by, weighed=weighed)

    def turn_back(self, number: int, *, expected: int, by: str, why: str, check: Check) -> Revision:
        """Do as `rollback`, if revision `expected` still holds and `check` does not refuse what would change."""
        self.expect(expected)
        weighed = self.weigh(self.revisions.get(number).document)
        with self.revisions.store.writing():
            self.expect(expected)
            check(self.in_force(), self.revisions.get(number).document)
            return self.apply(self.earlier(number, by=by, why=why).id, by=by, weighed=weighed)

    def earlier(self, number: int, *, by: str, why: str = "") -> Revision:
        """Keep the document of an earlier revision as a draft, byte for byte; NoSuchRevision."""
        said = f"rollback to revision {number}" + (f": {why}" if why else "")
        return self.revisions.keep_draft(self.revisions.get(number).text, by=by, why=said)

    def _check_hands(self, weighed: Weighed, by: str) -> None:
        """Raise SecondPersonNeeded, unless one may do it alone, or two did it.

        The first configuration of a new bridge can be written by one person at its console: there is no second
        administrator yet, and nothing to protect.
        """
        if not weighed.reasons or (at_console(by) and not weighed.base):
            return
        if not self.consents.holds(weighed.base, weighed.digest):
            raise SecondPersonNeeded(f"this takes a second administrator: {'; '.join(weighed.reasons)}", hint=SECOND)

    def in_force(self) -> dict[str, Any]:
        """Return the document that holds now; empty before the first revision."""
        current = self.revisions.current()
        return current.document if current else {}
