"""What reading a part of the document asks of the reader of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from mappings.errors import Problem
from mappings.expression import Kind, Program


class Reads(Protocol):
    """Takes what an administrator wrote, and notes every mistake."""

    problems: list[Problem]

    def program(self, source: Any, path: str, *kinds: Kind) -> Program | None:
        """Return the compiled expression, or None with its problems noted."""
        ...

    def problem(self, path: str, message: str, hint: str = "") -> None:
        """Note one mistake."""
        ...

    def unknown(self, names: Iterable[str], known: list[str], path: str, what: str) -> None:
        """Note each name that is not known."""
        ...

    def body(self, document: Any, path: str, keys: tuple[str, ...] = ()) -> Mapping[str, Any]:
        """Return the mapping, empty when it is none."""
        ...

    def texts(self, value: Any, path: str) -> list[str]:
        """Return the list of texts, empty when it is none."""
        ...

    def flag(self, body: Mapping[str, Any], path: str) -> bool:
        """Return the true or false at the end of the path."""
        ...
