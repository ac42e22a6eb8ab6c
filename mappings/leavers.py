"""What happens to accounts of people who leave: `{after: 0d, do: suspend, then: {after: 30d, do: delete}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from mappings.errors import Problem

LeaverAct = Literal["keep", "suspend", "delete"]
MOST_DAYS: Final = 3650
_DAYS: Final = re.compile(r"(\d{1,4})d")


@dataclass(frozen=True, slots=True)
class LeaverStep:
    """What happens to an account, `after` so many days: counted from the last day, or from the step before."""

    after: int
    do: LeaverAct


@dataclass(frozen=True, slots=True)
class LeaverPolicy:
    """The steps in order; an empty policy never comes out of `Rules`: the default is suspend at once."""

    steps: tuple[LeaverStep, ...] = (LeaverStep(0, "suspend"),)


def read_leaver(document: Any, path: str, problems: list[Problem]) -> LeaverPolicy:
    """Return the policy; adds a Problem for each mistake. Deletion only follows suspension, later (PR-05)."""
    steps: list[LeaverStep] = []
    whole = path
    while document is not None:
        if not isinstance(document, Mapping):
            problems.append(Problem(path, "must be a mapping with after, do and perhaps then"))
            return LeaverPolicy()
        steps.append(LeaverStep(_days(document, path, problems), _act(document, path, problems)))
        problems.extend(
            Problem(f"{path}.{key}", "unknown key", "there are: after, do, then")
            for key in document
            if key not in {"after", "do", "then"}
        )
        document, path = document.get("then"), f"{path}.then"
        if len(steps) > len(get_args(LeaverAct)):
            break
    problems.extend(Problem(whole, message) for message in _contradictions(steps))
    return LeaverPolicy(tuple(steps)) if steps else LeaverPolicy()


def _days(document: Mapping[str, Any], path: str, problems: list[Problem]) -> int:
    text = document.get("after", "0d")
    match = _DAYS.fullmatch(text) if isinstance(text, str) else None
    if match is None or int(match[1]) > MOST_DAYS:
        problems.append(Problem(f"{path}.after", "must be a number of days", "write 0d or 30d"))
        return 0
    return int(match[1])


def _act(document: Mapping[str, Any], path: str, problems: list[Problem]) -> LeaverAct:
    act = document.get("do")
    if act not in get_args(LeaverAct):
        problems.append(Problem(f"{path}.do", "must be keep, suspend or delete"))
        return "suspend"
    return cast("LeaverAct", act)


def _contradictions(steps: list[LeaverStep]) -> list[str]:
    acts = [step.do for step in steps]
    found = []
    if "keep" in acts and len(acts) > 1:
        found.append("keep stands alone: nothing can come before or after it")
    if len(set(acts)) != len(acts):
        found.append("the same step comes twice")
    if "delete" in acts and acts[-2:] != ["suspend", "delete"]:
        found.append("an account is suspended before it is deleted: write do: suspend, then: {after: 30d, do: delete}")
    elif "delete" in acts and steps[-1].after < 1:
        found.append("at least one day lies between suspension and deletion")
    return found
