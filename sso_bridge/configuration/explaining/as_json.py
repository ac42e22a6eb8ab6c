"""Explanations as JSON values, for `--json` and the admin API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mappings.conditions import Part
from sso_bridge.configuration.explaining.sources import Stated
from sso_bridge.configuration.explaining.told import Line, Told
from sso_bridge.configuration.explaining.why_not import Answer


def as_json(one: Told) -> dict[str, Any]:
    """Return one platform's explanation for machines, claims under the names that the protocol gives them."""
    told, outcome = one.explanation, one.explanation.outcome
    claims = {one.wire.get(name, name): value for name, value in outcome.claims.items()} if outcome else {}
    account = one.seen.account
    return {
        "platform": told.platform,
        "subject": one.subject,
        "in_scope": told.in_scope,
        "reason": told.reason,
        "claims": claims,
        "attributes": dict(outcome.attributes) if outcome else {},
        "groups": [str(key) for key in outcome.groups] if outcome else [],
        "because": [_line(line, one) for line in one.lines],
        "account": account and {
            "remote_id": account.remote_id, "state": account.state, "management": account.management,
            "attributes": dict(account.attributes), "groups": sorted(one.seen.member_of),
        },
        "joined": [
            {"what": each.what, "how": each.how, "who": each.who, "why": each.why, "pair": each.pair,
             "at": each.at and each.at.isoformat()}
            for each in one.joined
        ],
        "last_plan": list(one.seen.said),
        "why_not": [{"what": no.what, "name": no.name, "reason": no.reason} for no in told.why_not],
    }  # fmt: skip


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the answer to a "why not?"."""
    reasons = [
        {
            "text": one.text,
            "rule": one.rule,
            "condition": one.condition and _part(one.condition),
            "stated": _stated(one.stated),
        }
        for one in answer.reasons
    ]
    return {"what": answer.what, "has": answer.has, "reasons": reasons}


def _line(line: Line, one: Told) -> dict[str, Any]:
    because = line.because
    return {
        "what": because.what,
        "name": because.name,
        "sent_as": one.wire.get(line.claim, line.claim) if line.claim else "",
        "claim": line.claim,
        "attribute": line.attribute,
        "value": because.value,
        "now": line.now,
        "rule": because.rule,
        "line": line.line,
        "expression": because.expression,
        "strength": because.strength,
        "facts": dict(because.facts or {}),
        "problem": because.problem,
        "stated": _stated(line.stated),
    }


def _stated(stated: Iterable[Stated]) -> list[dict[str, Any]]:
    return [
        {
            "column": one.column,
            "rows": [
                {"source": row.source, "import": row.imported, "file": row.file, "line": row.line,
                 "taken_at": row.taken_at.isoformat(), "by": row.by}
                for row in one.rows
            ],
            "said": [
                {"source": each.source, "number": each.number, "value": each.value, "holds": each.holds}
                for each in one.said
            ],
        }
        for one in stated
    ]  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    parts = [_part(one) for one in part.parts]
    return {"text": part.text, "value": part.value, "problem": part.problem, "joined": part.joined, "parts": parts}
