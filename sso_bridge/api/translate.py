"""Errors of the rooms behind the API -> problems. An error that is not listed is our fault and tells nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mappings.errors import MappingError
from provisioners.errors import FeedRefused, NeedsAdmin, SkipAccount, Stale
from provisioners.sync.rollout.approval import NotApproved
from sso_bridge.admin.tokens import TokenRefused
from sso_bridge.api.problems import Conflict, Flaw, Forbidden, Invalid, Moved, NotFound, Refused
from sso_bridge.api.reading import MOST_FLAWS, pointer
from sso_bridge.communities.waves import NoWaves
from sso_bridge.configuration.document.editing import NoSuchResource
from sso_bridge.configuration.document.portion import OutOfReach
from sso_bridge.keys.rotation import RotationRefused
from sso_bridge.store.administration.revisions import NoSuchRevision, RevisionMoved
from sso_bridge.store.staff.imports import KeyReused

TABLE: Final[Mapping[type[Exception], type[Refused]]] = {
    RevisionMoved: Moved,
    OutOfReach: Forbidden,
    NoSuchRevision: NotFound,
    NoWaves: NotFound,
    NoSuchResource: NotFound,
    NotApproved: Conflict,
    Stale: Conflict,
    NeedsAdmin: Conflict,
    SkipAccount: NotFound,
    FeedRefused: Invalid,
    TokenRefused: Invalid,
    KeyReused: Invalid,
    RotationRefused: Conflict,
}
_STEP = re.compile(r"[^.\[\]]+")


def translated(error: Exception) -> Refused | None:
    """Return the problem an error stands for, with its own code; None for an error of ours."""
    if isinstance(error, MappingError):
        return Invalid("the configuration has mistakes; nothing was changed", errors=flaws_of(error))
    for kind, refused in TABLE.items():
        if isinstance(error, kind):
            hint = str(getattr(error, "hint", "") or "")
            code = refused.code if refused is NotFound else str(getattr(error, "code", "") or refused.code)
            return refused(str(error) + (f"; {hint}" if hint else ""), code=code)
    return None


def flaws_of(error: MappingError, resource: tuple[str, ...] = (), body: str = "value") -> list[Flaw]:
    """Return each mistake with its place in `configuration`; one in this `resource` with its place in `body`."""

    def place(path: str) -> str:
        steps = tuple(_STEP.findall("" if path == "configuration" else path))
        inside = bool(resource) and steps[: len(resource)] == resource
        return pointer((body, *steps[len(resource) :]) if inside else ("configuration", *steps))

    return [
        Flaw(
            detail=one.message,
            pointer=place(one.path),
            line=one.line or None,
            column=one.column or None,
            hint=one.hint or None,
        )
        for one in error.problems[:MOST_FLAWS]
    ]
