"""Wanted accounts against known ones, one platform: who is not as wanted, who has left, and what is left alone."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from mappings.days import Day
from mappings.desired import Value
from provisioners.fingerprint import of_reference
from provisioners.ports import OURS, Shadows
from provisioners.spool import Spool
from provisioners.sync.derive.block import Block
from provisioners.sync.derive.wanted import Derivation, Wanted
from provisioners.sync.plan.change import Change, Finding, Phase
from provisioners.sync.plan.focus import EVERYBODY, Focus
from provisioners.sync.plan.ownership import EXCHANGED, HELD, Protected, Taken, names_of
from provisioners.sync.plan.steps import Steps, Subject

LIVING = frozenset({"active", "suspended"})
UNKNOWN = ("", "managed")
AT_ONCE = 1000
"""So many people's shadows are fetched at once."""


class _Answer(NamedTuple):
    """The values of somebody whose account may have to change."""

    person_id: int
    reason: str
    attributes: dict[str, Value] | None
    doubt: str
    candidates: Mapping[str, tuple[str, ...]]


class _Due(NamedTuple):
    """Somebody whose account is not as wanted; `manager` is 0 for nobody, or nobody with an account here."""

    person_id: int
    bits: int
    manager: int


class _Columns:
    """What is compared, as numbers by place in the chart: some twenty bytes a person where objects take hundreds.

    `wanted` and `managers` are what the rules say, `known` is the fingerprint of an active account of ours; 0 for none.
    `here` is 1 for whom others may be told to have an account.
    """

    def __init__(self, size: int) -> None:
        self.wanted, self.known = array("Q", bytes(8 * size)), array("Q", bytes(8 * size))
        self.managers, self.here = array("I", bytes(4 * size)), bytearray(size)


@dataclass(slots=True)
class AccountDiff:
    """Plans the accounts of one platform: `take`, `derive` and `settle` block by block, then `changes`.

    After `changes`, `members` holds who is wanted in which group, `suspended` whose accounts this plan suspends.
    """

    derivation: Derivation
    shadows: Shadows
    protected: Protected
    subject: Subject
    on: Day
    answers: Spool[_Answer]
    only: Focus = EVERYBODY
    undecided: frozenset[int] = frozenset()
    findings: list[Finding] = field(default_factory=list)
    members: dict[str, list[int]] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    suspended: set[int] = field(default_factory=set)
    active: int = 0
    _columns: _Columns = field(init=False)
    _odd: dict[int, tuple[str, str]] = field(default_factory=dict)
    _doubts: dict[int, str] = field(default_factory=dict)
    _alike: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    _leavers: list[int] = field(default_factory=list)
    _references: dict[int, int] = field(default_factory=dict)
    _others: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fetch what is known of the platform."""
        places = self.derivation.chart.places
        self._columns = _Columns(len(places))
        for person_id, fingerprint, state, management in self.shadows.states(self.platform):
            place = places.get(person_id)
            bits = 0
            if place is not None and state == "active" and management in OURS:
                self.active += 1
                bits = self._columns.known[place] = int(fingerprint or "0", 16)
            if not bits:
                self._odd[person_id] = state, management

    @property
    def platform(self) -> str:
        """Return the name of the platform."""
        return self.derivation.platform

    def take(self, block: Block) -> set[int]:
        """Look at what is remembered of these people; return who must be evaluated. All people come once, in order."""
        rows, known, asked = self.derivation.open(block), self._columns.known, set()
        marks = self.derivation.marks
        for place, (id_, inputs) in enumerate(zip(block.ids, block.inputs, strict=True), start=block.start):
            row = rows.get(id_)
            if row is None or row[0] != (inputs ^ marks.get(id_, 0) if marks else inputs):
                asked.add(id_)
                continue
            bits, manager = row[1], row[2]
            if row[4] and not known[place]:
                continue  # waits for a wave, and has no account
            if bits not in {0, known[place]} and self._is_sure(id_, bits ^ self._reference(manager), known[place]):
                asked.add(id_)
        return asked

    def derive(self, id_: int, inputs: int) -> None:
        """Evaluate one of them; all platforms in a row, since the facts are made once."""
        wanted = self.derivation.derive(id_, inputs)
        row = self.derivation.rows.get(id_)
        if row is None:
            self._doubts[id_] = wanted.doubt
        elif row[4] and not self._known(id_):
            return  # waits for a wave, and has no account
        elif row[1] and (row[2] or row[1] != self._known(id_)) and self.only.has(id_):
            self.answers.append(_Answer(id_, wanted.reason, wanted.attributes, wanted.doubt, wanted.candidates))

    def settle(self, block: Block) -> None:
        """Sort these people by what they ought to have, now that each of them has an answer."""
        columns, odd, alike = self._columns, self._odd, self._alike
        for place, id_ in enumerate(block.ids, start=block.start):
            row = self.derivation.rows.get(id_)
            if row is None:
                self._doubt(id_, place)
                continue
            _, bits, manager, groups, waits = row
            if id_ in odd and odd[id_][1] not in OURS:
                self._stand_back(id_, f"the account is {odd[id_][1]}")
            elif waits and not columns.known[place]:
                continue  # nobody is let in yet; what is there of a suspended account stays
            elif bits:
                columns.wanted[place], columns.managers[place], columns.here[place] = bits, manager, 1
                if groups:
                    alike.setdefault(groups, []).append(id_)
            elif (columns.known[place] or odd.get(id_, UNKNOWN)[0] in LIVING) and self.only.has(id_):
                self._leavers.append(id_)
        self.derivation.shut(block)

    def changes(self) -> Iterator[list[Change]]:
        """Yield the account changes person by person, leavers first; managers are decided now that all are known."""
        self.derivation.close()
        self._gather()
        if self._leavers and self.derivation.rules.leaver(self.platform).groups == "keep":
            self.doubtful.update(self._leavers)
        steps = Steps(self.derivation, self.subject, self.protected, self.on, self._stand_back)
        taken = self._taken()
        deleted = []
        for person_id in self._leavers:
            found = self._left(steps, person_id)
            self.suspended.update(each.person_id for each in found if each.kind == "account_suspend")
            if gone := [each for each in found if each.kind == "account_delete"]:
                deleted.append(person_id)
                taken.free(person_id, gone[0].before)
            else:
                yield found
        answers, dues = _Reader(self.answers), self._dues()
        while some := list(islice(dues, AT_ONCE)):
            ids = [each.person_id for each in some if each.person_id in self._odd or self._known(each.person_id)]
            shadows = self.shadows.some(self.platform, ids) if ids else {}
            wanted = [self._again(due, answers) for due in some]
            if self.active or self._odd or self.only:
                names = set[str]().union(*(names_of({**(each.attributes or {}), **each.candidates}) for each in wanted))
                taken.held = self.shadows.holders(self.platform, names)
            taken.owners = self._owners(wanted)
            for due, each in zip(some, wanted, strict=True):
                yield list(steps.bring(each, due.manager, shadows.get(due.person_id), taken))
        for person_id in deleted:
            early = person_id in taken.needed
            yield [
                replace(each, phase=Phase.NAMES) if early and each.kind == "account_delete" else each
                for each in self._left(steps, person_id)
            ]
        self._tell_exchanges(taken)

    def _left(self, steps: Steps, person_id: int) -> list[Change]:
        shadow = self.shadows.some(self.platform, [person_id])[person_id]
        return list(steps.leave(self.derivation.person(person_id), shadow))

    def _tell_exchanges(self, taken: Taken) -> None:
        """Say of people who would get each other's names what to do: a plan cannot begin with either."""
        for place, each in enumerate(self.findings):
            if each.detail == HELD and taken.exchanges(each.person_id):
                self.findings[place] = replace(each, detail=EXCHANGED)

    def _owners(self, wanted: Iterable[Wanted]) -> dict[tuple[str, str], int]:
        """Return to whom the candidates of these people were ever given."""
        asked: dict[str, set[str]] = {}
        for each in wanted:
            for name, options in each.candidates.items():
                asked.setdefault(name, set()).update(options)
        given = {name: self.shadows.given(self.platform, name, options) for name, options in asked.items()}
        return {(name, text.casefold()): person for name, found in given.items() for text, person in found.items()}

    def expects(self, person_id: int) -> bool:
        """Return whether this person has, or will have, an account."""
        place = self.derivation.chart.places.get(person_id)
        if place is not None:
            return self._columns.here[place] == 1
        if person_id not in self._others:
            self._others[person_id] = self._expects_other(person_id)
        return self._others[person_id]

    def _expects_other(self, person_id: int) -> bool:
        """Tell the same of somebody whom a plan for one person does not go through."""
        wanted, shadow = self.derivation.again(person_id), self.shadows.some(self.platform, [person_id]).get(person_id)
        active = shadow is not None and shadow.state == "active"
        if wanted.doubt:
            return active
        ours = shadow is None or shadow.management in OURS
        return wanted.in_scope and ours and (active or not wanted.waits)

    def _dues(self) -> Iterator[_Due]:
        columns, ids = self._columns, self.derivation.chart.ids()
        for id_, bits, manager, at in zip(ids, columns.wanted, columns.managers, columns.known, strict=True):
            if not bits or (bits == at and not manager) or not self.only.has(id_):
                continue
            above = manager if manager and self.expects(manager) else 0
            if bits ^ self._reference(above) != at:
                yield _Due(id_, bits, above)

    def _gather(self) -> None:
        for groups, ids in self._alike.items():
            for key in groups:
                self.members.setdefault(key, []).extend(ids)
        for members in self.members.values():
            members.sort()

    def _again(self, due: _Due, answers: _Reader) -> Wanted:
        answer = answers.of(due.person_id)
        if answer is None:
            return self.derivation.again(due.person_id)
        return Wanted(due.person_id, due.bits, due.manager, (), answer.attributes, answer.reason, answer.doubt,
                      candidates=answer.candidates)  # fmt: skip

    def _is_sure(self, id_: int, with_manager: int, at: int) -> bool:
        """Return whether the account must change whatever becomes of the manager, so that the values are needed."""
        return with_manager != at and self._odd.get(id_, UNKNOWN)[1] in OURS and self.only.has(id_)

    def _known(self, id_: int) -> int:
        return self._columns.known[self.derivation.chart.places[id_]]

    def _reference(self, manager: int) -> int:
        bits = self._references.get(manager)
        if bits is None:
            uuid = self.derivation.chart.uuid_of(manager) if manager else ""
            bits = self._references[manager] = of_reference("manager", uuid)
        return bits

    def _doubt(self, id_: int, place: int) -> None:
        """Nothing can be said of this person: everything stays as it is, and somebody is told."""
        self.doubtful.add(id_)
        if self._columns.known[place] or self._odd.get(id_, UNKNOWN)[0] == "active":
            self._columns.here[place] = 1
        self.findings.append(Finding(self.platform, "no_value", self._doubts.pop(id_, ""), id_))

    def _stand_back(self, person_id: int, reason: str, remote_id: str = "") -> None:
        """Leave the account as it is, and its memberships too."""
        self.doubtful.add(person_id)
        self.findings.append(Finding(self.platform, "left_alone", reason, person_id, remote_id))

    def _taken(self) -> Taken:
        taken = Taken(undecided=self.undecided)
        for shadow in self.shadows.unowned(self.platform):
            taken.add(shadow)
            what = "protected" if self.protected.account(shadow.remote_id, shadow.attributes) else "not_ours"
            detail = "an account on the platform that we neither made nor adopted; it is left alone"
            self.findings.append(Finding(self.platform, what, detail, remote_id=shadow.remote_id))
        return taken


class _Reader:
    """Finds the answers of some people, asked for in the order of ids, in one pass."""

    def __init__(self, answers: Iterable[_Answer]) -> None:
        self._left = iter(answers)
        self._next = next(self._left, None)

    def of(self, id_: int) -> _Answer | None:
        """Return the answer of this person, or None."""
        while self._next is not None and self._next.person_id < id_:
            self._next = next(self._left, None)
        return self._next if self._next is not None and self._next.person_id == id_ else None
