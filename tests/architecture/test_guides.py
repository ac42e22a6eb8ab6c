"""The guides for people: complete, reachable, and without links that lead nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mappings.functions import OWN
from mappings.reading import MAPPING_KEYS
from provisioners.platforms.register import PLATFORMS
from provisioners.sync.plan.guards import CLASSES
from sso_bridge.cli import COMMANDS
from sso_bridge.configuration.document import model
from sso_bridge.configuration.document.files import read_text
from sso_bridge.configuration.document.parse import PACE
from sso_bridge.configuration.hr_sources.complete import Complete
from sso_bridge.configuration.hr_sources.kinds import SOURCES
from sso_bridge.configuration.hr_sources.pull import STYLES
from sso_bridge.configuration.workplaces.kinds import WORKPLACES
from tests.architecture import house

DOCS = house.ROOT / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text()
LANGUAGE = (DOCS / "mappings.md").read_text()
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
PARTS = (
    model.Configuration, *WORKPLACES.values(), model.Platform, model.SamlLogin, model.OidcLogin,
    model.NoLogin, model.GuardLimit, *SOURCES.values(), *STYLES, Complete, model.Target,
)  # fmt: skip


def _pages() -> list[Path]:
    return [house.ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def _linked(page: Path) -> list[Path]:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text()) if "://" not in link]
    return [(page.parent / target).resolve() for target in targets if target]


def _keys() -> list[str]:
    keys = {name for part in PARTS for name in part.model_fields} | {PACE}
    keys |= {name for kind in PLATFORMS.values() for name in kind.descriptor.settings}
    return sorted(keys | set(MAPPING_KEYS) | set(CLASSES))


@pytest.mark.parametrize("key", _keys())
def test_every_key_is_told(key: str) -> None:
    """What may be written into the configuration stands on its page."""
    assert re.search(rf"`{key}`|`\S*\b{key}:", CONFIGURATION)


@pytest.mark.parametrize("name", sorted(own.name for own in OWN))
def test_every_function_is_told(name: str) -> None:
    """What expressions may call stands on the page of the language."""
    assert f"`{name}`" in LANGUAGE


@pytest.mark.parametrize("name", [*WORKPLACES, *SOURCES, *model.LOGINS, *model.LATER_PROTOCOLS, *PLATFORMS])
def test_every_kind_is_told(name: str) -> None:
    """Which workplaces, protocols and connectors there are, and which not yet."""
    assert f"`{name}`" in CONFIGURATION


def test_examples_can_be_read() -> None:
    """Each example is YAML by our own reader, and names only parts that exist."""
    for example in FENCE.findall(CONFIGURATION) + FENCE.findall(LANGUAGE):
        assert set(read_text(example)) <= set(model.Configuration.model_fields)


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(house.ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """No page sends its reader to a page that is not there."""
    assert [] == [str(target) for target in _linked(page) if not target.exists()]


def test_every_page_can_be_reached() -> None:
    """From the index, by links alone."""
    seen: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        waiting += [target for target in _linked(page) if target.suffix == ".md" and target.exists()]
        waiting += [inner for target in _linked(page) if target.is_dir() for inner in target.glob("*.md")]

    assert [] == [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if page not in seen]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_told(name: str) -> None:
    """A command that nobody writes about is not found by those who need it."""
    told = "".join(page.read_text() for page in _pages())

    assert re.search(rf"`(?:sso-bridge )?{name}\b|sso-bridge (?:--settings \S+ )?{name}\b", told)
