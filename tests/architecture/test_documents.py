"""What can be generated is generated and compared; what is written is checked for completeness."""

from __future__ import annotations

import ast

import pytest

from tests.architecture import house
from tests.architecture.pages import PAGES

DOCS = house.ROOT / "docs"


def _codes() -> list[str]:
    """Every `code = "..."` in a class of the product."""
    found = set()
    for path in house.modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                found |= {
                    line.value.value
                    for line in node.body
                    if isinstance(line, ast.Assign)
                    and [getattr(target, "id", "") for target in line.targets] == ["code"]
                    and isinstance(line.value, ast.Constant)
                }
    return sorted(found)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_current(name: str) -> None:
    """`make docs` would change nothing."""
    assert PAGES[name]() == (DOCS / name).read_text()


@pytest.mark.parametrize("code", _codes())
def test_error_codes_are_documented(code: str) -> None:
    """Every public code has a heading that says what to do about it."""
    assert f"\n### {code}\n" in (DOCS / "errors.md").read_text()


def test_change_notes_have_a_kind() -> None:
    """A change note says by its name whether something was added, changed, fixed, removed or is about security."""
    kinds = {"added", "changed", "fixed", "removed", "security"}

    assert [] == [note.name for note in (house.ROOT / "changes").glob("*.md") if note.suffixes[-2][1:] not in kinds]


def test_decisions_have_numbers() -> None:
    """Each decision has a number of its own, and its title begins with it."""
    pages = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]

    assert len(set(numbers)) == len(numbers)
    assert all(page.read_text().startswith(f"# {page.name[:4]}") for page in pages)


def test_decisions_are_one_page() -> None:
    """Context, decision, consequences, on one page."""
    pages = sorted((DOCS / "decisions").glob("*.md"))

    assert [] == [page.name for page in pages if len(page.read_text().splitlines()) > 70]
    for page in pages:
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in page.read_text(), page.name
