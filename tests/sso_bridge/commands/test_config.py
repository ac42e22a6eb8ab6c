"""`sso-bridge config`."""

from __future__ import annotations

import json

from tests.fakes.saml_platform import SamlPlatform
from tests.sso_bridge.configuration.documents import WHOLE


def test_check(run, folder, tmp_path):
    """A good file is said to be good; mistakes are all told, with status 1, and for machines as a list."""
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(WHOLE)
    bad.write_text(WHOLE.replace("person.email.lowerAscii()", "person.emial").replace("env:AD_PASSWORD", "hunter2"))

    assert "good.yaml is good" in run("config", "check", str(good)).stdout
    refused = run("config", "check", str(bad))
    assert 1 == refused.exit_code
    assert "mappings.chat.attributes.userName:1:7:" in refused.stdout
    assert "2 mistakes; nothing was changed." in refused.stdout
    assert "hunter2" not in refused.stdout
    told = json.loads(run("config", "check", str(bad), "--json").stdout)
    assert [(7, "did you mean email?"), (0, "")] == [(one["column"], one["hint"]) for one in told["problems"]]


def test_plan_apply_export_rollback(run, run_json, folder, tmp_path):
    """Look, apply the very draft that was looked at, export, re-import, roll back; the history tells all of it."""
    file = tmp_path / "bridge.yaml"
    file.write_text(WHOLE)
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())

    planned = run_json("config", "plan", str(file), "--why", "first")
    assert "platforms.chat.mapping" in [one["path"] for one in planned["changes"]]
    assert 1 == run_json("config", "apply", str(planned["draft"]))["revision"]
    exported = run("config", "export").stdout
    file.write_text(exported)
    assert [] == run_json("config", "plan", str(file))["changes"]
    file.write_text(exported.replace("percent: 5", "percent: 7"))
    assert "Revision 2 holds now." in run("config", "apply", str(file), "--why", "room", "--approve").stdout
    assert 3 == run_json("config", "rollback", "1", "--why", "oops", "--approve")["revision"]
    assert exported == run("config", "export").stdout
    assert exported != run("config", "export", "--revision", "2").stdout
    assert ["rollback to revision 1: oops", "room", "first"] == [one["why"] for one in run_json("config", "history")]


def test_what_takes_two(run, folder, run_json, tmp_path):
    """AD-08: at the machine one person may do what takes two, but has to say so; the draft is kept until then."""
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())
    file = tmp_path / "bridge.yaml"
    file.write_text(WHOLE)
    run("config", "apply", str(file))
    file.write_text(WHOLE.replace("percent: 5", "percent: 7"))

    assert "takes a second administrator: it changes guards" in run("config", "plan", str(file)).stdout
    refused = run("config", "apply", str(file))
    assert 1 == refused.exit_code
    assert "a colleague approves draft" in refused.stderr
    number = refused.stderr.split("config apply ")[1].split()[0]
    assert 2 == run_json("config", "apply", number, "--approve")["revision"]
    assert 1 == run("config", "rollback", "1").exit_code
    told = [json.loads(line)["actor"] for line in run("audit", "export").stdout.splitlines() if "approved" in line]
    assert told
    assert all(one.startswith("cli") for one in told)


def test_a_colleagues_approval(run, folder, run_json, tmp_path):
    """AD-08: what was approved before is applied without a word, once."""
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())
    file = tmp_path / "bridge.yaml"
    file.write_text(WHOLE)
    run("config", "apply", str(file))
    file.write_text(WHOLE.replace("percent: 5", "percent: 7"))
    number = str(run_json("config", "plan", str(file))["draft"])

    assert "is approved until" in run("config", "approve", number).stdout
    assert 0 == run("config", "apply", number).exit_code
    assert 1 == run("config", "apply", number).exit_code
    assert 1 == run("config", "approve", number).exit_code


def test_stale_draft(run, folder, run_json, tmp_path):
    """A draft that was made from an older revision is not applied."""
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())
    file = tmp_path / "bridge.yaml"
    file.write_text(WHOLE)
    first, second = (run_json("config", "plan", str(file))["draft"] for _ in range(2))
    run("config", "apply", str(first))

    refused = run("config", "apply", str(second))

    assert 1 == refused.exit_code
    assert "is not the one that holds" in refused.stderr


def test_wrong_file(run, tmp_path):
    """A file that is not there, or is no YAML, is told in words."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")

    assert "cannot be opened" in run("config", "check", str(tmp_path / "none.yaml")).stdout
    assert "broken.yaml:1:" in run("config", "apply", str(broken)).stdout
    assert 1 == run("config", "rollback", "9").exit_code


def test_one_resource(run, folder, run_json, tmp_path):
    """One resource is set or removed, the rest stays; `diff` tells it by path, for revisions, drafts and files."""
    (folder / "wiki-sp.xml").write_bytes(SamlPlatform().metadata())
    file, target = tmp_path / "bridge.yaml", tmp_path / "target.yaml"
    file.write_text(WHOLE)
    run("config", "apply", str(file))
    target.write_text("{metric: silent, goal: 0.1, owner: E1, due: 2027-01-01}")

    assert 2 == run_json("config", "set", "targets.quiet", str(target))["revision"]
    assert "+ targets.quiet.metric" in run("config", "diff", "1", "2").stdout
    assert "- targets.quiet.metric" in run("config", "diff", "2", "1").stdout
    assert "+ targets.quiet.metric" in run("config", "diff", str(file)).stdout
    assert "Nothing would change." in run("config", "set", "targets.quiet", str(target)).stdout
    assert 3 == run_json("config", "remove", "targets.quiet")["revision"]
    assert "Nothing differs." in run("config", "diff", "1").stdout
    assert 1 == run("config", "remove", "targets.quiet").exit_code
    assert 1 == run("config", "remove", "nothing").exit_code
    guard = tmp_path / "guard.yaml"
    guard.write_text("{create: {count: 1}}")
    assert 1 == run("config", "set", "guards.chat", str(guard)).exit_code
    assert 4 == run_json("config", "set", "guards.chat", str(guard), "--approve")["revision"]
    draft = run_json("config", "plan", str(file))["draft"]
    assert "~ guards.chat.create.count: 1 -> 10" in run("config", "diff", "4", f"draft:{draft}").stdout
