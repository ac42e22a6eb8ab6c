"""Alembic's way in. There is no alembic.ini: the connection is handed over by `schema.py`, inside its transaction."""

from __future__ import annotations

from alembic import context

from sso_bridge.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
