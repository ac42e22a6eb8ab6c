"""Letters of other alphabets in plain ASCII, as they are usually spelt in names."""

# ruff: noqa: RUF001 - letters that look like others are what this is about

from __future__ import annotations

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
UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "å": "aa", "Å": "Aa"})
