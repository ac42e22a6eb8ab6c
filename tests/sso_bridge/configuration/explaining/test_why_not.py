"""Why not? One case for each thing that can be in the way."""

from __future__ import annotations

import copy

import pytest

from provisioners.ports import AccountShadow
from sso_bridge.configuration.explaining.as_json import answer_json
from sso_bridge.configuration.explaining.text import answer_text
from sso_bridge.configuration.explaining.why_not import NoSuchQuestion
from tests.fakes.asked import DOCUMENT, Asking
from tests.fakes.org import TODAY


@pytest.fixture
def asking(store, clock, audit) -> Asking:
    """The company."""
    return Asking(store, clock, audit)


def test_which_part_of_which_rule(asking) -> None:
    """The false part of the condition is named with the values it compared, and the row of HR they come from."""
    answer = asking.why_not("E3", "chat", "group:sales-nl")
    (reason,) = answer.reasons

    assert (False, "groups.sales-nl.members") == (answer.has, reason.rule)
    assert "`primary.country == 'NL'` is not true" in reason.text
    assert [True, False] == [one.value for one in reason.condition.parts]
    assert ["BE", "NL"] == [one.value for one in reason.condition.parts[1].parts]
    country = next(one for one in reason.stated if one.column == "primary.country")
    assert [("people.csv", 4)] == [(row.file, row.line) for row in country.rows]
    text = answer_text(answer)
    assert "primary.country == 'NL'  ->  no" in text
    assert "primary.country  ->  BE" in text
    assert "stated in payroll: people.csv line 4, 2026-11-02" in text
    assert "BE" == answer_json(answer)["reasons"][0]["condition"]["parts"][1]["parts"][0]["value"]


@pytest.mark.parametrize(
    ("key", "platform", "what", "rule", "text"),
    [
        ("E4", "chat", "account", "", "last day was 2026-10-31"),
        ("E4", "chat", "group:crew", "", "last day was 2026-10-31"),
        ("E3", "wiki", "sign-in", "mappings.wiki.for", "`primary.country == 'NL'` is not true"),
        ("E3", "wiki", "claim:name", "mappings.wiki.for", "`primary.country == 'NL'` is not true"),
        ("E1", "wiki", "account", "platforms.wiki.provisioning", "no accounts are kept on wiki"),
        ("E1", "off", "account", "platforms.off.enabled", "off is switched off"),
        ("E1", "off", "sign-in", "platforms.off.enabled", "off is switched off"),
        ("E5", "chat", "account", "mappings.chat.attributes.userName", "userName is empty, and no account is made"),
        ("E3", "chat", "claim:title", "mappings.chat.attributes.title", "its value is empty: primary.title = ''"),
        ("E5", "chat", "claim:email", "facts.person.email", "its value is empty: person.email = ''"),
        ("E3", "chat", "attribute:title", "mappings.chat.attributes.title", "its value is empty"),
        ("E1", "chat", "claim:department", "mappings.chat.release", "department is not on the list"),
        ("E1", "chat", "claim:titel", "", "there is no claim titel; did you mean title?"),
        ("E1", "chat", "attribute:nickName", "platforms.chat.provisioning", "has no attribute nickName"),
        ("E1", "chat", "attribute:titel", "mappings.chat.attributes", "no rule makes titel; did you mean title?"),
        ("E2", "chat", "group:crew", "groups.crew.members", "E2 is not among the 1 that are listed"),
        ("E2", "chat", "group:units/north", "groups.units.each", "can only be: units/root, units/sales"),
        ("E1", "chat", "group:elsewhere", "groups.elsewhere.on", "the rule is not for chat"),
        ("E1", "chat", "group:sales", "", "there is no group rule sales; did you mean sales-nl?"),
    ],
)
def test_what_is_in_the_way(asking, key, platform, what, rule, text) -> None:
    """Promise 7: employment, scope, lists, empty values, abilities: each is told with the rule that says it."""
    assert any(rule == at and text in said for at, said in asking.reasons(key, platform, what))


def test_it_is_there_after_all(asking) -> None:
    """What the rules do give is said to be given, with where it is on its way."""
    assert asking.why_not("E2", "chat", "group:sales-nl").has
    assert ("", "no account of this person is known there") in asking.reasons("E2", "chat", "account")
    assert [("", "the rules give it")] == asking.reasons("E2", "chat", "claim:name")
    assert [("", "the rules give it")] == asking.reasons("E2", "chat", "sign-in")


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"management": "protected"}, "the account r1 is protected: it is never touched"),
        ({"management": "unmanaged"}, "the account r1 is unmanaged: it is never touched"),
        ({"state": "suspended"}, "the account is suspended"),
    ],
)
def test_accounts_that_are_left_alone(asking, more, text) -> None:
    """PR-06: an account that is not ours, or protected, is told as the reason."""
    person = asking.people.by_any_key("E2")
    asking.shadows.keep_account(AccountShadow("chat", person.id, "r1", **more))

    assert any(text in said for _, said in asking.reasons("E2", "chat", "account"))


def test_protected_by_the_list(asking) -> None:
    """PR-06: so is one that stands on the protected list."""
    document = copy.deepcopy(DOCUMENT)
    document["platforms"]["chat"]["protected"] = ["r1"]
    asking.configure(document)
    asking.shadows.keep_account(AccountShadow("chat", asking.people.by_any_key("E2").id, "r1"))

    assert ("platforms.chat.protected", "the account r1 is protected") in asking.reasons("E2", "chat", "account")


def test_a_rule_without_a_value(asking) -> None:
    """A rule that has no value for somebody is told with its problem, never with a fact in it."""
    document = copy.deepcopy(DOCUMENT)
    document["mappings"]["chat"]["attributes"]["userName"] = "person.email.split('@')[1]"
    asking.configure(document)

    ((rule, text),) = asking.reasons("E5", "chat", "account")
    assert "mappings.chat.attributes.userName" == rule
    assert "has no value" in text


@pytest.mark.parametrize("what", ["", "group", "group:", "account:x", "mood:good"])
def test_what_can_be_asked(asking, what) -> None:
    """Anything else is refused with what can be asked."""
    with pytest.raises(NoSuchQuestion, match="ask for account"):
        asking.why_not("E1", "chat", what)


def test_on_another_day(asking) -> None:
    """The answer is for the day that was asked."""
    assert asking.why_not("E4", "chat", "account", TODAY.replace(month=10, day=1)).has


def test_waiting_for_a_wave(asking) -> None:
    """Somebody whose wave is not open is told which one it is; whoever has an account already waits for nothing."""
    document = copy.deepcopy(DOCUMENT)
    waves = {"open": "first", "steps": [{"name": "first", "people": ["E1"]}, {"name": "rest", "percent": 100}]}
    document["platforms"]["chat"]["waves"] = waves
    asking.configure(document)
    ((rule, text),) = asking.reasons("E2", "chat", "sign-in")

    assert ("platforms.chat.waves", True) == (rule, text.startswith("waits for the wave rest of"))
    assert asking.why_not("E1", "chat", "sign-in").has
    asking.shadows.keep_account(AccountShadow("chat", asking.people.by_any_key("E2").id, "r1"))
    assert asking.why_not("E2", "chat", "sign-in").has
