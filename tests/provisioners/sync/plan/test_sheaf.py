"""Plans that are longer than the memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from provisioners.spool import BLOCK, Scratch, Spool
from provisioners.sync.plan.change import Change, Phase, Seal, make_plan
from provisioners.sync.plan.diff import in_order
from provisioners.sync.plan.sheaf import Drafts, bodies_of, sealed

BASIS = (date(2026, 11, 2), 1, 2, {"platforms": "chat"})


def changes(count):
    for person in range(1, count + 1):
        yield Change(Phase.ACCOUNTS, "account_create", "chat", person_id=person, after={"userName": f"é{person}"})
        yield Change(Phase.MANAGERS, "account_update", "chat", person_id=person)
        if person % 7 == 0:
            yield Change(Phase.ACCOUNTS, "account_suspend", "chat", person_id=person)


def sheaf_of(found, held=()):
    drafts = Drafts(Scratch())
    for change in found:
        drafts.add(change, ("suspend",) if change.kind == "account_suspend" else ())
    return drafts.sheaf({"chat": list(held)})


def test_same_plan():
    """Changes from the file are those of a list, in the same order, with the same digest (PR-03)."""
    found = list(changes(BLOCK + 5))
    day, revision, organisation, scope = BASIS
    plan = make_plan(in_order(found), on=day, revision=revision, organisation=organisation, scope=scope)

    sheaf = sheaf_of(found)

    assert plan.changes == tuple(sheaf)
    assert plan.digest == sealed(sheaf, Seal(*BASIS))


def test_like_a_list():
    """One change, some of them, their number and equality are those of a list."""
    found = list(changes(BLOCK + 5))
    listed, sheaf = in_order(found), sheaf_of(found)

    assert len(listed) == len(sheaf)
    assert listed == sheaf
    assert [listed[0], listed[-1], listed[BLOCK + 1]] == [sheaf[0], sheaf[-1], sheaf[BLOCK + 1]]
    assert tuple(listed[BLOCK - 2 : BLOCK + 3]) == sheaf[BLOCK - 2 : BLOCK + 3]
    assert tuple(listed[::-500]) == sheaf[::-500]
    assert sheaf_of([]) == ()
    assert sheaf != "changes"
    assert sheaf != 7


def test_bodies():
    """A plan tells its changes as texts, wherever they lie."""
    found = list(changes(3))
    day, revision, organisation, _ = BASIS
    plan = make_plan(found, on=day, revision=revision, organisation=organisation)

    texts = [(each.person_id, each.canonical()) for each in in_order(found)]
    assert texts == [body for block in bodies_of(replace(plan, changes=sheaf_of(found))) for body in block]
    assert sorted(texts) == sorted(body for block in bodies_of(plan) for body in block)
    assert [] == list(bodies_of(replace(plan, changes=())))


def test_held():
    """A guard that stops a class is named in each of its changes and in no other (PR-04)."""
    sheaf = sheaf_of(changes(20), held=["suspend"])

    assert {("account_suspend", "suspend"), ("account_create", ""), ("account_update", "")} == {
        (each.kind, each.held) for each in sheaf
    }


def test_spool():
    """What goes into a spool comes out, from any place on, while other lists share the file."""
    scratch = Scratch()
    one, other = Spool(scratch), Spool(scratch)
    for at in range(2 * BLOCK + 3):
        one.append((at, "x"))
        other.append((-at,))

    assert 2 * BLOCK + 3 == len(one) == len(list(other))
    for skip in (0, 1, BLOCK, 2 * BLOCK + 1):
        assert list(range(skip, 2 * BLOCK + 3)) == [at for block in one.blocks(skip) for at, _ in block]
