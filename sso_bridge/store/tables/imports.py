"""What was sent by HR, and what came of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sso_bridge.store.tables.base import Json, Moment, metadata

hr_import = Table(
    "hr_import",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("source", String(64), nullable=False, index=True),
    Column("complete", Boolean, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("idempotency_key", String(200)),
    Column("checksum", String(64), nullable=False),
    Column("mark", Text, nullable=False, default=""),
    Column("files", Json, nullable=False, default=list),
    Column("replays", String(36), nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("phase", String(16), nullable=False, default=""),
    Column("rows_read", Integer, nullable=False, default=0),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("counts", Json, nullable=False),
    Column("problems", Json, nullable=False),
    Column("refusal", Text, nullable=False, default=""),
    Column("hint", Text, nullable=False, default=""),
    UniqueConstraint("source", "idempotency_key"),
)
"""`mark` is how far another system was read: it counts once the import that was made of the reading is taken. `files`
are the names that reports use; `replays` is the import whose rows are tried again; `phase` and `rows_read` tell how
far a worker is."""

hr_upload = Table(
    "hr_upload",
    metadata,
    Column("import_uuid", String(36), primary_key=True),
    Column("file", SmallInteger, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""Files that wait for a worker, in pieces, whichever machine it is on; deleted when the import is taken, and some days
after it was refused: until then it can be tried again."""

hr_file = Table(
    "hr_file",
    metadata,
    Column("import_uuid", String(36), primary_key=True),
    Column("file", SmallInteger, primary_key=True),
    Column("fates", LargeBinary, nullable=False),
)
"""What came of each line of a file: one letter per line, packed by zlib."""

hr_kept_out = Table(
    "hr_kept_out",
    metadata,
    Column("import_uuid", String(36), primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("fate", String(16), nullable=False),
    Column("record", String(16), nullable=False),
    Column("key", String(128), nullable=False),
    Column("problems", Json, nullable=False),
    Column("cells", Json),
)
"""Rows that were not taken, with their cells: so that they can be tried again. `place` is `Feed.place`."""
