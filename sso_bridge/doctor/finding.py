"""What was looked at, how it is, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import requests
from sqlalchemy.exc import SQLAlchemyError

from sso_bridge.errors import BridgeError

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `about` is `bridge` or the name of a workplace or platform."""

    about: str
    what: str
    state: State
    said: str
    todo: str = ""


class Doubt(Exception):
    """Raised by a question whose answer is a warning."""

    def __init__(self, said: str, todo: str = "") -> None:
        self.said = said
        self.todo = todo
        super().__init__(said)


Question = tuple[str, Callable[[], str], str]
"""What is looked at; what answers in one sentence or raises; what to change when it raises."""


def answers(about: str, questions: Iterable[Question]) -> list[Finding]:
    """Ask all questions; one that raises is a failure of its own and keeps no other from being asked."""
    return [_answer(about, *question) for question in questions]


def _answer(about: str, what: str, ask: Callable[[], str], todo: str) -> Finding:
    try:
        return Finding(about, what, "ok", ask())
    except Doubt as doubt:
        return Finding(about, what, "warning", doubt.said, doubt.todo or todo)
    except (SQLAlchemyError, requests.RequestException) as error:
        # The text of these may hold addresses with passwords, or whole statements.
        return Finding(about, what, "failed", f"{_first(error)}", todo)
    except Exception as error:  # noqa: BLE001 - a doctor tells, whatever it is
        return Finding(about, what, "failed", _told(error), str(getattr(error, "hint", "") or todo))


def _told(error: Exception) -> str:
    if isinstance(error, BridgeError):
        return error.cause or error.sentence
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(getattr(error, "code", None), str):
        return str(error)
    return f"something unexpected went wrong ({type(error).__name__})"


def _first(error: Exception) -> str:
    code = getattr(error, "code", None)
    if isinstance(code, str) and isinstance(error, requests.RequestException):
        return str(error)
    return f"it does not answer as it should ({type(error).__name__})"
