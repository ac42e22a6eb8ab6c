"""How far a run is, as server-sent events: as imports are followed, with the same limits (`api.following`)."""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.api.following import LAST_SEEN, MEDIA, UNCOLLECTED, Following, Seen
from sso_bridge.api.route import Answer, Call
from sso_bridge.store.sync.runs import Runs

TOLD = "`progress` while it goes on, with the number of actions in each state; `end` with the report when it is over."


def is_asked(call: Call) -> bool:
    """Return whether the caller wants events rather than the report."""
    wanted = call.request.accept_mimetypes
    return wanted.best_match(("application/json", MEDIA)) == MEDIA and wanted[MEDIA] > wanted["application/json"]


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Makes the streams."""

    runs: Runs
    following: Following

    def stream(self, call: Call) -> Answer:
        """Return a stream of the run that the address names; the caller may see it."""
        run = call.path["run"]
        last = call.request.headers.get(LAST_SEEN.name, "")[:64]
        events = self.following.stream(lambda: self._look(run), last)
        return Answer(stream=events, media=MEDIA, headers=UNCOLLECTED)

    def _look(self, run: int) -> Seen:
        state = self.runs.state(run)
        if state != "open":
            report = self.runs.report(run)
            told = {"run": run, "state": "gone"} if report is None else report.as_json()
            return Seen(str(told["state"]), told, over=True)
        actions = self.runs.progress(run)
        mark = "-".join(f"{name}{count}" for name, count in actions.items())
        return Seen(f"open-{mark}"[:64], {"run": run, "state": state, "actions": actions}, over=False)
