"""The facts of one person as any number of programs see them; turned into the engine's form only where one needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import local
from typing import Any

from mappings.people import Facts


class Bound:
    """Facts, and the messages made of them, one for each variable. May be used by several threads."""

    def __init__(
        self, facts: Facts, activate: Callable[[Bound, tuple[str, ...]], Any], messages: dict[str, Any] | None = None
    ) -> None:
        self.facts = facts
        self.messages: dict[str, Any] = {} if messages is None else messages
        self._activate = activate
        self._of_thread = local()

    def activation(self, names: tuple[str, ...]) -> Any:
        """Return these variables in the engine's form; EvaluationError when they hold more than 64 KiB."""
        made: dict[Any, Any] = self._of_thread.__dict__
        found = made.get(names)
        if found is None:
            found = made[names] = self._activate(self, names)
        return found

    def having(self, name: str, fact: object) -> Bound:
        """Return the same with another `unit` or `manager`."""
        others = {key: message for key, message in self.messages.items() if key != name}
        return Bound({**self.facts, name: fact}, self._activate, others)

    def value(self, path: str) -> object:
        """Return the plain fact behind a dotted path."""
        return self.at(path.split("."))

    def at(self, path: Iterable[str]) -> object:
        """Return the plain fact behind the parts of a path."""
        found: object = self.facts
        for name in path:
            found = found[name] if isinstance(found, dict) else ""
        return found
