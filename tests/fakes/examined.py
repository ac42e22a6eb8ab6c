"""The doctor's answers about one workplace, by what was looked at."""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.doctor.finding import Finding, answers
from sso_bridge.login.authenticate.contract import Workplace


@dataclass
class Findings:
    """All of them; `bad` are those that are not well, as `(said, todo)`."""

    all: list[Finding]

    @property
    def bad(self) -> dict[str, tuple[str, str]]:
        """Return them by what was looked at."""
        return {one.what: (one.said, one.todo) for one in self.all if one.state != "ok"}

    @property
    def looked_at(self) -> list[str]:
        """Return what was looked at, in order."""
        return [one.what for one in self.all]

    def said(self, what: str) -> str:
        """Return the answer about this."""
        return next(one.said for one in self.all if one.what == what)

    def one(self, what: str) -> Finding:
        """Return the finding about this; it says what to change, in one sentence."""
        found = next(one for one in self.all if one.what == what)
        assert found.state == "ok" or found.todo, found
        return found


def examined(workplace: Workplace) -> Findings:
    """Let the doctor look."""
    return Findings(answers("here", workplace.examine()))
