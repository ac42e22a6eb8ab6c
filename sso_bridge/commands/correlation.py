"""`sso-bridge correlation`: which rows are one person, and which accounts are whose."""

from __future__ import annotations

from typing import Any

import click

from provisioners.sync.rollout.approval import SecondPersonNeeded
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option, table
from sso_bridge.commands.progress import bar
from sso_bridge.correlation.desk import CorrelationDesk
from sso_bridge.correlation.pairing import Pairing
from sso_bridge.correlation.view import Seen, View

SHOWN = 200
WORDS = {True: "same", False: "differs", None: ""}


@click.group("correlation")
def command() -> None:
    """Look at rows and accounts that may be one, and decide."""


@command.command("list", short_help="List the pairs that wait for somebody.")
@click.option("--all", "everything", is_flag=True, help="Also those that were decided.")
@output_option
@pass_context
def show(context: CommandContext, out: Output, *, everything: bool) -> None:
    """List the pairs that nobody has decided yet, newest first, 200 at most."""
    view = View(_desk(context))
    rows = [_row(seen) for seen in view.page(SHOWN, None, {} if everything else {"state": "pending"})]
    out.rows(rows, "Nothing waits for a decision.")


@command.command("show", short_help="Show one pair, side by side.")
@click.argument("pair", type=int)
@output_option
@pass_context
def one(context: CommandContext, pair: int, out: Output) -> None:
    """Show what speaks for and against PAIR."""
    _tell(context, pair, out)


@command.command("decide", short_help="Say that two are the same, or different.")
@click.argument("pair", type=int)
@click.argument("decision", type=click.Choice(["same", "different", "later"]))
@click.option("--approve", is_flag=True, help="Answer alone, under your name, for what takes two people.")
@output_option
@pass_context
def decide(context: CommandContext, pair: int, decision: Any, out: Output, *, approve: bool) -> None:
    """Decide about PAIR, under your name; what follows on platforms stands in the next plan."""
    seen = _known(context, pair)
    if decision == "same":
        _check_hands(seen, approve=approve)
    _desk(context).decide(pair, decision, context.actor, _reason())
    _tell(context, pair, out)


@command.command("pair", short_help="Pair by hand what no rule has found.")
@click.argument("person")
@click.option("--row", default="", metavar="SOURCE/NUMBER", help="A row of another HR source.")
@click.option("--account", default="", metavar="PLATFORM/ID", help="An account that is nobody's, by the platform's id.")
@click.option("--approve", is_flag=True, help="Answer alone, under your name, for what takes two people.")
@output_option
@pass_context
def pair(context: CommandContext, person: str, row: str, account: str, out: Output, *, approve: bool) -> None:
    """Say that PERSON (our id, an HR number, or SOURCE/NUMBER) is also a row or has an account, under your name."""
    if bool(row) == bool(account):
        raise click.UsageError("Say one of --row and --account.")
    desk = _desk(context)
    pairing = Pairing(desk)
    with desk.store.writing():
        try:
            found = pairing.find(person, row=row, account=account)
        except LookupError as error:
            raise click.UsageError(f"{error}.") from None
        pairing.check(found)
        _check_hands(View(desk).seen(found), approve=approve)
        pairing.pair(found, context.actor, _reason())
    _tell(context, found.id, out)


@command.command("undo", short_help="Take a decision back.")
@click.argument("pair", type=int)
@output_option
@pass_context
def undo(context: CommandContext, pair: int, out: Output) -> None:
    """Take back what was decided about PAIR: what was one is two again."""
    _known(context, pair)
    _desk(context).undo(pair, context.actor, _reason())
    _tell(context, pair, out)


@command.command("look", short_help="Compare everybody now.")
@output_option
@pass_context
def look(context: CommandContext, out: Output) -> None:
    """Compare everybody by the rules in force; nobody is joined, and no account adopted."""
    with bar("Comparing") as progress:
        found = context.parts.crew.pairs.look(context.actor, lambda done: progress("people", done))
    told = f"{found['people']} pairs of rows and {found['account']} accounts wait for a decision."
    out.result(found, told)


def _check_hands(seen: Seen, *, approve: bool) -> None:
    if seen.takes_two and seen.pair.pending and not approve:
        hint = "say --approve, or let two owners do it over the API"
        raise SecondPersonNeeded("making these two one takes two people", hint=hint)


def _desk(context: CommandContext) -> CorrelationDesk:
    return context.parts.correlation


def _reason() -> str:
    """Return what was said with `--reason`."""
    root = click.get_current_context().find_root()
    return str(root.params.get("reason") or "")


def _known(context: CommandContext, pair: int) -> Seen:
    try:
        return View(_desk(context)).one(pair)
    except LookupError:
        raise click.UsageError(f"There is no pair {pair}; `sso-bridge correlation list` shows them.") from None


def _tell(context: CommandContext, number: int, out: Output) -> None:
    seen = _known(context, number)
    lines = [{"what": line.what, "one": line.one, "other": line.other, "": WORDS[line.same]} for line in seen.evidence]
    pair = seen.pair
    head = f"Pair {pair.id} ({pair.name.kind}): {pair.state}, score {pair.score}: {', '.join(pair.rules) or 'no rule'}"
    said = [
        head,
        *([table(lines)] if lines else []),
        *([f"Proposed by {pair.proposed_by}."] if pair.proposed_by else []),
    ]
    evidence = [{"what": line.what, "one": line.one, "other": line.other, "same": line.same} for line in seen.evidence]
    out.result({**_row(seen), "evidence": evidence}, "\n".join(said))


def _row(seen: Seen) -> dict[str, Any]:
    pair, names = seen.pair, [f"{side.name} ({side.where}/{side.number or side.id})" for side in seen.sides]
    return {
        "pair": pair.id, "kind": pair.name.kind, "state": pair.state, "score": pair.score,
        "one": names[0] if names else "-", "other": names[1] if len(names) > 1 else "-",
        "rule": pair.rules[0] if pair.rules else "", "since": pair.first_at,
    }  # fmt: skip
