"""Wanted accounts against known ones: one case, one plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mappings.errors import EvaluationError
from mappings.people import Assignment
from mappings.rules import LeaverStep
from provisioners.fingerprint import of_account
from provisioners.ports import AccountShadow
from provisioners.sync.plan.diff import Target
from tests.fakes.org import ANN, BOSS, TODAY
from tests.fakes.planning import CHAT, Kept, Look, kinds

NAMELESS = replace(CHAT, attributes=frozenset({"userName"}))
GONE = replace(ANN, leaves_on=date(2026, 10, 31))


def account(person, state="active", management="managed", **more):
    """Return what the platform has when it is as the rules want it, without a manager; `more` goes on top."""
    values = {"userName": person.email, "displayName": f"{person.given_name} {person.family_name}"}
    title = person.assignments[0].title
    values |= ({"title": title} if title else {}) | more.pop("values", {})
    print_ = of_account(state, values)
    return AccountShadow("chat", person.id, f"r{person.id}", state, management, person.uuid, print_, values, **more)


def led(person, boss=BOSS):
    """Return the same with the manager that HR states."""
    return account(person, values={"manager": boss.uuid})


def test_joiner():
    """An account is made with everything we manage; the manager comes when the other account is there."""
    plan = Look(accounts=[account(BOSS)]).at(BOSS, ANN)

    created, managed = plan.changes
    assert ("account_create", 2, ANN.uuid, f"chat:{ANN.uuid}") == (
        created.kind, created.person_id, created.person_uuid, created.subject,
    )  # fmt: skip
    assert {"userName": "E2@Example.org", "displayName": "Ann Smit", "title": "Seller"} == created.after
    assert ("", created.result) == (created.precondition, managed.precondition)
    assert (BOSS.uuid, "the manager according to HR") == (managed.after["manager"], managed.reason)


def test_in_step():
    """When everything is as wanted there is nothing to do."""
    assert not Look(accounts=[account(BOSS), led(ANN)]).at(BOSS, ANN).changes


def test_update():
    """A difference is mended: before and after hold all we manage, an attribute without a value is emptied."""
    look = Look(accounts=[account(BOSS, values={"title": "Chief", "manager": ANN.uuid})])

    (change,) = look.at(replace(BOSS, given_name="Bea")).changes[:1]

    assert ("Bo Baas", "Bea Baas") == (change.before["displayName"], change.after["displayName"])
    assert "" == change.after["title"]


def test_no_manager_any_more():
    """Somebody who has no manager with an account here loses the reference, as the last step."""
    plan = Look(accounts=[account(BOSS, values={"manager": ANN.uuid})]).at(BOSS)

    (change,) = plan.changes
    assert ("", "no manager with an account here") == (change.after["manager"], change.reason)


def test_manager_without_account():
    """A manager who is not wanted here is no reference; a manager by UUID is as good as one by HR's number."""
    look, by_uuid = Look(accounts=[account(ANN)]), Look(accounts=[account(BOSS), led(ANN)])
    by_uuid.rules.extra = {"manager": BOSS.uuid}

    assert not look.at(ANN, replace(BOSS, status="gone")).changes
    assert not by_uuid.at(BOSS, ANN).changes


def test_platform_without_managers():
    """A platform that knows no managers is never told any."""
    plain = replace(CHAT, attributes=frozenset({"userName", "displayName", "title"}))

    assert not Look(accounts=[account(BOSS), account(ANN)], descriptor=plain).at(BOSS, ANN).changes


def test_back_again():
    """A suspended account is woken as it was, then brought up to date: a chain, each step after the one before."""
    plan = Look(accounts=[account(BOSS, "suspended", values={"title": "Old"})]).at(BOSS)

    awake, updated = plan.changes
    assert ("account_reactivate", "account_update") == (awake.kind, updated.kind)
    assert awake.before == awake.after
    assert awake.result == updated.precondition


def test_back_unchanged():
    """When nothing else changed, waking is all (PR-05)."""
    assert ["account_reactivate"] == kinds(Look(accounts=[account(BOSS, "suspended")]).at(BOSS))


def test_back_after_deletion():
    """A deleted account is made anew, without the old remote id."""
    plan = Look(accounts=[account(BOSS, "deleted")]).at(BOSS)

    assert [("account_create", "")] == [(each.kind, each.remote_id) for each in plan.changes]


def test_leaver():
    """Who does not work here is suspended with the reason, and loses no value (PR-05)."""
    (change,) = Look(accounts=[account(ANN)]).at(GONE).changes

    assert ("account_suspend", "does not work here on this day") == (change.kind, change.reason)
    assert of_account("suspended", account(ANN).attributes) == change.result


@pytest.mark.parametrize(
    ("days", "deletes", "found"), [(30, True, ["account_delete"]), (29, True, []), (99, False, [])]
)
def test_deletion(days, deletes, found):
    """After the retention the account is deleted, where the platform can and the policy says so (PR-05)."""
    since = datetime(2026, 11, 2, tzinfo=UTC) - timedelta(days=days)
    look = Look(accounts=[account(ANN, "suspended", state_since=since)], descriptor=replace(CHAT, deletes=deletes))

    assert found == kinds(look.at(GONE))


def test_kept_suspended():
    """A policy that ends with the suspension never deletes."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    look = Look(accounts=[account(ANN, "suspended", state_since=long_ago)])
    look.rules.steps = (LeaverStep(0, "suspend"),)

    assert not look.at(GONE).changes


def test_leaver_without_an_account():
    """Somebody who is not here and has no account, or a deleted one, is no work."""
    assert not Look().at(GONE).changes
    assert not Look(accounts=[account(ANN, "deleted")]).at(GONE).changes


def test_protected():
    """Whoever is on the protected list is left alone, joiner, mover and leaver, and that is told (PR-06)."""
    listed = ["e1@example.org", "R2"]
    look = Look(accounts=[account(ANN), account(BOSS, values={"title": "Old"})], protected=listed)

    plan = look.at(BOSS, GONE)

    assert not plan.changes
    assert {(1, "on the protected list"), (2, "on the protected list, though does not work here on this day")} == {
        (each.person_id, each.detail) for each in plan.findings
    }
    assert not Look(protected=listed).at(BOSS).changes


@pytest.mark.parametrize("management", ["unmanaged", "protected"])
def test_not_ours(management):
    """An account that we neither made nor adopted is never changed, whoever it belongs to (PR-06)."""
    plan = Look(accounts=[account(ANN, management=management)]).at(GONE)

    assert not plan.changes
    assert [f"the account is {management}"] == [each.detail for each in plan.findings]


def test_name_of_somebody_else():
    """A name that a foreign account has is neither taken over nor given twice (PR-08)."""
    bot = AccountShadow("chat", 0, "r-bot", attributes={"userName": "bot", "emails": ("e1@EXAMPLE.org", "x@y.nl")})
    guarded = AccountShadow("chat", 0, "r-root", attributes={"userName": "root"})

    plan = Look(accounts=[bot, guarded], protected=["root"]).at(BOSS)

    assert not plan.changes
    assert {("not_ours", "r-bot"), ("protected", "r-root"), ("left_alone", "")} == {
        (each.what, each.remote_id) for each in plan.findings
    }
    assert any("not ours has this name" in each.detail for each in plan.findings)


def test_same_name_twice():
    """Of two people who would get the same address the second gets no account, and that is told (PR-08)."""
    plan = Look().at(BOSS, replace(ANN, email="e1@example.ORG", assignments=()))

    assert [1] == [each.person_id for each in plan.changes]
    assert ["another person would get the same name or address in this plan"] == [e.detail for e in plan.findings]


def test_doubt():
    """When a rule has no value everything stays: no suspension, no group lost, and somebody is told (PR-02)."""
    look = Look(accounts=[account(ANN)])
    look.rules.broken.add("E2")

    plan = look.at(GONE)

    assert not plan.changes
    assert ["no_value"] == [each.what for each in plan.findings]


def test_required_value_missing():
    """Without a required value no account is made."""
    plan = Look().at(replace(BOSS, email=" "))

    assert not plan.changes
    assert ["no value for userName"] == [each.detail for each in plan.findings]


def test_manager_in_doubt():
    """Somebody whose own answer is doubtful stays the manager of others as long as the account is active."""
    look = Look(accounts=[account(BOSS), led(ANN)])
    look.rules.broken.add("E1")

    assert not look.at(BOSS, ANN).changes


class _Hesitant:
    """Rules that give everybody a value once, and then none: a rule that passed its time limit the second time."""

    def __init__(self, rules):
        self._rules = rules
        self._asked = set()

    def __getattr__(self, name):
        return getattr(self._rules, name)

    def account(self, platform, person, chart):
        if person.key in self._asked:
            raise EvaluationError("the expression took longer than 50 ms")
        self._asked.add(person.key)
        return self._rules.account(platform, person, chart)


@pytest.mark.parametrize(("person", "accounts"), [(GONE, [account(ANN)]), (BOSS, [])])
def test_doubt_at_the_second_look(person, accounts):
    """Leavers, and people whose answer was remembered, are asked for again: without a value nothing is done to them."""
    look = Look(accounts=accounts)
    look.kept = Kept()
    look.rules = _Hesitant(look.rules)
    if not accounts:
        look.at(person)

    plan = look.at(person)

    assert not plan.changes
    assert [(person.id, "left_alone")] == [(each.person_id, each.what) for each in plan.findings]


def test_remembered():
    """What was derived from the same facts is not derived again unless something has to be done; new rules are."""
    look = Look(accounts=[account(BOSS), led(ANN)])
    look.kept = Kept()
    look.at(BOSS, ANN)
    look.rules.asked = 0

    assert not look.at(BOSS, ANN).changes
    assert 0 == look.rules.asked

    look.at(BOSS, replace(ANN, given_name="Anna"))
    assert 1 == look.rules.asked

    look.rules.version = "2"
    look.at(BOSS, ANN)
    assert 3 == look.rules.asked


def test_remembered_but_not_done():
    """A plan that nobody rolled out is made again, values and all, from what is remembered."""
    look = Look()
    look.kept = Kept()

    assert list(look.at(BOSS).changes) == list(look.at(BOSS).changes)


def test_manager_whose_account_is_ours_no_more():
    """When a manager's account is taken out of our hands, others lose the reference, remembered as they are."""
    look = Look(accounts=[account(BOSS), led(ANN)])
    look.kept = Kept()
    assert not look.at(BOSS, ANN).changes
    look.shadows.rows[0] = replace(look.shadows.rows[0], management="protected")

    (change,) = look.at(BOSS, ANN).changes

    assert (ANN.id, BOSS.uuid, "") == (change.person_id, change.before["manager"], change.after["manager"])


def test_doubt_is_not_remembered():
    """Doubt about new facts does away with the answer to the old ones: it would come back as if nothing were."""
    look = Look(accounts=[account(BOSS)])
    look.kept = Kept()
    look.at(BOSS)
    look.rules.broken.add("E1")
    assert not look.at(replace(BOSS, given_name="Bea")).changes
    look.rules.broken.clear()

    assert ["account_update"] == kinds(look.at(replace(BOSS, given_name="Bea")))


def test_two_platforms():
    """Each platform is planned for by itself, whether it holds the same as another or something else."""
    look = Look(accounts=[account(BOSS)])
    look.kept = Kept()
    look.at(BOSS)
    look.targets = [Target(name, each, {}) for name, each in (("chat", CHAT), ("wiki", CHAT), ("forum", NAMELESS))]

    made = {change.platform: change.after for change in look.at(BOSS).changes}

    assert {"wiki", "forum"} == made.keys()
    assert "displayName" in made["wiki"]
    assert {"userName": "E1@Example.org"} == made["forum"]


def test_one_person():
    """A look at one person plans for nobody else, but knows everybody."""
    plan = Look(accounts=[account(replace(BOSS, id=9))]).at(BOSS, ANN, only=2)

    assert {2} == {each.person_id for each in plan.changes}
    assert BOSS.uuid == plan.changes[-1].after["manager"]
    assert {"platforms": "chat", "person": "2"} == plan.scope


def test_progress():
    """Whoever waits is told when a block of people, and when a platform is finished."""
    many = [
        replace(BOSS, id=at, key=f"E{at}", uuid=f"u-{at}", email=f"E{at}@x.nl", assignments=(Assignment("a"),))
        for at in range(1, 1002)
    ]
    look = Look()

    plan = look.at(*many, on=TODAY)

    assert 1001 == len(plan.changes)
    assert [("people", 1001), ("chat", 1001)] == look.told
