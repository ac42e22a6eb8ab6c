"""The manual page about mappings is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.claims import CLAIMS, COMPUTED
from mappings.facts import TYPES
from mappings.functions import OWN
from sso_bridge.configuration.document.presets import presets
from tests.mappings.manual import functions, given, shown

PAGE = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text()
NAMES = {fact for type_ in ("Person", "Assignment", "Unit") for fact, text in TYPES[type_].items() if text not in TYPES}


@pytest.mark.parametrize("name", sorted({*NAMES, *CLAIMS, *COMPUTED, *presets(), *(own.name for own in OWN)}))
def test_named(name):
    """Every fact, function, claim and preset is on the page."""
    assert f"`{name}`" in PAGE or f"`{name}(" in PAGE


@pytest.mark.parametrize("own", OWN, ids=lambda own: own.name)
def test_function_gives_what_the_page_says(own):
    """The example of each function gives what the manual says it gives."""
    assert own.gives == shown(given(own.example))


def test_table_of_functions():
    """The table of functions is the one of the code; `python -m tests.mappings.manual` prints it."""
    assert "\n".join(functions()) in PAGE
