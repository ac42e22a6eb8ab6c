"""`sso-bridge correlation`: what waits, side by side, and decisions."""

from __future__ import annotations

import json

import pytest

from tests.fakes.two_systems import ANN, HEADER, RULES


@pytest.fixture
def company(folder, run):
    """Payroll, and a contractors' system with a row that may be Ann."""
    rules = {"hr_sources": {"payroll": {"kind": "csv"}, "contractors": {"kind": "csv"}}}
    rules["correlation"] = {"people": RULES["people"]}
    (folder / "configuration.yaml").write_text(json.dumps(rules))
    assert 0 == run("config", "apply", str(folder / "configuration.yaml"), "--approve").exit_code
    for source, row in (("payroll", f"E1,{ANN},,sales,"), ("contractors", "C7,Anna,Boer,,1984-05-30,,tech,")):
        (folder / f"{source}.csv").write_text(f"{HEADER}{row}\n")
        assert 0 == run("hr", "import", str(folder / f"{source}.csv"), "--source", source).exit_code
    return folder


def test_story(company, run, run_json):
    """What waits is listed and told by the doctor, shown side by side, decided, and taken back."""
    (waiting,) = run_json("correlation", "list")
    shown = run("correlation", "show", "1").stdout

    assert ("open", "born and called alike") == (waiting["state"], waiting["rule"])
    assert "payroll/E1" in shown
    assert "1984" not in shown
    assert "1 pairs of rows" in run("doctor", "bridge").stdout
    decided = run_json("--reason", "asked", "correlation", "decide", "1", "same")
    assert ("same", True) == (decided["state"], any(line["same"] for line in decided["evidence"]))
    assert "Nothing waits" in run("correlation", "list").stdout
    assert "open" == run_json("correlation", "undo", "1")["state"]
    assert {"people": 1, "account": 0} == run_json("correlation", "look")


def test_by_hand(company, run, run_json):
    """What no rule has found is paired by hand, and taken back; one of row and account is said."""
    people = company / "payroll.csv"
    people.write_text(f"{HEADER}E1,{ANN},,sales,\nE2,Bob,Bos,,,,sales,\n")
    assert 0 == run("hr", "import", str(people), "--source", "payroll").exit_code
    run("correlation", "decide", "1", "different")

    paired = run_json("--reason", "asked", "correlation", "pair", "E2", "--row", "contractors/C7")
    assert ("same", 2) == (paired["state"], paired["pair"])
    assert "no rule" in run("correlation", "show", "2").stdout
    assert "void" == run_json("correlation", "undo", "2")["state"]
    assert [2, 2] == [run("correlation", "pair", "E2", *more).exit_code for more in ((), ("--row", "contractors/C99"))]


def test_mistakes(company, run):
    """A pair that is not there, or a decision that was made, is said in one sentence."""
    assert 2 == run("correlation", "show", "9").exit_code
    run("correlation", "decide", "1", "different")
    again = run("correlation", "decide", "1", "same")
    assert (1, True) == (again.exit_code, "decided already" in again.stderr)
    assert 1 == len(json.loads(run("correlation", "list", "--all", "--json").stdout))
