"""The values by which one person can be told from others, and taking them out of texts and JSON.

`sure` are taken out wherever they stand as a word; `short` ones only where they are a whole value: a number of two
digits is in many sentences.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

ERASED = "[erased]"
SHORTEST = 4
DIGITS = 6
"""A number with fewer digits than this is no sure value."""


@dataclass(frozen=True)
class Names:
    """What names one person. Case does not matter, nor how letters with accents are composed."""

    sure: frozenset[str]
    short: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Iterable[str]) -> Names:
        """Return these values, sorted by how sure they are."""
        said = {value.strip() for value in values} - {""}
        sure = frozenset(value for value in said if is_sure(value))
        return cls(sure, frozenset(said - sure))

    @cached_property
    def _sure(self) -> re.Pattern[str] | None:
        spellings = {form for value in self.sure for form in _forms(value)}
        if not spellings:
            return None
        ordered = sorted(spellings, key=lambda one: (-len(one), one))
        found = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in ordered)
        return re.compile(rf"(?<![^\W_])(?:{found})(?![^\W_])", re.IGNORECASE)

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(form.casefold() for value in self.short for form in _forms(value))

    def text(self, text: str) -> str:
        """Return the text without them."""
        if text.casefold() in self._whole:
            return ERASED
        return self._sure.sub(lambda _: ERASED, text) if self._sure else text

    def value(self, value: Any) -> Any:
        """Return a JSON value without them, in keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(name)): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value

    def json(self, text: str | None) -> str | None:
        """Return JSON text without them, written as the audit writes it."""
        if text is None:
            return None
        told = json.loads(text)
        left = self.value(told)
        return text if left == told else json.dumps(left, sort_keys=True, ensure_ascii=True, separators=(",", ":"))

    def spellings(self) -> list[str]:
        """Return what to look for in text that a database has put into lower case: as it is, and as JSON escapes it.

        Some databases fold the case of ASCII letters only; the others come in each case.
        """
        found = {unicodedata.normalize(form, one) for one in self.sure | self.short for form in ("NFC", "NFD")}
        cased = {each for form in found for each in (form, form.lower(), form.upper(), form.title())}
        return sorted({low(spelling) for form in cased for spelling in _forms(form)})


def is_sure(value: str) -> bool:
    """Return whether the value names somebody wherever it stands."""
    return len(value) >= (DIGITS if value.isdigit() else SHORTEST)


def low(text: str) -> str:
    """Return the text with its ASCII letters in lower case."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def _forms(value: str) -> set[str]:
    """Return the spellings of one value, also as JSON with escapes has it: some texts are JSON."""
    forms = {value, unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)}
    return forms | {json.dumps(form)[1:-1] for form in forms}
