"""The manual page about groups and waves is complete, and its examples can be saved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mappings.groups.places import REACHES, SHORT
from mappings.groups.reading import KEYS
from mappings.rules import compile_rules
from mappings.waves import KEYS as WAVE_KEYS
from mappings.waves import STEP_KEYS
from sso_bridge.configuration.document.files import read_text

PAGE = (Path(__file__).parents[3] / "docs" / "groups.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
REACH = [reach for known in REACHES.values() for reach in known]


@pytest.mark.parametrize("key", sorted({*KEYS, *WAVE_KEYS, *STEP_KEYS, *SHORT, *REACH}))
def test_named(key):
    """Every key of a group and of waves, and every short name of a fact, stands on the page."""
    assert re.search(rf"`{key}`|\b{key}:", PAGE)


def test_examples():
    """What the page shows can be saved as it stands; parts of a rule are put into one."""
    platforms = {name: {"mapping": "chat"} for name in ("chat", "forum")}
    groups = read_text(EXAMPLES[0])["groups"]
    parts = {at: read_text(EXAMPLES[at]) for at in (1, 2)}
    groups["sales"] = {"on": ["chat"], "each": "unit", **parts[1]}
    groups["units"] |= {"when": "unit.kind != 'team'", **parts[2]}
    waves = read_text(EXAMPLES[3])["platforms"]["chat"]["waves"]
    platforms["chat"]["waves"] = waves

    assert compile_rules({"platforms": platforms, "mappings": {"chat": {}}, "groups": groups})
    assert ["it", "tenth"] == [step["name"] for step in waves["steps"]][1:3]
