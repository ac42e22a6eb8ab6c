"""What delegated rights cannot do, and why: told to whoever tries it, and in the manual (AD-02, AD-15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "/admin/v1/webhooks": "a webhook tells of everything that happens",
    "/admin/v1/workplaces": "a workplace signs in people of every unit, to every platform",
    "/admin/v1/configuration": "rules hold for everybody on a platform, and are not delegated by unit",
    "/admin/v1/configuration/revisions": "the history tells what others have changed, and why",
    "/admin/v1/people/{person}/sessions": "a session is good for every platform",
    "/admin/v1/people/{person}/second-factors": "a second factor is good for every platform",
    "/admin/v1/people/{person}/export": "what is kept about a person is of every platform, and of other "
    "administrators' acts",
    "/admin/v1/people/{person}/erasure": "who is erased goes from every platform, and who has left is in no unit",
    "/admin/v1/erasures": "who is erased goes from every platform, and who has left is in no unit",
    "/admin/v1/keys": "a key signs for every platform",
    "/admin/v1/workers": "a worker works for everybody",
    "/admin/v1/groups": "a group has people of many units",
    "/admin/v1/platforms/{platform}/waves": "a wave has people of many units",
    "/admin/v1/oddities": "they are found in the org chart as a whole",
    "/admin/v1/audit/export": "the export is the whole chain; `GET /admin/v1/audit` has one's own acts",
    "/admin/v1/audit/verify": "the chain holds everybody's acts",
    "/admin/v1/imports": "an import is everybody of an HR source: its counts and rows are not told for a part of them",
    "/hr/v1": "what HR states of people says who is in which unit, so it moves the bounds themselves",
    "/admin/v1/simulations": "a re-organisation moves people between units",
    "/admin/v1/correlation/look": "it compares everybody",
    "/admin/v1/link-conflicts": "a link signs in to every platform",
}
"""Beginning of an address -> the reason; the longest that fits counts."""


def why_beyond(path: str) -> str:
    """Return why an address keeps not every bound; empty when nobody has said it."""
    fitting = [begins for begins in REASONS if path == begins or path.startswith(f"{begins}/")]
    return REASONS[max(fitting, key=len)] if fitting else ""
