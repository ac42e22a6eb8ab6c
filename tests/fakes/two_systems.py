"""Two HR systems that know some of the same people, and the bridge that takes in what they state."""

from __future__ import annotations

import io

from provisioners.correlation.reading import Reading
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.hr.intake import Intake
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.staff.pairs import Pairs
from sso_bridge.store.staff.people import People

HEADER = "employee_number,given_name,family_name,email,birth_date,other_number,unit,leaves_on\n"
RULES = {
    "people": [
        {"name": "knows the number", "equal": ["other_number", "birth_date"], "score": 100},
        {"name": "born and called alike", "equal": ["birth_date", "initial"], "alike": {"surname": 0.9}, "score": 80},
        {"name": "same address", "equal": ["mail"], "unless_differs": ["birth_date"], "score": 70},
    ],
    "accounts": [
        {"name": "our number", "equal": ["number"], "score": 100},
        {"name": "same address there", "equal": ["mail"], "score": 70},
    ],
}
ANN = "Ann,Boer,ann@example.org,1984-05-30"


class TwoSystems:
    """`send(source, rows)` is a snapshot; rows are `E1,Ann,Boer,mail,born,other number,unit,last day`."""

    def __init__(self, store, clock, rules=RULES):
        self.store, self.clock = store, clock
        self.audit, self.people = AuditLog(store, clock), People(store, clock)
        self.intake = Intake(store, clock, self.audit)
        self.use(rules)
        self.rows: dict[str, dict[str, str]] = {}

    def use(self, rules):
        """Bring other rules into force."""
        reading = Reading(["chat", "forum"])
        self.rules = reading.whole(rules)
        assert not reading.problems, reading.problems

    def send(self, source, *rows, complete=True):
        """Send these rows, with the others of the source as they were."""
        known = self.rows.setdefault(source, {})
        known.update({row.partition(",")[0]: row for row in rows})
        text = HEADER + "\n".join(known.values() if complete else rows)
        uploads = [Upload("people.csv", io.BytesIO(text.encode()))]
        taken = self.intake.take(uploads, Source(source, correlation=self.rules), complete=complete, actor="test")
        assert taken.state == "taken", taken
        return taken.counts

    def forget(self, source, number):
        """Send a snapshot without this number twice: gone."""
        del self.rows[source][number]
        for _ in range(2):
            self.clock.move(hours=2)
            self.send(source)

    def who(self, number):
        """Return the person whom this number names."""
        return self.people.by_any_key(number)

    def row(self, source, number):
        """Return the row itself."""
        return self.people.by_key(source, number)

    def pairs(self, *states):
        """Return (state, keys, rules) of all pairs."""
        with self.store.reading() as connection:
            found = Pairs().page(connection, 100, None, {})
        known = [one for one in reversed(found) if not states or one.state in states]
        return [(one.state, {one.name.key, one.name.number}, one.rules) for one in known]

    def acts(self):
        """Return the names of all audited acts of correlation."""
        return [one.what for one in self.audit.records(0, 10_000) if one.what.startswith("correlation.")]
