"""The manual of all settings, made from their types: `python -m sso_bridge.settings_manual` writes both files.

`deploy/settings.example.toml` is what `sso-bridge init` writes too; `docs/settings.md` is for reading.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from sso_bridge.config import PREFIX, Settings

EXAMPLE = Path("deploy/settings.example.toml")
MANUAL = Path("docs/settings.md")


def example(values: Mapping[str, Any]) -> str:
    """Return a settings file: the given values set, every other setting as a comment with its default."""
    parts = [f"# Settings of one process. A variable {PREFIX}<NAME> wins over this file.\n"]
    for name, field in _fields().items():
        lines = textwrap.wrap(field.description or "", 100, initial_indent="# ", subsequent_indent="# ")
        if name in values:
            lines.append(f"{name} = {_toml(values[name])}")
        elif field.is_required():
            lines.append(f"{name} =")
        else:
            lines.append(f"# {name} = {_toml(field.default)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def manual() -> str:
    """Return the page for readers."""
    rows = [
        f"### {name}\n\n{field.description}\n\n"
        f"Variable `{PREFIX}{name.upper()}`, "
        + ("must be given." if field.is_required() else f"default `{_toml(field.default)}`.")
        + "\n"
        for name, field in _fields().items()
    ]
    start = "# Settings\n\nHow one process runs; generated from `sso_bridge/config.py`. They stand in `bridge.toml`.\n"
    return "\n".join([start, *rows])


def _fields() -> dict[str, FieldInfo]:
    return {name: field for name, field in Settings.model_fields.items() if not field.exclude}


def _toml(value: Any) -> str:
    """Write texts, numbers and lists of texts; TOML spells these as JSON does."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def main() -> None:
    """Write both files into the current source tree."""
    EXAMPLE.write_text(example({"public_url": "https://sso.example.org"}), "utf-8")
    MANUAL.write_text(manual(), "utf-8")


if __name__ == "__main__":
    main()
