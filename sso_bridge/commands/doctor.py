"""`sso-bridge doctor`: looks at us and at every configured peer; finds the misconfiguration before users do."""

from __future__ import annotations

from typing import Any

import click

from mappings.errors import MappingError
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.doctor.finding import Finding, answers
from sso_bridge.doctor.ourselves import Ourselves
from sso_bridge.doctor.peers import Peers
from sso_bridge.parts.site import SiteParts

BRIDGE = "bridge"
MARKS = {"ok": "ok     ", "warning": "WARNING", "failed": "FAILED "}


@click.command("doctor", short_help="Check ourselves and every configured peer.")
@click.argument("name", required=False)
@output_option
@pass_context
@click.pass_context
def command(ctx: click.Context, context: CommandContext, name: str | None, out: Output) -> None:
    """Check NAME (a workplace, a platform, or `bridge` for ourselves), or everything; changes nothing.

    Exit status 1 when something failed; a warning alone gives 0.
    """
    parts = SiteParts(context.settings, **{key: value for key, value in vars(context.parts).items() if key in GIVEN})
    try:
        found = answers(BRIDGE, Ourselves(parts).questions()) if name in {None, BRIDGE} else []
        if name != BRIDGE:
            found += _peers(parts, name, alone=bool(name))
    finally:
        parts.close()
    failed = sum(each.state == "failed" for each in found)
    warned = sum(each.state == "warning" for each in found)
    value = {"failed": failed, "warnings": warned, "findings": [_row(each) for each in found]}
    out.result(value, "\n".join([*_lines(found), "", f"{failed} failed, {warned} warnings, {len(found)} looked at."]))
    ctx.exit(1 if failed else 0)


GIVEN = ("store", "clock", "vault", "keys", "outgoing", "front", "platforms", "live")
"""Parts that may have been opened, or brought along, before."""


def _peers(parts: SiteParts, name: str | None, *, alone: bool) -> list[Finding]:
    try:
        peers = Peers(parts)
    except MappingError as error:
        return [Finding(BRIDGE, "configuration", "failed", str(error.problems[0]), "sso-bridge config check FILE")]
    except Exception:
        if alone:
            raise
        return []  # the database; told among our own findings
    if name is not None and name not in peers.names:
        raise click.UsageError(f"There is no workplace or platform {name}; there are: {', '.join(peers.names)}.")
    chosen = (name,) if name else dict.fromkeys(peers.names)
    return [finding for each in chosen for finding in answers(each, peers.questions(each))]


def _row(finding: Finding) -> dict[str, Any]:
    return {key: getattr(finding, key) for key in finding.__slots__}


def _lines(found: list[Finding]) -> list[str]:
    lines: list[str] = []
    about = ""
    for each in found:
        if each.about != about:
            about = each.about
            lines += ["", about] if lines else [about]
        lines.append(f"  {MARKS[each.state]}  {each.what}: {each.said}")
        if each.state != "ok" and each.todo:
            lines.append(f"           {each.todo}")
    return lines
