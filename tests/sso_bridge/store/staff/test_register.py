"""The register over the days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from mappings.days import Zones
from mappings.people import Assignment, Person
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.staff.register import Register
from sso_bridge.store.tables.organisation import person


def test_roll_where_people_are(store, clock):
    """The register moves on for each person when the day has come where the person works, and says so once."""
    zones = Zones("Europe/Amsterdam", "location", (("Apia", "Pacific/Apia"), ("Alofi", "Pacific/Niue")))
    with store.writing() as connection:
        for number, place in enumerate(("Apia", "Delft", "Alofi"), start=1):
            one = Person(number, f"u-{number}", "hr", f"E{number}", assignments=(
                Assignment("job", location=place, valid_from=date(2026, 11, 10)),))  # fmt: skip
            row = {"id": number, "uuid": one.uuid, "source": "hr", "key": one.key, "facts": person_facts(one)}
            more = {"digest": b"12345678", "strikes": 0, "changed_at": clock(), "next_change": date(2026, 11, 10)}
            connection.execute(insert(person), row | more)
    register, moved = Register(store, clock), {}

    for hour in range(8, 36):
        clock.now = datetime(2026, 11, 9, tzinfo=UTC) + timedelta(hours=hour)
        if count := register.roll(zones.at(clock())):
            moved[f"{clock.now:%d %H}"] = count

    assert {"09 11": 1, "09 23": 1, "10 11": 1} == moved
