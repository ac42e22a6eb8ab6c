"""People whom a workplace admits and HR does not know: rows of the staff register with a source of their own.

No HR feed has that source, so no snapshot misses them; no mapping has them in scope unless it says so.
"""

from __future__ import annotations

from hashlib import sha256
from uuid import uuid4

from sqlalchemy import insert

from mappings.people import EXTERNAL_MARK, Person
from sso_bridge.clock import Clock
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.facts import digest_of, person_facts
from sso_bridge.store.tables.organisation import person

LONGEST = 200
KIND = "external"


class Externals:
    """Fulfils `login.identify.ports.Externals`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def admit(self, login: VerifiedLogin, mail: str) -> Person:
        """Return a new person with what the workplace says; `mail` was checked to be its own people's."""
        made = Person(
            id=0,
            uuid=str(uuid4()),
            source=f"{EXTERNAL_MARK}{login.subject.workplace}",
            key=sha256(login.subject.key.encode("utf-8", "replace")).hexdigest()[:40],
            given_name=_said(login, "given_name"),
            family_name=_said(login, "family_name"),
            email=mail,
            kind=KIND,
        )
        facts = person_facts(made)
        row = {"uuid": made.uuid, "source": made.source, "key": made.key, "facts": facts, "digest": digest_of(facts)}
        with self.store.writing() as connection:
            done = connection.execute(insert(person), row | {"strikes": 0, "changed_at": self.clock()})
        (number,) = done.inserted_primary_key or (0,)
        return Person(number, made.uuid, made.source, made.key, made.given_name, "", made.family_name, kind=KIND)


def _said(login: VerifiedLogin, name: str) -> str:
    """Return one line of text."""
    text = next(iter(login.attributes.get(name, ())), "").strip()[:LONGEST]
    return text if text.isprintable() else ""
