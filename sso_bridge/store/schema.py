"""Brings a database up to the tables this version needs, and says whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from sso_bridge.store.engine import Store

STEPS = Path(__file__).parent / "migrations"
LOCK = 7_306_002  # any number nobody else uses


class SchemaOutdated(Exception):
    """The tables are older or newer than this version needs; the message says what to do."""

    code = "schema_outdated"


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """Where the database is and where this version wants it; empty texts stand for an empty database."""

    current: str
    newest: str

    @property
    def up_to_date(self) -> bool:
        """Return whether nothing needs to be done."""
        return self.current == self.newest


def status(store: Store) -> SchemaStatus:
    """Return where the database is."""
    with store.reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision() or ""
    return SchemaStatus(current, newest())


def newest() -> str:
    """Return the last revision this version knows."""
    return ScriptDirectory(str(STEPS)).get_current_head() or ""


def upgrade(store: Store) -> SchemaStatus:
    """Take all missing steps in one transaction; several processes may try at once. Return where it was before.

    SchemaOutdated when the database was made by a newer version.
    """
    with store.writing() as connection:
        _wait_for_others(connection)
        before = status(store)
        known = {step.revision for step in ScriptDirectory(str(STEPS)).walk_revisions()}
        if before.current and before.current not in known:
            raise SchemaOutdated("the database was made by a newer version; install that one")
        if not before.up_to_date:
            config = Config()
            config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return before


def check_current(store: Store, wanted: str) -> None:
    """Raise SchemaOutdated unless the tables are those of this revision."""
    with store.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision() or ""
    if found != wanted:
        raise SchemaOutdated("the tables are not those of this version; run: sso-bridge db upgrade")


def _wait_for_others(connection: Connection) -> None:
    """Let one process at a time change tables; SQLite does that by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
