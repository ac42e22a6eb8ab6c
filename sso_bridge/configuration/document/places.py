"""Where a rule stands in the export: from its path to a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sso_bridge.configuration.document.files import write_yaml


class Places:
    """The lines of one document as it is exported, counted from 1. Written once, asked often."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._root = yaml.compose(write_yaml(dict(document)), yaml.BaseLoader)

    def line(self, path: str) -> int:
        """Return the line of a path such as `mappings.chat.attributes.title`, or of what is nearest above; 0 if none.

        A name may hold dots itself (`name.givenName`).
        """
        node, line, rest = self._root, 0, path
        while rest and isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if rest == pair[0].value or rest.startswith(f"{pair[0].value}.")]
            if not found:
                return line
            key, node = max(found, key=lambda pair: len(pair[0].value))
            line, rest = key.start_mark.line + 1, rest[len(key.value) + 1 :]
        return line
