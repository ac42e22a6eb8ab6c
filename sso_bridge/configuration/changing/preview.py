"""A proposed configuration as it is shown before anybody applies it."""

from __future__ import annotations

from typing import Any

from sso_bridge.configuration.changing.change import Proposal
from sso_bridge.configuration.changing.weighing import Weighed


def planned(proposal: Proposal, weighed: Weighed) -> dict[str, Any]:
    """Return a proposal and its effects as commands and the admin API show them."""
    found = weighed.effects
    changes = [{"path": one.path, "before": one.before, "after": one.after} for one in proposal.changes]
    people = [{"platform": platform, "what": what, "people": count} for (platform, what), count in found.counts.items()]
    examples = [
        {"platform": one.platform, "person": one.person, "what": one.what, "details": list(one.details)}
        for one in found.examples
    ]
    draft = proposal.draft
    return {
        "draft": draft.id, "base": draft.base, "digest": draft.digest, "changes": changes, "people": people,
        "examples": examples, "complete": weighed.complete, "second_person": list(weighed.reasons),
    }  # fmt: skip
