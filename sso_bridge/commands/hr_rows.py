"""`sso-bridge hr rows` and `hr replay`: what came of single rows, and trying again what was kept out."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from typing import get_args

import click

from provisioners.errors import NeedsAdmin
from provisioners.sync.collect.fates import KEPT_OUT, Fate
from provisioners.sync.collect.opened import Upload
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.store.staff.import_rows import ImportRows, RowFate
from sso_bridge.store.staff.imports import Import, Imports

PAGE = 1000
FATES: dict[str, tuple[Fate, ...]] = {"kept_out": KEPT_OUT, "all": (), **{one: (one,) for one in get_args(Fate)}}


@click.command("rows", short_help="What came of each row of an import.")
@click.argument("uuid", metavar="IMPORT")
@click.option(
    "--fate", type=click.Choice(list(FATES)), default="kept_out", help="What came of them.", show_default=True
)
@output_option
@pass_context
def rows(context: CommandContext, uuid: str, fate: str, out: Output) -> None:
    """Tell what came of each row of IMPORT: file, line, and why it was kept out. Rows are known for a month."""
    record, known = _import(context, uuid), ImportRows(context.parts.store)
    told: list[dict[str, object]] = []
    after = -1
    while page := known.page(record.uuid, FATES[fate], after, PAGE):
        told += [_told(one, record) for one in page]
        after = page[-1].place
    out.rows(told, "No row met this.")


@click.command("replay", short_help="Try again rows of an import that were kept out.")
@click.argument("uuid", metavar="IMPORT")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", metavar="TEXT", help="A text of your own: with the same one it is tried once.")
@output_option
@pass_context
def replay(context: CommandContext, uuid: str, files: tuple[Path, ...], key: str | None, out: Output) -> None:
    """Try again the rows of IMPORT that were kept out, or a refused IMPORT as a whole; FILES hold repaired rows.

    It is a new import, which a worker takes through the same gate.
    """
    record = _import(context, uuid)
    with ExitStack() as stack:
        repaired = [Upload(path.name, stack.enter_context(path.open("rb"))) for path in files]
        made, _ = context.parts.crew.reception.replay(
            record, repaired, actor=context.actor, key=key or f"replay|{token_hex(8)}"
        )
    out.result({"import": made.uuid, "replays": record.uuid}, f"Import {made.uuid} waits for a worker.")


def _import(context: CommandContext, uuid: str) -> Import:
    record = Imports(context.parts.store, context.parts.clock).get(uuid)
    if record is None:
        raise NeedsAdmin(f"there is no import {uuid}", hint="see GET /admin/v1/imports, or the answer to the upload")
    return record


def _told(one: RowFate, record: Import) -> dict[str, object]:
    reasons = "; ".join(f"{column}: {reason}" if column else reason for column, reason in one.problems)
    name = record.files[one.file] if one.file < len(record.files) else str(one.file + 1)
    return {"file": name, "line": one.line, "fate": one.fate, "key": one.key, "why": reasons}
