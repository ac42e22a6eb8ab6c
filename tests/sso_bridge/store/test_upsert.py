"""Inserting what is not there yet."""

from __future__ import annotations

from typing import Any

from sso_bridge.store.tables.login import throttle_bucket
from sso_bridge.store.upsert import insert_new


def test_how_many_went_in(store, clock) -> None:
    """Of one row and of several it is told how many were new, on every database: "first time" rests on it (SP-21)."""

    def row(name: bytes) -> dict[str, Any]:
        return {"key_hash": name * 32, "tokens": 0.0, "filled_at": clock(), "full_at": clock()}

    with store.writing() as connection:
        told = [insert_new(connection, throttle_bucket, rows) for rows in (
            row(b"a"), row(b"a"), [row(b"b"), row(b"c")], [row(b"a"), row(b"d")], [row(b"a"), row(b"b")], [],
        )]  # fmt: skip

    assert [1, 0, 2, 1, 0, 0] == told
