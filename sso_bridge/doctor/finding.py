"""What was looked at, how it is, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Literal

import requests
from sqlalchemy.exc import SQLAlchemyError

from sso_bridge.errors import BridgeError
from sso_bridge.question import Doubt, Question, Wrong

__all__ = ["Doubt", "Finding", "Question", "Wrong", "answers"]

State = Literal["ok", "warning", "failed"]
PATIENCE = 15.0
"""Seconds for one question: a peer that does not answer keeps nobody from hearing of the others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `about` is `bridge` or the name of a workplace or platform."""

    about: str
    what: str
    state: State
    said: str
    todo: str = ""


def answers(about: str, questions: Iterable[Question], seconds: float = PATIENCE) -> list[Finding]:
    """Ask all questions, one after the other; one that raises, or never answers, keeps no other from being asked.

    A kind that asks the next question only when the one before went well makes its questions as they are taken.
    """
    return [_timed(about, question, seconds) for question in questions]


def _timed(about: str, question: Question, seconds: float) -> Finding:
    """Return the answer, or that there was none in time: the thread that still waits for it is left behind."""
    came: SimpleQueue[Finding] = SimpleQueue()
    Thread(target=lambda: came.put(_answer(about, question)), daemon=True).start()
    try:
        return came.get(timeout=seconds)
    except Empty:
        said = f"no answer within {seconds:.0f} seconds"
        return Finding(about, question.what, "failed", said, question.todo)


def _answer(about: str, question: Question) -> Finding:
    what, ask, todo = question
    failed: Callable[[str, str], Finding] = lambda said, change: Finding(about, what, "failed", said, change)  # noqa: E731
    try:
        return Finding(about, what, "ok", ask())
    except Wrong as wrong:
        return failed(wrong.said, wrong.todo or todo)
    except Doubt as doubt:
        return Finding(about, what, "warning", doubt.said, doubt.todo or todo)
    except (SQLAlchemyError, requests.RequestException) as error:
        # The text of these may hold addresses with passwords, or whole statements.
        return failed(_first(error), todo)
    except Exception as error:  # noqa: BLE001 - a doctor tells, whatever it is
        return failed(_told(error), str(getattr(error, "hint", "") or todo))


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
