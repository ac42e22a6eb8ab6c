"""`sso-bridge audit`."""

from __future__ import annotations

import csv
import io
import json

from sqlalchemy import text

from sso_bridge.store.engine import Store


def test_verify(run, run_json, blank_database: str) -> None:
    """AD-11: an untouched audit is sound; a changed one names the record and fails."""
    assert run_json("audit", "verify")["sound"]
    store = Store(blank_database)
    with store.writing() as connection:
        connection.execute(text("UPDATE audit SET actor = 'somebody else' WHERE seq = 2"))
    store.close()

    broken = run("audit", "verify")

    assert (1, True) == (broken.exit_code, broken.stdout.startswith("Broken at record 2"))
    assert 2 == json.loads(run("audit", "verify", "--json").stdout)["broken"]


def test_checkpoint_kept_elsewhere(run, run_json) -> None:
    """AD-11: a checkpoint from the log can be handed over; nonsense is wrong use."""
    assert 1 == run("audit", "verify", "--checkpoint", "999:" + "0" * 64).exit_code
    assert 2 == run("audit", "verify", "--checkpoint", "x").exit_code


def test_export(run, tmp_path) -> None:
    """AD-11, AD-13: records leave as JSON lines or as CSV, to the screen or a file, from a number on."""
    lines = run("audit", "export").stdout.splitlines()
    after = run("audit", "export", "--after", "1", "--json").stdout.splitlines()
    run("audit", "export", "--format", "csv", "--output", str(tmp_path / "audit.csv"))

    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[1:] == after[:-1]
    assert "audit.exported" == json.loads(after[-1])["what"]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "audit.csv").read_text())))
    assert len(lines) + 2 == len(rows)


def test_export_of_some(run, clock) -> None:
    """AD-11: records are chosen by act, actor, target, reference and time."""
    run("token", "create", "x")
    clock.move(days=2)
    run("token", "create", "y")

    def numbers(*words: str) -> list[str]:
        return [json.loads(line)["what"] for line in run("audit", "export", *words).stdout.splitlines()]

    assert ["token.created"] * 2 == numbers("--what", "token.")
    assert ["token.created"] == numbers("--what", "token.", "--since", "2026-11-03")
    assert ["token.created"] == numbers("--what", "token.", "--until", "2026-11-03T00:00")
    assert [] == numbers("--actor", "nobody")
    assert [] == numbers("--target", "nothing")
    assert [] == numbers("--reference", "no-words")


def test_recent(run_json) -> None:
    """The command tells from where it walked, and how many records have lost words."""
    told = run_json("audit", "verify", "--recent")

    assert (0, 0, True) == (told["begins_after"], told["redacted"], told["sound"])


def test_circumstances(run, run_json) -> None:
    """AD-11: what a command does is audited with the stated reason, the machine, and one id for all of it."""
    run("--reason", "CHG-4711", "token", "create", "x")

    (line,) = run("audit", "export", "--what", "token.").stdout.splitlines()
    told = json.loads(line)
    assert ("CHG-4711", "done", 16) == (told["why"], told["result"], len(told["request"]))
    assert told["address"].startswith("host:")
