"""Every kind of audit record that the source can write is brought about by a test that is named (AD-11)."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.architecture import house
from tests.architecture.audited import acts, heard, no_acts, writable
from tests.architecture.witness import LISTED, Watch

WRITABLE = writable()
NAMED = {**{name: act.test for name, act in acts().items()}, **heard()}


@cache
def functions(path: str) -> dict[str, str]:
    """Return test -> its source."""
    text = (house.ROOT / path).read_text()
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_source_segment(text, node) or "" for node in nodes}


def test_all_are_named() -> None:
    """AD-11: the table has each act of the source and no other; a computed name has at least two."""
    whole = {name for name in WRITABLE if not name.endswith("*")} - no_acts()
    begun = [name.removesuffix("*") for name in WRITABLE if name.endswith("*")]
    computed = {name for name in NAMED if any(name.startswith(one) for one in begun)}

    assert set() == whole - NAMED.keys()
    assert set() == NAMED.keys() - whole - computed
    assert [] == [one for one in begun if sum(name.startswith(one) for name in computed) < 2]
    assert len(whole) > 90


@pytest.mark.parametrize("name", NAMED)
def test_its_test_is_there(name: str) -> None:
    """Each named test and case exists; one that hears acts by itself says which."""
    path, _, test = NAMED[name].partition("::")
    function, _, case = test.partition("[")
    source = functions(path)[function]

    assert case.removesuffix("]") in (house.ROOT / path).read_text()
    assert name in acts() or f'"{name}"' in source


def test_the_watch_sees() -> None:
    """The watch finds an act that was not written, one without its sides, and a name where erasure does not look."""
    act = next(iter(acts().values()))
    row = {"what": act.name, "target": "platform:chat", "before": None, "after": '{"email": "x@corp.example"}'}

    assert LISTED[act.test]
    assert Watch().lacks(act)
    assert Watch([row | {"after": None}]).lacks(type(act)(act.name, act.test, "after"))
    assert "" == Watch([row]).lacks(type(act)(act.name, act.test, "after"))
    assert [f"{act.name} on platform:chat: ['email']"] == Watch([row]).beyond_erasure()
