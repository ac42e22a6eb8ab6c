"""Changing the configuration: check, draft, apply, roll back; each applied change is audited with before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.errors import MappingError, Problem
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.configuration.beside import check_files
from sso_bridge.configuration.diff import PathChange, as_audit, differences
from sso_bridge.configuration.files import canonical
from sso_bridge.configuration.parse import Checked, parse
from sso_bridge.store.revisions import Revision, RevisionMoved, Revisions

LIMITS = ("guards", "workplaces", "hr_sources")
"""Parts that say what is too much, and who is believed: changing them takes more than writing rules (AD-08)."""

Check = Callable[[Mapping[str, Any], Mapping[str, Any]], None]
"""Gets the document before and after, and may refuse by raising."""


def touches_limits(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether a change touches what holds others back: guards, sources of truth, protected accounts."""
    return any(before.get(part) != after.get(part) for part in LIMITS) or _protected(before) != _protected(after)


def _protected(document: Mapping[str, Any]) -> dict[str, Any]:
    platforms = document.get("platforms") or {}
    return {name: one["protected"] for name, one in platforms.items() if one.get("protected")}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked document that is not applied yet, and what it would change."""

    draft: Revision
    checked: Checked
    changes: tuple[PathChange, ...]


class ConfigurationDesk:
    """The one way in which a configuration comes into force, for commands and the admin API alike."""

    def __init__(self, revisions: Revisions, audit: AuditTrail, base_dir: Path) -> None:
        self.revisions = revisions
        self.audit = audit
        self.base_dir = base_dir

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

    def apply(self, draft_id: int, *, by: str) -> Revision:
        """Bring a draft into force; RevisionMoved when another revision was applied since, NoSuchRevision."""
        with self.revisions.store.writing():
            draft = self.revisions.draft(draft_id)
            self.check(draft.document)
            before, after = as_audit(differences(self.in_force(), draft.document))
            applied = self.revisions.apply(draft_id, by=by)
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
        with self.revisions.store.writing():
            self._expect(expected)
            proposal = self.propose(document, by=by, why=why)
            check(self.in_force(), proposal.draft.document)
            return self.apply(proposal.draft.id, by=by)

    def turn_back(self, number: int, *, expected: int, by: str, why: str, check: Check) -> Revision:
        """Do as `rollback`, if revision `expected` still holds and `check` does not refuse what would change."""
        with self.revisions.store.writing():
            self._expect(expected)
            check(self.in_force(), self.revisions.get(number).document)
            return self.rollback(number, by=by, why=why)

    def _expect(self, number: int) -> None:
        if self.revisions.number() != number:
            raise RevisionMoved(f"revision {number} does not hold any more; look at the difference, then decide again")

    def rollback(self, number: int, *, by: str, why: str = "") -> Revision:
        """Bring the document of an earlier revision into force again, byte for byte, as a new revision."""
        with self.revisions.store.writing():
            earlier = self.revisions.get(number)
            parse(earlier.document)
            said = f"rollback to revision {number}" + (f": {why}" if why else "")
            return self.apply(self.revisions.keep_draft(earlier.text, by=by, why=said).id, by=by)

    def in_force(self) -> dict[str, Any]:
        """Return the document that holds now; empty before the first revision."""
        current = self.revisions.current()
        return current.document if current else {}
