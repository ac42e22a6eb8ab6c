"""Sizes, names and door plates. A limit that hurts means that a noun is missing."""

from __future__ import annotations

from tests.architecture import house

MODULE, FUNCTION, FLOW, TEST_MODULE = 300, 40, 60, 400
JUNK = {"utils.py", "helpers.py", "common.py", "misc.py", "util.py"}

# A reason beside each; an empty table is the aim.
LONGER_ON_PURPOSE: dict[str, str] = {}


def _name(path: house.Path) -> str:
    return str(path.relative_to(house.ROOT))


def test_modules_are_short() -> None:
    """No module of the product has more than 300 lines."""
    long = {_name(path): house.length(path) for path in house.modules() if house.length(path) > MODULE}

    assert {} == {name: lines for name, lines in long.items() if name not in LONGER_ON_PURPOSE}


def test_functions_are_short() -> None:
    """No function of the product has more than 40 lines."""
    long = {
        f"{_name(path)}:{function.name}": function.lines
        for path in house.modules()
        for function in house.functions(path)
        if function.lines > FUNCTION
    }

    assert {} == long


def test_flows_fit_on_a_page() -> None:
    """A flow is told in at most 60 lines."""
    long = {_name(path): house.length(path) for path in house.modules() if path.name == "flow.py"}

    assert {} == {name: lines for name, lines in long.items() if lines > FLOW}


def test_test_modules_are_short() -> None:
    """No test module has more than 400 lines."""
    long = {_name(path): house.length(path) for path in house.modules("tests")}

    assert {} == {name: lines for name, lines in long.items() if lines > TEST_MODULE}


def test_every_room_has_a_door_plate() -> None:
    """Each package says on its first line what it is for."""
    assert [] == [_name(room) for room in house.rooms() if not house.door_plate(room)]


def test_there_is_no_junk_drawer() -> None:
    """A function lives where its noun lives."""
    assert [] == [_name(path) for path in house.modules("sso_bridge", "provisioners", "mappings") if path.name in JUNK]
