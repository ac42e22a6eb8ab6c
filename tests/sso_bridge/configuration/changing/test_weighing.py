"""What of a configuration takes a second administrator."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.people import Person
from sso_bridge.configuration.changing.scales import Scales
from sso_bridge.configuration.changing.weighing import reasons_in
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.store.staff.reordered import AsTheyAre
from tests.fakes.org import company, someone
from tests.sso_bridge.configuration.documents import changed, whole

HUNDRED = tuple(someone(number, "sales", f"E{number}") for number in range(1, 101))


class Held:
    """Revisions of which the first one holds."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def number(self) -> int:
        return 1

    def get(self, _number: int) -> Held:
        return self


class Staff:
    """A register of a hundred people."""

    def __init__(self, people: tuple[Person, ...] = HUNDRED) -> None:
        self._people = people

    def __len__(self) -> int:
        return len(self._people)

    def all(self) -> tuple[Person, ...]:
        return self._people

    def chart(self, _day: object) -> object:
        return company(*self._people)


class AsAlways:
    """Every order of HR sources changes nobody."""

    def seen(self, _precedence: object) -> AsTheyAre:
        return AsTheyAre()


def weigh(before: dict[str, Any], after: dict[str, Any], people: tuple[Person, ...] = HUNDRED, **more: Any):
    """Weigh one document against another."""
    scales = Scales(LiveConfiguration(Held(before)), Staff(people), AsAlways(), lambda: None)
    return scales.weigh(after, parse(after), **more)


def titled(count: int, **guards: Any) -> dict[str, Any]:
    """Return a document that gives `count` people another title on two platforms."""
    chosen = ", ".join(f"'E{number}'" for number in range(1, count + 1))
    document = changed("mappings/chat/attributes/title", f"person.employeeNumber in [{chosen}] ? 'new' : primary.title")
    document["mappings"]["chat"]["release"] = ["email", "name", "groups", "title"]
    return document | {"guards": {"default": guards}} if guards else document


def base(**guards: Any) -> dict[str, Any]:
    """Return the document that holds before."""
    return titled(0, **guards)


@pytest.mark.parametrize(("count", "reasons"), [(0, 0), (5, 0), (6, 1)])
def test_people_are_counted(count: int, reasons: int) -> None:
    """AD-08: one administrator may change something for 5 % of the people, for the next one it takes two."""
    weighed = weigh(base(), titled(count))

    assert (count, reasons) == (weighed.effects.people, len(weighed.reasons))
    assert all("6 of 100 people, more than 5 %" in reason for reason in weighed.reasons)


def test_people_not_changes() -> None:
    """AD-08: somebody for whom much changes on several platforms is one person."""
    after = titled(5)
    after["mappings"]["wiki"] = {"for": "!(person.employeeNumber in ['E1', 'E2', 'E3'])", "release": ["email"]}
    before = base()
    before["mappings"]["wiki"] = {"for": "true", "release": ["email"]}

    weighed = weigh(before, after)

    assert 8 == sum(weighed.effects.counts.values())
    assert (5, ()) == (weighed.effects.people, weighed.reasons)


@pytest.mark.parametrize(
    ("guard", "count", "reasons"),
    [
        ({"percent": 2}, 2, 0),
        ({"percent": 2}, 3, 1),
        ({"percent": 0}, 1, 1),
        ({"count": 3}, 3, 0),
        ({"count": 3}, 4, 1),
    ],
)
def test_the_limit_may_be_lower(guard: dict[str, Any], count: int, reasons: int) -> None:
    """AD-08: the guard `people_changed` lowers the limit, as a share or a number."""
    limit = {"people_changed": guard}

    assert reasons == len(weigh(base(**limit), titled(count, **limit)).reasons)


def test_those_who_left_are_no_people() -> None:
    """AD-08: the share is taken of those who are here: an old register does not make room."""
    gone = tuple(someone(number, "sales", f"E{number}", status="gone") for number in range(101, 1001))

    assert 1 == len(weigh(base(), titled(6), HUNDRED + gone).reasons)


def test_too_many_to_look_at() -> None:
    """AD-08: what could not be looked at takes a second person, if it can concern anybody."""
    weighed = weigh(base(), titled(1), most=99)
    harmless = weigh(base(), base() | {"targets": {}}, most=99)

    assert (False, 1) == (weighed.complete, len(weighed.reasons))
    assert (True, ()) == (harmless.complete, harmless.reasons)


def test_progress_is_told() -> None:
    """Looking at many people can be followed."""
    seen: list[int] = []
    many = tuple(someone(number, "sales", f"E{number}") for number in range(1, 451))
    weigh(base(), titled(1), many, progress=seen.append)

    assert [200, 400] == seen


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("guards/default/suspend/percent", 7),
        ("guards", ...),
        ("workplaces/ad/urls", ["ldaps://evil.example"]),
        ("workplaces/pilot/path", "other.yaml"),
        ("hr_sources/payroll/complete/min_percent", 1),
        ("platforms/wiki/login/metadata_file", "other.xml"),
        ("platforms/chat/login/redirect_uris", ["https://evil.example/callback"]),
        ("platforms/chat/login/client_secret", "env:OTHER"),
        ("platforms/chat/provisioning/url", "https://evil.example/scim/v2"),
        ("platforms/chat/protected", ["1"]),
        ("platforms/new", {"login": {"protocol": "oidc", "client_id": "new"}, "mapping": "chat"}),
    ],
)
def test_keys_and_addresses(path: str, value: Any) -> None:
    """AD-08: whom we believe, where people and accounts go, and what holds others back take two people."""
    assert 1 == len(list(reasons_in(whole(), changed(path, value))))


@pytest.mark.parametrize(
    ("path", "value"),
    [("platforms/wiki/title", "Our wiki"), ("targets", ...), ("groups/lines", ...), ("platforms/chat", ...)],
)
def test_the_rest(path: str, value: Any) -> None:
    """What is for looks, or only takes away from platforms, is weighed by the people it touches."""
    assert [] == list(reasons_in(whole(), changed(path, value)))


def test_switching_on() -> None:
    """AD-08: switching a platform off is an emergency's first step and one person's; switching it on is not."""
    off = changed("platforms/chat/enabled", value=False)

    assert [] == list(reasons_in(whole(), off))
    assert ["it switches chat on"] == list(reasons_in(off, whole()))
