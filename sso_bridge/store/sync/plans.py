"""Plans as they were made, never changed afterwards (`provisioners.ports.Plans`, PR-03)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import exists, insert, select, update

from provisioners.errors import Stale
from provisioners.spool import Scratch, Spool
from provisioners.sync.plan.change import Change, Finding, Held, Plan, Seal, from_canonical
from provisioners.sync.plan.sheaf import Draft, Sheaf, bodies_of, sealed
from sso_bridge.clock import Clock
from sso_bridge.store.administration.hands import MACHINES
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.ledger import run
from sso_bridge.store.tables.sync import plan as plans
from sso_bridge.store.tables.sync import plan_item as items
from sso_bridge.store.upsert import insert_plain

SHORTEST = 8
BATCH = 2000


class StoredPlans:
    """Plans in the database."""

    def __init__(self, store: Store, clock: Clock, made_by: str = "worker") -> None:
        self.store = store
        self.clock = clock
        self.made_by = made_by

    def keep(self, plan: Plan) -> int:
        """Store the plan once and return its number; the same digest gives the same number.

        Who makes the same plan again has only looked: it stays that of who made it first (AD-08).
        """
        with self.store.writing() as connection:
            known = connection.execute(select(plans.c.id).where(plans.c.digest == plan.digest)).scalar()
            if known is not None:
                return int(known)
            number: int = connection.execute(
                insert(plans).values(self._header(plan)).returning(plans.c.id)
            ).scalar_one()
            position = 0
            for block in bodies_of(plan):
                rows = [(number, at, person_id, text) for at, (person_id, text) in enumerate(block, start=position)]
                insert_plain(connection, items, ("plan_id", "position", "person_id", "body"), rows)
                position += len(block)
        return number

    def number(self, reference: str) -> int | None:
        """Return the number of the plan with this number, digest or unique beginning of a digest."""
        with self.store.reading() as connection:
            if reference.isdecimal() and len(reference) < SHORTEST:
                return connection.execute(select(plans.c.id).where(plans.c.id == int(reference))).scalar()
            if len(reference) < SHORTEST or not set(reference) <= set("0123456789abcdef"):
                return None
            query = select(plans.c.id).where(plans.c.digest.startswith(reference)).limit(2)
            found = connection.execute(query).scalars().all()
        return found[0] if len(found) == 1 else None

    def was_looked(self, revision: int, platforms: Iterable[str]) -> bool:
        """Return whether everybody was looked at by this revision, and what was found was begun to be carried out."""
        mine = (plans.c.revision == revision, plans.c.scope["platforms"].as_string() == ",".join(sorted(platforms)))
        part = (plans.c.scope[name].as_string().is_(None) for name in ("person", "people", "rollback"))
        begun = exists().where(run.c.plan == plans.c.id)
        query = select(plans.c.counts).where(*mine, *part).order_by(plans.c.id.desc())
        with self.store.reading() as connection:
            if connection.execute(query.where(begun).limit(1)).first() is not None:
                return True
            newest = connection.execute(query.limit(1)).first()
        return newest is not None and not newest.counts

    def load(self, number: int) -> Plan | None:
        """Return the plan, checked against its digest; raises Stale when it was tampered with."""
        with self.store.reading() as connection:
            row = connection.execute(select(plans).where(plans.c.id == number)).first()
            if row is None:
                return None
            query = select(items.c.person_id, items.c.body).where(items.c.plan_id == number).order_by(items.c.position)
            spool: Spool[Draft] = Spool(Scratch())
            with connection.execute(query.execution_options(yield_per=BATCH)) as rows:
                for person_id, body in rows:
                    spool.append((person_id, body, ()))
        sheaf = Sheaf([(spool, ())])
        if sealed(sheaf, Seal(row.on, row.revision, row.organisation, row.scope)) != row.digest:
            raise Stale(f"plan {number} is not what was made", hint="make a new plan; the stored one was changed")
        held = tuple(Held(**each) for each in row.held)
        findings = tuple(Finding(**each) for each in row.findings)
        return Plan(row.digest, row.on, row.revision, row.organisation, sheaf, held, findings, row.scope, row.counts)

    def made_by_whom(self, number: int) -> str:
        """Return who made the plan; empty when there is none."""
        with self.store.reading() as connection:
            return connection.execute(select(plans.c.made_by).where(plans.c.id == number)).scalar() or ""

    def claim(self, number: int, by: str) -> bool:
        """Let a plan that nobody made be that of who asks for more than its guards allow; False for any other."""
        unclaimed = (plans.c.id == number) & plans.c.made_by.in_(MACHINES)
        with self.store.writing() as connection:
            return connection.execute(update(plans).where(unclaimed).values(made_by=by)).rowcount == 1

    def changes(self, number: int) -> Iterator[tuple[int, Change]]:
        """Yield (position, change) in order, from 0, without loading the whole plan."""
        query = select(items.c.position, items.c.body).where(items.c.plan_id == number).order_by(items.c.position)
        query = query.execution_options(yield_per=BATCH)
        with self.store.reading() as connection, connection.execute(query) as rows:
            for row in rows:
                yield row.position, from_canonical(row.body)

    def headers(self, limit: int = 50) -> tuple[Mapping[str, Any], ...]:
        """Return the newest plans: number, digest, day, revision, counts, held, when."""
        columns = (plans.c.id, plans.c.digest, plans.c.on, plans.c.revision, plans.c.counts, plans.c.held)
        query = select(*columns, plans.c.made_at).order_by(plans.c.id.desc()).limit(limit)
        with self.store.reading() as connection:
            return tuple(dict(row._mapping) for row in connection.execute(query))  # noqa: SLF001 - SQLAlchemy's public name

    def _header(self, plan: Plan) -> dict[str, Any]:
        return {
            "digest": plan.digest,
            "on": plan.on,
            "revision": plan.revision,
            "organisation": plan.organisation,
            "scope": dict(plan.scope),
            "held": [asdict(each) for each in plan.held],
            "findings": [asdict(each) for each in plan.findings],
            "counts": plan.counts(),
            "made_at": self.clock(),
            "made_by": self.made_by,
        }
