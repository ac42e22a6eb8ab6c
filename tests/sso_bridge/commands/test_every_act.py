"""Every command that changes something leaves a record (AD-11)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from sso_bridge.cli import COMMANDS, main
from tests.sso_bridge.commands.test_hr_and_plan import CONFIGURATION, PEOPLE

LOOKS = frozenset(
    {
        "audit verify", "config check", "config diff", "config export", "config history", "config plan", "db status",
        "doctor", "explain", "keys list", "password", "person clean", "person erased", "token list", "trace",
        "break-glass list", "client list", "webhook list", "webhook log",
        "workplace metadata", "correlation list", "correlation show", "groups", "hr rows", "waves",
    }
)  # fmt: skip
"""Commands that change nothing that is kept."""

ELSEWHERE = {
    "init": "test_init.py", "demo": "test_demo.py", "serve": "test_serve.py", "worker": "test_kill_worker.py",
    "config approve": "test_config.py", "config rollback": "test_config.py", "workplace accept": "test_workplace.py",
    "workplace refresh": "test_workplace.py", "break-glass seal": "test_break_glass.py",
    "break-glass remove": "test_break_glass.py", "person erase": "test_person.py", "rollout": "test_rollout.py",
    "rollback": "test_rollout.py", "keys retire": "test_keys.py",
    "break-glass renew": "test_break_glass.py", "config remove": "test_config.py", "config set": "test_config.py",
    "correlation decide": "test_correlation.py", "correlation look": "test_correlation.py",
    "correlation pair": "test_correlation.py",
    "client renew": "test_client.py", "client adopt": "test_client.py", "client revoke": "test_client.py",
    "webhook test": "test_webhook.py", "webhook disable": "test_webhook.py", "webhook enable": "test_webhook.py",
    "webhook renew": "test_webhook.py", "webhook remove": "test_webhook.py",
    "correlation undo": "test_correlation.py", "hr read": "test_hr_and_plan.py", "hr replay": "test_hr_and_plan.py",
}  # fmt: skip
"""Commands whose records are looked at where they are tested, because they need more than a new bridge."""

STORY = (
    ("db upgrade", (), {"database.upgraded", "key.created"}),
    ("config apply", ("bridge.yaml",), {"configuration.applied"}),
    ("hr import", ("people.csv", "--source", "payroll", "--snapshot"), {"hr.import_taken"}),
    ("plan", (), {"plan.made"}),
    ("token create", ("export",), {"token.created"}),
    ("token revoke", ("TOKEN",), {"token.revoked"}),
    ("keys rotate", ("oidc-es256",), {"key.rotated"}),
    ("break-glass create", ("red",), {"break_glass.created"}),
    ("person export", ("E1",), {"person.told"}),
    ("audit export", (), {"audit.exported"}),
    ("client create", ("dashboard",), {"client.created"}),
    ("webhook add", ("desk", "https://desk.example/", "--event", "run.failed"), {"webhook.created"}),
)
"""Command, arguments, and the acts that it must leave."""


def leaves(command: click.Command, name: str = "") -> Iterator[str]:
    """Yield the full names of all commands."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            found = command.get_command(context, word)
            if found is not None:
                yield from leaves(found, f"{name} {word}".strip())
    else:
        yield name


def test_every_command_is_known() -> None:
    """AD-11: a new command says here whether it changes something; one that does shows its record."""
    told = {name for name, _, _ in STORY}
    new = set(leaves(main)) - told - set(ELSEWHERE) - LOOKS

    assert set() == new, f"say in LOOKS, STORY or ELSEWHERE what {', '.join(sorted(new))} leaves in the audit"
    assert told | {name.split()[0] for name in ELSEWHERE} <= {*leaves(main), *COMMANDS}


def test_every_command_is_recorded(run, run_json, folder: Path, tmp_path: Path) -> None:
    """AD-11: who, what, to what, why, from where, in which run of the command, how it ended, and when, in UTC."""
    (tmp_path / "bridge.yaml").write_text(CONFIGURATION)
    (tmp_path / "people.csv").write_text(PEOPLE)
    lacking = []
    token = ""
    for name, more, acts in STORY:
        words = [str(tmp_path / one) if one.endswith((".yaml", ".csv")) else one for one in more]
        done = run("--reason", "CHG-1", *name.split(), *[token if one == "TOKEN" else one for one in words])
        assert 0 == done.exit_code, (name, done.output)
        if name == "token create":
            token = next(one["id"] for one in run_json("token", "list") if one["name"] == "export")
        if name == "db upgrade":
            continue  # the fixture has done it, without a reason: see test_db.py
        lines = [json.loads(line) for line in run("audit", "export", "--json").stdout.splitlines()]
        found = [one for one in lines if one["what"] in acts and one["why"]]
        if {one["what"] for one in found} != acts:
            lacking.append((name, sorted(acts), [one["what"] for one in lines][-5:]))
        for one in found:
            complete = one["actor"].startswith("cli") and one["target"] and one["address"].startswith("host:")
            if not complete or len(one["request"]) != 16 or one["result"] != "done" or not one["at"].endswith("+00:00"):
                lacking.append((name, one))

    assert [] == lacking
