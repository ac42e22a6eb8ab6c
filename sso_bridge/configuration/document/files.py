"""Configuration documents as YAML or JSON text, and back.

YAML is read by its core schema (YAML 1.2, 10.3): `on`, `yes` and `no` are texts, dates stay texts, so that the same
document in YAML and JSON is the same document. Nothing but plain data is built; aliases are refused, because a few of
them can unfold to gigabytes; a key that comes twice is an error, not the last one wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from mappings.errors import MappingError, Problem

LARGEST: Final = 4 * 1024 * 1024
DEEPEST: Final = 40


class _Loader(yaml.SafeLoader):
    """SafeLoader with the core schema's types and without aliases."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as PyYAML has it

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node; aliases and deep nesting are refused."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases are not allowed: write it out", problem_mark=mark)
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        """Return the mapping; its keys are texts, each once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(problem="a key must be a text", problem_mark=key.start_mark)
            key.tag = "tag:yaml.org,2002:str"
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value} comes twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that this module would read back as something else."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {  # noqa: RUF012 - as PyYAML has it
        first: list(known) for first, known in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Double quotes for a text with characters that PyYAML folds in other styles (line ends of Unicode, controls)."""
    style = None if text.replace("\n", "").isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)

for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
):
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_text(text: str, *, name: str = "configuration") -> dict[str, Any]:
    """Return the document in a YAML or JSON text; MappingError with line and column when it is neither."""
    if len(text) > LARGEST:
        raise MappingError([Problem(name, "is larger than 4 MiB")])
    try:
        document = _json(text) if text.lstrip()[:1] == "{" else None
        document = yaml.load(text, _Loader) if document is None else document  # noqa: S506 - SafeLoader, with less
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise MappingError([Problem(name, str(error.problem or "cannot be read"), "", *place)]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise MappingError([Problem(name, "is not YAML or JSON")]) from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise MappingError([Problem(name, "must be a mapping with workplaces, platforms, mappings ...", "", 1, 1)])
    return document


def _json(text: str) -> Any:
    """Return what JSON says, None when it is no JSON (it may be YAML in braces); a doubled key is an error here too."""
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError:
        return None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise yaml.MarkedYAMLError(problem=f"the key {doubled} comes twice")
    return made


def read_file(path: Path) -> dict[str, Any]:
    """Return the document in a file; MappingError when it cannot be opened or read."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise MappingError([Problem(path.name, f"cannot be opened: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise MappingError([Problem(path.name, "is not UTF-8 text")]) from None
    return read_text(text, name=path.name)


def write_yaml(document: dict[str, Any]) -> str:
    """Return the document as YAML in its own order; reading it gives the same document."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def canonical(document: dict[str, Any]) -> str:
    """Return the one JSON text a revision is kept and hashed as; the order of keys is kept, it has meaning."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
