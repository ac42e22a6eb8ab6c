"""How alike two names are: by their letters, after spellings that sound alike in Dutch have become one.

It only adds to what exact keys have found: nobody is ever looked for by likeness.
"""

from __future__ import annotations

import re
from typing import Final

WEIGHT: Final = 0.1
PREFIX: Final = 4

_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("sch", "s"), ("ph", "f"), ("th|dt", "t"), ("ck|ch|q|c", "k"), ("x", "ks"), ("uij|uy", "ui"),
        ("eij|ij|ey|ei|y", "i"), ("ou", "au"), ("oe", "u"), ("ae", "a"), ("v", "f"), ("z", "s"), ("d$", "t"),
        ("b$", "p"), ("g$", "k"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


def sound(folded: str) -> str:
    """Return a folded name with spellings that sound alike made one: Meijer, Meyer and Meier; Jansen and Janssen."""
    for pattern, replaced in _SOUNDS:
        folded = pattern.sub(replaced, folded)
    return folded


def likeness(one: str, other: str) -> float:
    """Return how alike two folded names are, from 0 to 1, whichever comes first; 1 for equal ones."""
    return max(_winkler(one, other), _winkler(sound(one), sound(other)))


def _winkler(one: str, other: str) -> float:
    found = _jaro(one, other)
    shared = 0
    for left, right in zip(one[:PREFIX], other[:PREFIX], strict=False):
        if left != right:
            break
        shared += 1
    return found + shared * WEIGHT * (1 - found)


def _jaro(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    reach = max(max(len(one), len(other)) // 2 - 1, 0)
    taken: set[int] = set()
    left = []
    for place, letter in enumerate(one):
        near = range(max(0, place - reach), min(len(other), place + reach + 1))
        match = next((at for at in near if at not in taken and other[at] == letter), None)
        if match is not None:
            taken.add(match)
            left.append(letter)
    if not left:
        return 0.0
    right = [other[at] for at in sorted(taken)]
    swapped = sum(a != b for a, b in zip(left, right, strict=True)) / 2
    return (len(left) / len(one) + len(left) / len(other) + (len(left) - swapped) / len(left)) / 3
