"""Two hundred steps of draft, plan, apply, roll back, with HR and rollouts in between: the books always agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from mappings.errors import MappingError
from sso_bridge.configuration.document.diff import as_audit, differences
from sso_bridge.configuration.document.files import read_text
from sso_bridge.store.administration.revisions import RevisionMoved
from tests.fakes.walk import MEMBERS, RELEASES, SCOPES, TITLES, Walk

STEPS, WALKS = 200, 3
QUIET = settings(
    stateful_step_count=STEPS, max_examples=WALKS, derandomize=True, database=None, deadline=None,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
PLATFORMS = st.sampled_from(["chat", "wiki"])


def _set(name: str, values: Sequence[Any]) -> st.SearchStrategy[tuple[str, Callable[[Any], Any]]]:
    """Return edits of one key of a mapping."""
    one = st.tuples(PLATFORMS, st.sampled_from(values))
    return one.map(lambda drawn: (f"mappings.{drawn[0]}", lambda body: body | {name: drawn[1]}))


EDITS = st.one_of(
    _set("for", SCOPES),
    _set("release", RELEASES),
    st.sampled_from(TITLES).map(
        lambda title: (
            "mappings.chat", lambda body: body | {"attributes": body["attributes"] | {"title": title}},
        )
    ),
    st.tuples(st.sampled_from("ab"), st.sampled_from([*MEMBERS, None])).map(
        lambda drawn: (f"groups.{drawn[0]}", lambda _: drawn[1] and {"on": ["chat"], "members": drawn[1]})
    ),
    st.tuples(st.sampled_from(["", "Chat", "on", "2027-01-01", "é: #"]), st.booleans()).map(
        lambda drawn: ("platforms.chat", lambda body: body | {"title": drawn[0], "enabled": drawn[1]})
    ),
    st.integers(1, 9).map(lambda share: ("guards.default", lambda body: body | {"delete": {"percent": share}})),
)  # fmt: skip
"""A place and what becomes of it."""
revisions: list[int] = []


class Walking(RuleBasedStateMachine):
    """One walk. `begin` makes a bridge of its own."""

    begin: Callable[[], Walk]

    def __init__(self) -> None:
        super().__init__()
        self.walk = type(self).begin()

    @rule(edit=EDITS)
    def draft(self, edit: tuple[str, Callable[[Any], Any]]) -> None:
        """Draft one change, on top of the newest draft."""
        self.walk.edit(*edit)

    @rule()
    def mistake(self) -> None:
        """A mistake keeps nothing."""
        known = self.walk.desk.revisions.drafts()

        with pytest.raises(MappingError):
            self.walk.desk.propose(self.walk.desk.in_force() | {"mappings": {"chat": {"for": "person.no"}}}, by="a")
        assert known == self.walk.desk.revisions.drafts()

    @rule(key=st.integers(1, 8), title=st.sampled_from(["Seller", "Chief"]), unit=st.sampled_from(["sales", "north"]),
          leaves=st.sampled_from(["", "", "2026-10-31"]))  # fmt: skip
    def hr(self, key: int, title: str, unit: str, leaves: str) -> None:
        """HR changes somebody."""
        self.walk.hire(f"E{key}", title, unit, "NL", leaves)

    @precondition(lambda self: self.walk.drafts)
    @rule(which=st.integers(0, 3))
    def apply(self, which: int) -> None:
        """What the plan said is what the audit says; the people it named are those for whom anything changed."""
        walk, draft = self.walk, self.walk.drafts[-1 - which % len(self.walk.drafts)]
        before, old = walk.exported(), walk.desk.in_force()
        if not walk.is_open(draft):
            with pytest.raises(RevisionMoved):
                walk.bring(draft)
            assert before == walk.exported()
            return
        planned = differences(old, draft.document)
        people = self._concerned(draft.document)
        walk.bring(draft)
        told = walk.last_act()
        assert as_audit(planned) == (json.loads(told.before or "{}"), json.loads(told.after or "{}"))
        was, will = walk.everything(old), walk.everything(draft.document)
        assert people == {key for key in was.keys() | will.keys() if was.get(key) != will.get(key)}

    @rule(back=st.integers(1, 200))
    def go_back(self, back: int) -> None:
        """A rollback restores the export, byte for byte, and is a plan like any other."""
        walk = self.walk
        number = 1 + back % walk.desk.revisions.number()
        draft = walk.desk.earlier(number, by="cli:ann")
        planned = differences(walk.desk.in_force(), draft.document)

        applied = walk.bring(draft)

        assert walk.exports[number] == walk.exported()
        assert walk.desk.revisions.get(number).digest == applied.digest
        told = walk.last_act()
        assert as_audit(planned) == (json.loads(told.before or "{}"), json.loads(told.after or "{}"))

    @rule()
    def export_and_import(self) -> None:
        """What is exported changes nothing when it is brought back."""
        text, _ = self.walk.exported()

        proposal = self.walk.desk.propose(read_text(text), by="cli:ann")

        assert () == proposal.changes
        assert proposal.draft.text == self.walk.exported()[1]

    @rule()
    def roll_out(self) -> None:
        """After a rollout nothing is left to do; another plan changes neither configuration nor platforms."""
        before = self.walk.exported()

        left = self.walk.roll_out()

        assert {} == left.counts()
        assert before == self.walk.exported()

    @invariant()
    def another_process_sees_it(self) -> None:
        """Nothing needs a restart: a second process has the revision that holds, and its export."""
        live, number = self.walk.other.current(), self.walk.desk.revisions.number()

        assert number == live.revision
        assert self.walk.exports[number][1] == json.dumps(live.document, ensure_ascii=False, separators=(",", ":"))

    def teardown(self) -> None:
        """Count the revisions there were."""
        revisions.append(self.walk.desk.revisions.number())
        self.walk.close()

    def _concerned(self, document: dict) -> set[tuple[str, str]]:
        weighed = self.walk.desk.weigh(document)
        assert weighed.complete
        return {(one.platform, one.person) for one in weighed.effects.examples if one.what != "doubt"}


def test_random_walk(store, keys, tmp_path: Path) -> None:
    """PR-03, AD-08, AD-11: the plan equals the audit's difference each time, and rollback restores the export."""
    revisions.clear()

    class Here(Walking):
        begin = staticmethod(lambda: Walk(store, keys, tmp_path))

    run_state_machine_as_test(Here, settings=QUIET)

    assert sum(revisions) > STEPS // 10
