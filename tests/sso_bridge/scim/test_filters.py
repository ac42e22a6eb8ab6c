"""Filters: what they mean, what is refused, and that nothing makes the parser stumble or dawdle."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sso_bridge.scim.errors import InvalidFilter
from sso_bridge.scim.filters import Both, Either, Opposite, Where, Within, parse
from sso_bridge.scim.limits import LONGEST_FILTER
from sso_bridge.scim.matching import holds
from sso_bridge.scim.schema import ENTERPRISE, GROUP_KIND, USER, USERS
from sso_bridge.store.staff.scim_queries import compiled

ADA = {
    "userName": "ada@example.org",
    "active": True,
    "title": "Engineer",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"type": "work", "value": "Ada@Example.org", "primary": True}, {"type": "home", "value": "a@home.nl"}],
    ENTERPRISE: {"department": "Bridges", "manager": {"value": "m1"}},
    "meta": {"lastModified": "2026-11-02T09:00:00+00:00"},
    "id": "1f0c",
}
HOLDS = (
    'userName eq "ADA@EXAMPLE.ORG"',
    'username EQ "ada@example.org"',
    f'{USER}:userName eq "ada@example.org"',
    'title co "gine"',
    'title sw "Eng" and title ew "eer"',
    'title ne "Sales"',
    'nickName ne "x"',
    "nickName eq null",
    "title ne null",
    "title pr",
    "not (nickName pr)",
    "active eq true",
    'active eq "True"',
    'name.familyName gt "Love" and name.familyName le "lovelace"',
    'emails eq "ada@example.org"',
    'emails.type eq "home"',
    'emails[type eq "work" and value ew "example.org"]',
    'emails[type eq "home"].value eq "A@home.nl"',
    'emails[not (type eq "work")]',
    f'{ENTERPRISE}:department eq "bridges"',
    f'{ENTERPRISE}:manager.value eq "m1"',
    'meta.lastModified gt "2026-11-01T00:00:00Z" and meta.lastModified lt "2026-11-03"',
    'title eq "x" or title eq "Engineer" and active eq true',
    '(title eq "x" or title eq "Engineer") and active eq true',
    'title eq "\\u0045ngineer"',
)
FAILS = (
    'userName eq "bob"',
    'id eq "1F0C"',
    'emails[type eq "home" and value ew "example.org"]',
    'title eq "Engineer" and not (active eq true)',
    'not (title eq "Engineer" or title eq "x")',
    'title eq "x" or title eq "y" and active eq true',
    "nickName pr",
    f'{ENTERPRISE}:manager.value eq "M1"',
)
REFUSED = (
    "",
    "title",
    "title eq",
    "title eq Engineer",
    "title eq 'Engineer'",
    "title eq 5",
    'title is "x"',
    'eq eq "x"',
    'roles eq "admin"',
    'password sw "a"',
    'meta.nothing eq "x"',
    'title eq "x" and',
    'and title eq "x"',
    '(title eq "x"',
    'title eq "x")',
    'title eq "x" title eq "y"',
    'not title eq "x"',
    'title[value eq "x"]',
    'name[givenName eq "x"]',
    'emails[emails[type eq "x"]]',
    'emails[type eq "work"',
    'emails[type eq "work"].roles eq "x"',
    'name eq "Ada"',
    "active gt true",
    'active eq "maybe"',
    'title eq "open',
    'title eq "\\x"',
    'title eq "\\u0000"',
    'title eq "\\ud800"',
    "title eq \x00",
    "title; drop table person",
    "members pr",
)


@pytest.mark.parametrize("text", HOLDS)
def test_holds(text: str) -> None:
    """RFC 7644 section 3.4.2.2: operators, precedence, case, lists, extensions."""
    assert holds(parse(text, USERS), ADA)


@pytest.mark.parametrize("text", FAILS)
def test_does_not_hold(text: str) -> None:
    """The same, the other way round."""
    assert not holds(parse(text, USERS), ADA)


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    """PR-14: what cannot be read, or is not served, is no filter."""
    with pytest.raises(InvalidFilter):
        parse(text, USERS)


def test_precedence() -> None:
    """`and` binds before `or`, brackets before both."""
    assert isinstance(parse("title pr or title pr and title pr", USERS), Either)
    assert isinstance(parse("(title pr or title pr) and title pr", USERS), Both)
    assert isinstance(parse("not (title pr)", USERS), Opposite)
    assert isinstance(parse("emails[type pr]", USERS), Within)


def test_limits() -> None:
    """PR-14: at most 10 kB, brackets 20 deep, 100 comparisons; one less is read."""
    assert isinstance(parse(" or ".join(["title pr"] * 100), USERS), Either)
    assert isinstance(parse("(" * 20 + "title pr" + ")" * 20, USERS), Where)
    for text in (
        " or ".join(["title pr"] * 101),
        "(" * 21 + "title pr" + ")" * 21,
        f'title eq "{"x" * LONGEST_FILTER}"',
        "not (" * 5000 + "title pr" + ")" * 5000,
    ):
        with pytest.raises(InvalidFilter):
            parse(text, USERS)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ('userName eq "x"', True),
        ('externalId eq "x"', True),
        ('id eq "x"', True),
        ('emails.value eq "x"', True),
        ('emails[type eq "work" and value eq "x"]', False),
        ('displayName eq "x" and active eq true', True),
        ('userName eq "x" and title co "y"', False),
        ('userName eq "x" or emails eq "y"', True),
        ('not (userName eq "x")', True),
        ('groups.value eq "x"', True),
    ],
)
def test_what_the_database_does(text: str, exact: bool) -> None:  # noqa: FBT001
    """PR-14: whatever names an indexed attribute becomes SQL; nobody is loaded to be left out again."""
    plan = compiled(parse(text, USERS), "User")

    assert (True, exact) == (plan.condition is not None, plan.exact)


@pytest.mark.parametrize("text", ['members.type eq "User"', 'members[value co "x"]', 'members ne "x"'])
def test_members_by_value_only(text: str) -> None:
    """Members are asked for by value: they are never read to be compared."""
    with pytest.raises(InvalidFilter):
        compiled(parse(text, GROUP_KIND), "Group")


WORDS = st.sampled_from(
    ["userName", "emails", "[", "]", "(", ")", "and", "or", "not", "eq", "pr", "co", '"x"', "true", "null", "5",
     ".value", "type", f"{ENTERPRISE}:department", "urn:", '"', "\\", "groups.value", "meta.created",
     "active", "$ref", "-1.5e9"]
)  # fmt: skip
NOISE = st.text(max_size=60) | st.lists(WORDS, max_size=60).map(" ".join) | st.lists(WORDS, max_size=60).map("".join)


@settings(max_examples=400, deadline=None)
@given(NOISE)
@example("(" * 3000)
@example("not(" * 2500)
@example('"' + "\\" * 9000)
@example("a" * 9999)
@example("title pr" + " " * 9900 + "x")
@example("1" * 9999)
@example("urn:" * 2400)
def test_anything(text: str) -> None:
    """PR-14: whatever is asked, it is a filter or refused, and that within a fraction of a second of work."""
    began = time.process_time()
    try:
        asked = parse(text, USERS)
        compiled(asked, "User")
        holds(asked, ADA)
    except InvalidFilter:
        pass

    assert time.process_time() - began < 2
