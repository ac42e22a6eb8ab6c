"""The doctor over the API: what is wrong with a workplace, for everybody who may read its configuration (LD-11)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from pydantic import Field

from sso_bridge.api.problems import Conflict, NotFound
from sso_bridge.api.route import Answer, Call, Route, Told
from sso_bridge.doctor.finding import Finding, State

PATH = "/admin/v1/workplaces/{workplace}/examination"
NAME = {"type": "string", "pattern": "^[a-z0-9_-]{1,63}$", "maxLength": 63}


class FindingTold(Told):
    """One thing that was looked at."""

    what: str
    state: State
    said: str = Field(description="What was found: counts, names of attributes and addresses; no entry, no password.")
    todo: str = Field(description="What to change, empty when all is well.")


class ExaminationTold(Told):
    """What the doctor found."""

    workplace: str
    failed: int
    warnings: int
    findings: list[FindingTold]


class ExaminationRoutes:
    """The route. `examine` gives the findings about a workplace, KeyError for one that there is not."""

    def __init__(self, examine: Callable[[str], list[Finding]]) -> None:
        self._examine = examine
        self._busy = Lock()

    def routes(self) -> tuple[Route, ...]:
        """Return it."""
        return (
            Route("POST", PATH, "configuration.read", self.examine, "Look for what is wrong with a workplace",
                  parameters={"workplace": NAME}, result=ExaminationTold, problems=(409,),
                  description="The same as `sso-bridge doctor NAME`: name, certificate, clock, service account, "
                  "people, keys, metadata, addresses. Nothing is changed. One at a time."),
        )  # fmt: skip

    def examine(self, call: Call) -> Answer:
        """Return the findings."""
        name = call.path["workplace"]
        if not self._busy.acquire(blocking=False):
            raise Conflict("a workplace is examined at this moment; try again")
        try:
            found = self._examine(name)
        except KeyError:
            raise NotFound from None
        finally:
            self._busy.release()
        told = [
            FindingTold(what=one.what, state=one.state, said=one.said, todo="" if one.state == "ok" else one.todo)
            for one in found
        ]
        states = [one.state for one in found]
        return Answer(
            ExaminationTold(
                workplace=name, failed=states.count("failed"), warnings=states.count("warning"), findings=told
            )
        )
