"""Facts received against facts needed: what a workplace stated about people at its last sign-ins, by name only."""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.configuration.workplaces.kinds import LdapWorkplace, Workplace
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, MAIL
from sso_bridge.login.trace import STATED, stated_in
from sso_bridge.question import Doubt, Wrong
from sso_bridge.store.sign_in.traces import Traces

LAST = 20
"""How many sign-ins are looked at."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The answer about one workplace."""

    traces: Traces
    name: str
    workplace: Workplace

    def answer(self) -> str:
        """Return what came; Wrong when nothing that could link anybody did, Doubt when only sometimes."""
        found = [
            facts for record in self.traces.latest(LAST, workplace=self.name) if (facts := stated_in(record.steps))
        ]
        if not found:
            return "nobody has signed in here lately: what it states is not known yet"
        needed = {EMPLOYEE_NUMBER} | ({MAIL} if self.workplace.link_by_mail else set())
        linking = sum(bool(needed & facts) for facts in found)
        names = " or ".join(sorted(needed))
        if self.workplace.external or linking == len(found):
            return f"{STATED} {', '.join(sorted(set[str]().union(*found)))} at the last {len(found)} sign-ins"
        said = f"{len(found) - linking} of the last {len(found)} sign-ins came without {names}"
        raise (Doubt if linking else Wrong)(f"{said}: those people cannot be linked to HR", self._todo())

    def _todo(self) -> str:
        """Return where the number should come from, in the words of the kind."""
        one = self.workplace
        name = getattr(one, "link_attribute", "") or getattr(one, "link_claim", "") or "employee_number"
        where = "fill it in the directory" if isinstance(one, LdapWorkplace) else "let the workplace send it"
        return f"HR's number is looked for in {name}: {where}, or see link_attribute or link_claim"
