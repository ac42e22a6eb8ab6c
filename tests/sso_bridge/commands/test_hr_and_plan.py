"""`sso-bridge hr import` and `sso-bridge plan`."""

from __future__ import annotations

import json

import pytest

CONFIGURATION = """
platforms:
  chat: {provisioning: {connector: memory}, mapping: chat}
mappings:
  chat: {for: person.active, attributes: {userName: person.email, displayName: person.displayName}, release: [email]}
hr_sources:
  payroll: {kind: csv}
"""
PEOPLE = "employee_number,given_name,email\nE1,Anna,anna@example.nl\nE2,Bram,bram@example.nl\n"


@pytest.fixture
def people(run, tmp_path):
    """A configured bridge and an HR file."""
    (tmp_path / "bridge.yaml").write_text(CONFIGURATION)
    applied = run("config", "apply", str(tmp_path / "bridge.yaml"))
    assert 0 == applied.exit_code, applied.output
    (tmp_path / "people.csv").write_text(PEOPLE)
    return tmp_path / "people.csv"


def test_import_and_plan(run, people):
    """A taken import exits 0; the plan shows each joiner with the reason, counts first."""
    taken = run("hr", "import", str(people), "--source", "payroll", "--snapshot")
    plan = run("plan")

    assert (0, 0) == (taken.exit_code, plan.exit_code)
    assert "Taken: 2 people new" in taken.output
    assert "+ chat account_create E1 Anna: in the scope of mappings.chat" in plan.output


def test_refused(run, people):
    """A refused import exits 1 and says what to do."""
    people.write_text("employee_number,given_name\n")

    refused = run("hr", "import", str(people), "--source", "payroll", "--snapshot")

    assert 1 == refused.exit_code
    assert "run the export again" in refused.output


def test_json(run, people):
    """`--json` gives the whole plan to machines."""
    run("hr", "import", str(people), "--source", "payroll", "--snapshot", "--json")

    plan = json.loads(run("plan", "--person", "E2", "--platform", "chat", "--json").output)

    assert {"chat": {"account_create": 1}} == plan["counts"]
    assert "bram@example.nl" == plan["changes"][0]["after"]["userName"]


def test_unknown(run, people):
    """An unknown source, person or platform is told in a sentence."""
    assert "there is no HR source nix" in run("hr", "import", str(people), "--source", "nix").output
    assert "nobody has this number" in run("plan", "--person", "E9").output
    assert 2 == run("plan", "--platform", "nix").exit_code


def test_same_key(run, run_json, people):
    """PR-13: with the same key an import is taken once, and the same key with other files is refused."""
    words = ("hr", "import", str(people), "--source", "payroll", "--snapshot", "--key", "2026-11-02")
    first, again = run_json(*words), run_json(*words)
    people.write_text(PEOPLE + "E3,Cor,cor@example.nl\n")
    other = run(*words)

    assert (first["id"], "taken") == (again["id"], again["state"])
    assert 1 == other.exit_code
    assert "came with another content before" in other.output


def test_oddities(run, people):
    """What is odd about the org chart is listed under the plan, the first few or all; it stops nothing."""
    rows = "".join(f"E{number},Anna,anna@example.nl,E{number}\n" for number in range(1, 5))
    people.write_text(f"employee_number,given_name,email,manager\n{rows}")
    assert "7 oddities" in run("hr", "import", str(people), "--source", "payroll", "--snapshot").output

    plan = run("plan")
    listed = json.loads(run("plan", "--json").output)["oddities"]

    assert "Odd in the org chart: 3 mail shared, 4 manager loop" in plan.output
    assert "  E2 mail shared: has the same mail address as E1" in plan.output
    assert "  ... and 2 more; use --json for all" in plan.output
    assert (7, {"what", "who", "detail"}) == (len(listed), set(listed[0]))


def test_simulation(run, run_json, people, tmp_path):
    """`--with` shows what a re-organisation would change that day, by unit; nothing is taken and no plan is kept."""
    run("hr", "import", str(people), "--source", "payroll", "--snapshot")
    run("plan")
    reorg = tmp_path / "reorg.csv"
    reorg.write_text(
        "employee_number,unit,email\nE1,sales,new@example.nl\nE3,sales,eve@example.nl\nE4,,not an address\n"
    )

    told = run("plan", "--with", str(reorg), "--on", "2026-12-01").stdout
    asked = run_json("plan", "--with", str(reorg), "--on", "2026-12-01", "--platform", "chat", "--source", "payroll")

    assert "Nothing was taken, no plan is kept." in told
    assert "left out: reorg.csv:4: email: is not a mail address" in told
    assert {"sales": 2, "": 1} == {one["unit"]: one["changes"] for one in asked["units"]}
    assert "no_such_person" in run("explain", "E3", "--json").stderr
    assert 2 == run("plan", "--with", str(reorg), "--person", "E1").exit_code
    assert 1 == run("plan", "--with", str(reorg), "--source", "nobody").exit_code
