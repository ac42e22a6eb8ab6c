"""Letters of other alphabets in plain ASCII, as they are usually spelt in names."""

# ruff: noqa: RUF001 - letters that look like others are what this is about

from __future__ import annotations

import re
from typing import Final

_LATIN: Final = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i", "ĳ": "ij", "Ĳ": "IJ", "ħ": "h",
    "Ħ": "H", "ŋ": "n", "Ŋ": "N", "\u2019": "'", "\u2018": "'", "\u2013": "-", "\u2014": "-",
}  # fmt: skip
_GREEK: Final = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch",
    "ψ": "ps", "ω": "o", "ς": "s",
}  # fmt: skip
_CYRILLIC: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "ё": "e", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ђ": "dj", "ћ": "c", "љ": "lj", "њ": "nj", "џ": "dz",
    "ј": "j", "ѕ": "dz", "ў": "u",
}  # fmt: skip
_SMALL: Final = _GREEK | _CYRILLIC
LETTERS: Final = str.maketrans(
    _LATIN | _SMALL | {letter.upper(): spelt.capitalize() for letter, spelt in _SMALL.items() if letter != "ς"}
)
"""What `str.translate` takes; accents are taken off afterwards, by their decomposition."""
_TOGETHER: Final = re.compile(
    r"(?P<ou>ο[υύ])|(?P<soft>[αεη])[υύ](?=[θκξπσςτφχψ]|\b)|(?P<hard>[αεη])[υύ]|(?P<n>γ(?=[γξχ]))|(?P<b>\bμπ)"
    r"|(?P<a>ъ(?=[^\W\d_еёюя]))",
    re.IGNORECASE,
)
_SPELT: Final = {"ou": "ou", "n": "n", "b": "b", "a": "a"}
UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "Å": "Aa"})


def spelt_together(text: str) -> str:
    """Return the text with those Greek and Bulgarian letters spelt whose sound their neighbours decide (ISO 843)."""
    return _TOGETHER.sub(_spelling, text)


def _spelling(found: re.Match[str]) -> str:
    kind, first = str(found.lastgroup), found[0][0]
    spelt = _SPELT.get(kind) or first.translate(LETTERS).lower() + ("f" if kind == "soft" else "v")
    if not first.isupper():
        return spelt
    return spelt.upper() if found[0].isupper() and len(found[0]) > 1 else spelt.capitalize()
