"""A proposed configuration as it is shown before anybody applies it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sso_bridge.configuration.changing.change import Proposal
from sso_bridge.configuration.changing.effects import Effect, Effects
from sso_bridge.configuration.changing.weighing import Weighed

MOST_PARTS = 500
"""So many claims, attributes and groups are told, those that concern most people first."""
HOWS = ("added", "removed", "changed")


def planned(proposal: Proposal, weighed: Weighed) -> dict[str, Any]:
    """Return a proposal and its effects as commands and the admin API show them."""
    changes = [{"path": one.path, "before": one.before, "after": one.after} for one in proposal.changes]
    draft = proposal.draft
    return {"draft": draft.id, "base": draft.base, "digest": draft.digest, "changes": changes} | told(weighed)


def told(weighed: Weighed) -> dict[str, Any]:
    """Return what would change for whom: in numbers, with examples, and why it takes a second person."""
    found = weighed.effects
    people = [{"platform": platform, "what": what, "people": count} for (platform, what), count in found.counts.items()]
    examples = [
        {"platform": one.platform, "person": one.person, "what": one.what, "details": list(one.names)}
        for one in found.examples
    ]
    return {
        "turns": list(weighed.turns), "people": people, "parts": list(parts(found))[:MOST_PARTS], "examples": examples,
        "complete": weighed.complete, "second_person": list(weighed.reasons),
    }  # fmt: skip


def parts(found: Effects) -> Iterator[dict[str, Any]]:
    """Yield each claim, attribute and group that changes for somebody, with how many get, lose or have it changed."""
    sums: dict[tuple[str, str, str], dict[str, int]] = {}
    for (platform, kind, name, how), count in found.parts.items():
        sums.setdefault((platform, kind, name), dict.fromkeys(HOWS, 0))[how] += count
    for key, counts in sorted(sums.items(), key=lambda one: -sum(one[1].values())):
        yield dict(zip(("platform", "kind", "name"), key, strict=True)) | counts


def with_values(one: Effect) -> dict[str, Any]:
    """Return what changes for one person on one platform, with the values."""
    details = [
        {"kind": each.kind, "name": each.name, "how": each.how, "before": each.before, "after": each.after}
        for each in one.details
    ]
    return {
        "platform": one.platform, "person": one.uuid, "number": one.person, "what": one.what, "because": one.because,
        "details": details,
    }  # fmt: skip
