"""Reads the source tree: modules, functions and their sizes, door plates."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("sso_bridge", "provisioners", "mappings")


@dataclass(frozen=True)
class Function:
    """A function and how many lines it takes, docstring not counted."""

    name: str
    lines: int


def modules(*folders: str) -> Iterator[Path]:
    """Yield the Python files below these folders of the repository, migrations left out."""
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def length(path: Path) -> int:
    """Return the number of lines."""
    return len(path.read_text().splitlines())


def functions(path: Path) -> Iterator[Function]:
    """Yield every function and method."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            has_docstring = ast.get_docstring(node) is not None
            docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
            yield Function(node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring)


def door_plate(folder: Path) -> str:
    """Return the first line of a package's docstring, empty when there is none."""
    plate = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    return plate.splitlines()[0] if plate else ""


def rooms() -> Iterator[Path]:
    """Yield every package folder of the product, outermost first, in the order of `ls`."""
    for package in PACKAGES:
        folders = {path.parent for path in (ROOT / package).rglob("*.py")}
        yield from sorted(folder for folder in folders if "migrations" not in folder.parts)
