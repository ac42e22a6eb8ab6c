"""One import from beginning to end."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from sso_bridge.store.staff.imports import KeyReused
from sso_bridge.store.staff.register import Register
from tests.fakes.syncs import HEADER, Syncs

LEAVES = "employee_number,kind,valid_from,valid_to\n"


@pytest.fixture
def syncs(store, clock):
    """Thirty people, imported."""
    syncs = Syncs(store, clock)
    syncs.company(30)
    syncs.send()
    return syncs


def test_unchanged(syncs):
    """The same facts again are only touched: no new version of the organisation."""
    before = syncs.people.version()

    record = syncs.send()

    assert (30, 0, 0) == tuple(record.counts[f"people_{name}"] for name in ("unchanged", "changed", "new"))
    assert before == syncs.people.version()


def test_idempotency_key(syncs):
    """The same key and content runs once; another content under the key is refused (PR-10)."""
    first = syncs.send(key="k-1")
    again = syncs.send(key="k-1")

    assert first == again
    with pytest.raises(KeyReused):
        syncs.send(HEADER + syncs.rows["E1"], key="k-1")


def test_leaves_apart(syncs):
    """A file of people says nothing about leaves: those known stay; a delta of leaves changes only its people."""
    syncs.send(LEAVES + "E5,parental,2026-01-01,2026-12-31\n", complete=False)
    syncs.row("E5", title="Coach", manager="E1")
    syncs.send()
    syncs.send(LEAVES + "E6,sick,2026-01-01,\n", complete=False)

    assert ["parental"] == [leave.kind for leave in syncs.people.by_any_key("E5").leaves]
    assert ["sick"] == [leave.kind for leave in syncs.people.by_any_key("E6").leaves]


def test_snapshot_of_leaves(syncs):
    """A snapshot of leaves ends those it does not have; nobody is absent because of it."""
    syncs.send(LEAVES + "E5,parental,2026-01-01,\nE6,sick,2026-01-01,\n", complete=False)

    record = syncs.send(LEAVES + "E6,sick,2026-01-01,\n")

    assert () == syncs.people.by_any_key("E5").leaves
    assert 0 == record.counts["people_absent"]


def test_audit(syncs):
    """Every import is audited with its checksum, refused ones too (PR-15)."""
    syncs.send(b"")

    told = [record for record in syncs.rollouts.audit.records(0) if record.what.startswith("hr.")]

    assert ["hr.import_taken", "hr.import_refused"] == [event.what for event in told]
    assert 64 == len(json.loads(told[0].after)["sha256"])


def test_killed(syncs):
    """An error on the way leaves nothing behind but the record that it was stopped (PR-10)."""

    class Broken(Register):
        def take(self, *arguments, **more):
            super().take(*arguments, **more)
            raise RuntimeError("killed")

    syncs.intake.register = Broken(syncs.store, syncs.clock)
    syncs.row("E31")

    with pytest.raises(RuntimeError):
        syncs.send()

    assert syncs.people.by_any_key("E31") is None
    assert "refused" == syncs.intake.imports.newest(1)[0].state


def test_next_change(syncs, clock):
    """The register knows the next day on which facts change, and moves on when it has come."""
    syncs.row("E5", manager="E1", leaves="2026-11-10")
    syncs.send()
    register = Register(syncs.store, clock)
    assert "2026-11-11" == register.next_change().isoformat()

    clock.move(days=9)

    assert (1, 0) == (register.roll(clock().date()), register.roll(clock().date()))
    assert register.next_change() is None


def test_units_shrink(syncs):
    """A snapshot that lacks most units is refused; one unit less is struck, not taken."""
    syncs.units = {f"u{each}": f"u{each},Unit,,E1,\n" for each in range(20)}
    syncs.send()
    syncs.units = {"u1": "u1,Unit,,E1,\n"}
    assert "refused" == syncs.send().state

    syncs.units = {f"u{each}": f"u{each},Unit,,E1,\n" for each in range(19)}

    assert 1 == syncs.send().counts["units_absent"]
    assert "Unit" == syncs.people.chart().unit("u19").name


def test_one_row_reads_one_person(syncs, store):
    """A row that comes alone is compared with that person only, however many this source has named."""
    said = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))

    syncs.send(HEADER + syncs.rows["E5"].replace("Seller", "Buyer"), complete=False)

    read = [" ".join(each.split()) for each in said if each.startswith("SELECT") and "FROM person" in each]
    assert "Buyer" == syncs.people.by_any_key("E5").assignments[0].title
    assert not [each for each in read if each.endswith(("source = ?", "source = %(source_1)s::VARCHAR"))]
