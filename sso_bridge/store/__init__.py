"""Everything that outlives a request: SQLite for a pilot, PostgreSQL for a hundred thousand people.

Each class keeps one kind of record and fulfils a port that a lower room has said. No rule lives here.
"""
