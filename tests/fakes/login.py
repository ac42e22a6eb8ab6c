"""Stand-ins for what a sign-in needs from outside; each under forty lines, with behaviour."""

from __future__ import annotations

from sso_bridge.audit.events import Event


class Remembered:
    """An audit that is a list."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, *events: Event) -> None:
        """Append."""
        self.events += events

    def what(self) -> list[str]:
        """Return the names of all events in order."""
        return [event.what for event in self.events]


class Brakes:
    """Allows so many tries per account."""

    def __init__(self, tries: int = 1_000_000) -> None:
        self.tries = tries
        self.count: dict[str, int] = {}

    def press(self, workplace: str, account: str) -> bool:
        """Count, and allow the first ones."""
        self.count[account] = self.count.get(account, 0) + 1
        return self.count[account] <= self.tries

    def release(self, workplace: str, account: str) -> None:
        """Forget."""
        self.count.pop(account, None)
