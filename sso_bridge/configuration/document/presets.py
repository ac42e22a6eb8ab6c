"""Starting mappings that come with the product: `preset: scim` in a mapping, with its own rules laid over it.

An attribute of the mapping's own replaces the preset's; one that is set to null takes it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from mappings.errors import Problem
from sso_bridge.configuration.document.files import read_text


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Return all presets by name."""
    folder = resources.files("mappings") / "presets"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return {file.name.removesuffix(".yaml"): read_text(file.read_text("utf-8"), name=file.name) for file in files}


def with_presets(mappings: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Return the mappings with their presets laid under them; adds a Problem for an unknown preset."""
    return {name: _laid(body, f"mappings.{name}", problems) for name, body in mappings.items()}


def _laid(body: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(body, Mapping) or "preset" not in body:
        return body
    own = {key: value for key, value in body.items() if key != "preset"}
    name = body["preset"]
    preset = presets().get(name) if isinstance(name, str) else None
    if preset is None:
        close = get_close_matches(str(name), list(presets()), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(presets())}"
        problems.append(Problem(f"{path}.preset", "unknown preset", hint))
        return own
    attributes = own.get("attributes") or {}
    if isinstance(attributes, Mapping):
        merged = {**preset.get("attributes", {}), **attributes}
        own["attributes"] = {key: value for key, value in merged.items() if value is not None}
    kept = {key: value for key, value in preset.items() if key != "examples"}
    return {**kept, **own}
