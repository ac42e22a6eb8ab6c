"""What the doctor asks. Each part knows its own questions, and says what to change when the answer is bad.

An answer is one sentence. Doubt is a warning, Wrong a failure, and every other exception a failure too; none of them
may hold a password, a secret or an entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Doubt(Exception):
    """Raised by a question whose answer is a warning. `todo` takes the place of the question's own."""

    def __init__(self, said: str, todo: str = "") -> None:
        self.said = said
        self.todo = todo
        super().__init__(said)


class Wrong(Doubt):
    """Raised by a question whose answer is a failure."""


class Question(NamedTuple):
    """What is looked at; what answers in one sentence or raises; what to change when it raises, in one sentence."""

    what: str
    ask: Callable[[], str]
    todo: str = ""
