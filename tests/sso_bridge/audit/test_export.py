"""The audit for other programs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from sso_bridge.audit.events import Event
from sso_bridge.audit.export import COLUMNS, csv_lines, json_lines, neutral
from sso_bridge.store.administration.audit import AuditLog


def test_json_lines(audit: AuditLog) -> None:
    """One record is one line, whatever is in it."""
    audit.record(Event("a.b", "cli", "x\ny\u2028z", after={"k": "v\r\n"}), Event("a.c", "cli"))

    lines = list(json_lines(audit.records()))

    assert [1, 2] == [json.loads(line)["seq"] for line in lines]
    assert "x\ny\u2028z" == json.loads(lines[0])["target"]
    assert all(1 == len(line.splitlines()) for line in lines)


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A1", "+1", "-1", "@x", "\tx", "\rx"])
def test_csv_runs_nothing(audit: AuditLog, cell: str) -> None:
    """AD-13: a cell that a spreadsheet would run is text."""
    audit.record(Event("a.b", cell, cell, after={"n": cell}, why=cell))

    header, row = csv.reader(io.StringIO("".join(csv_lines(audit.records())), newline=""))

    assert list(COLUMNS) == header
    assert [f"'{cell}"] * 3 == [row[COLUMNS.index(name)] for name in ("actor", "target", "why")]


def test_ordinary_cells_stay() -> None:
    """A name is not touched."""
    assert "Jürgen van 't Hoff" == neutral("Jürgen van 't Hoff")
