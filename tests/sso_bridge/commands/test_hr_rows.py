"""`sso-bridge hr rows` and `sso-bridge hr replay`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

CONFIGURATION = """
hr_sources:
  payroll: {kind: csv}
"""
HEADER = "employee_number,assignment_id,fte\n"


@pytest.fixture
def imported(folder: Path, run) -> str:
    """An import in which one row is wrong; its id."""
    (folder / "sso.yaml").write_text(CONFIGURATION)
    assert 0 == run("config", "apply", str(folder / "sso.yaml")).exit_code
    text = HEADER + "E1,a,1\nE2,a,x\nE2,b,0.5\n" + "".join(f"R{each},a,1\n" for each in range(100))
    (folder / "people.csv").write_text(text)
    return json.loads(run("hr", "import", str(folder / "people.csv"), "--source", "payroll", "--json").output)["id"]


def test_rows(imported, run):
    """Rows that were kept out, with file, line and reason; others when they are asked for."""
    told = json.loads(run("hr", "rows", imported, "--json").output)

    assert [("people.csv", 3, "wrong", "fte: is not a number"), ("people.csv", 4, "held")] == [
        (one["file"], one["line"], one["fate"], *([one["why"]] if one["fate"] == "wrong" else [])) for one in told
    ]
    assert 101 == len(json.loads(run("hr", "rows", imported, "--fate", "new", "--json").output))
    assert "No row met this." in run("hr", "rows", imported, "--fate", "waiting").output


def test_replay(imported, run, folder):
    """Repaired rows make a new import, which waits for a worker."""
    (folder / "repaired.csv").write_text(HEADER + "E2,a,0.5\n")

    made = json.loads(run("hr", "replay", imported, str(folder / "repaired.csv"), "--key", "r", "--json").output)
    again = json.loads(run("hr", "replay", imported, str(folder / "repaired.csv"), "--key", "r", "--json").output)

    assert imported == made["replays"]
    assert made == again


def test_unknown(imported, run):
    """An import that is not there is told in one sentence."""
    for word in ("rows", "replay"):
        told = run("hr", word, "9f1f1f1f-0000-4000-8000-000000000000")
        assert (1, True) == (told.exit_code, "there is no import" in told.output)
