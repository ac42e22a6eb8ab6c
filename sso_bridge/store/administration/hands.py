"""Whether two acts were done by two people (AD-08, decision 0902)."""

from __future__ import annotations

from provisioners.sync.rollout.approval import SecondPersonNeeded
from sso_bridge.store.administration.tokens import Tokens

MACHINES = frozenset({"worker", "schedule"})
"""Makers who are nobody: somebody has to make the same thing before anybody can approve it."""


def at_console(actor: str) -> bool:
    """Return whether this is somebody at the command line of the machine.

    Whoever has it owns the database and the keys, so a second person would be make-believe there. What is done is
    audited under the name of the system's user.
    """
    return actor == "cli" or actor.startswith("cli:")


def check_two_hands(tokens: Tokens, maker: str, approver: str) -> None:
    """Raise SecondPersonNeeded unless a person made it, and quite another one approves it.

    A token is the hand of who made it; tokens that were made with one and the same token are one hand as well.
    """
    if at_console(approver):
        return
    if maker in MACHINES or approver in MACHINES:
        hint = "make it yourself, with the same content; then let somebody else approve it"
        raise SecondPersonNeeded("this takes two people: one who makes it, one who approves it", hint=hint)
    makers, approvers = tokens.line_of(maker), tokens.line_of(approver)
    shared = {one for one in makers if one in approvers and not at_console(one)}
    if shared or maker in approvers or approver in makers:
        hint = "a colleague approves it, with a token that was made on the machine and not by one of you"
        raise SecondPersonNeeded("who made it cannot approve it as well", hint=hint)
