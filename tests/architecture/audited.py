"""Which acts the source can write to the audit, and which test brings each about (AD-11)."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.architecture import house

Sides = Literal["before", "after", "both", "none"]
ACT = re.compile(r"[a-z_]+\.[a-z_]+")
SHAPES = {"Event", "Entry", "_event"}
LOGS = {"debug", "info", "warning", "error", "critical", "exception", "bind"}
RIGHTS = {"Route"}


@dataclass(frozen=True)
class Act:
    """One kind of record: the test that brings it about, and which sides it has there."""

    name: str
    test: str
    sides: Sides


def acts() -> Mapping[str, Act]:
    """Return those that tests bring about in a database; `seen_in_a_database` watches that they do."""
    return {name: Act(name, *row) for name, row in _table()["kept"].items()}


def heard() -> Mapping[str, str]:
    """Return those that tests hear with a trail of their own: act -> test."""
    return _table()["heard"]


def no_acts() -> frozenset[str]:
    """Return what looks like an act where acts are made, and is a right, a file or an event of a webhook."""
    return frozenset(_table()["no_acts"]["names"])


def writable() -> dict[str, str]:
    """Return act -> module, for every name that a module which records could give; `*` ends a name that is computed."""
    found: dict[str, str] = {}
    trees = {path: ast.parse(path.read_text()) for path in house.modules("sso_bridge", "provisioners")}
    called = {name: value for tree in trees.values() for name, value in _constants(tree)}
    for path, tree in trees.items():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        recording = [call for call in calls if _called(call) in SHAPES]
        names = {called[one.id] for call in recording for one in call.args[:1] if getattr(one, "id", "") in called}
        if recording:
            found |= dict.fromkeys([*_names(tree, calls), *names], str(path.relative_to(house.ROOT)))
    return found


def _table() -> Any:
    return tomllib.loads((Path(__file__).parent / "audited.toml").read_text())


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the acts that a module gives a name: `ERASURE = "person.erased"`."""
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and ACT.fullmatch(str(node.value.value))
        ):
            yield from ((target.id, str(node.value.value)) for target in node.targets if isinstance(target, ast.Name))


def _names(tree: ast.Module, calls: list[ast.Call]) -> Iterator[str]:
    """Yield each text of the form of an act, but what is logged and what a route asks for."""
    other = {id(part) for call in calls if _called(call) in LOGS | RIGHTS for part in ast.walk(call)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in other:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield from [node.value] if ACT.fullmatch(node.value) else []
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            begin = str(node.values[0].value)
            yield from [f"{begin}*"] if re.fullmatch(r"[a-z_]+\.[a-z_]*", begin) else []


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")
