"""What can be wrong with the rules an administrator wrote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration document.

    `path` names the place (`mappings.chat.attributes.title`), `line` and `column` the place inside
    an expression (both from 1, 0 when there is none), `hint` says what to write instead.
    """

    path: str
    message: str
    hint: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return the one line a person reads."""
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{where}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class MappingError(Exception):
    """The rules cannot be used; carries every mistake found, not only the first."""

    code = "mapping_error"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class EvaluationError(Exception):
    """An expression has no value for this person; never turned into a text that could become a user name."""

    code = "evaluation_error"
