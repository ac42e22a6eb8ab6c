"""What is not certain about somebody, and must be decided by people."""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.errors import UnknownPerson
from sso_bridge.login.asked import Subject


@dataclass(frozen=True, slots=True)
class Doubt:
    """What an administrator has to look at: a subject claims to be one of these people. `by` and `claim` say how."""

    subject: Subject
    by: str
    claim: str
    people: tuple[int, ...]
    why: str


class LinkConflict(UnknownPerson):
    """Two workplace subjects claim one person, or one claims several; refused until administrators have decided."""

    code = "link_conflict"
    sentence = "You are signed in at work, but it is not clear yet who you are in the staff register."

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(f"{doubt.why}; the {doubt.by} that {doubt.subject.workplace} states waits for a decision")
