"""Recovery codes: ten on a sheet of paper, each good once, for the day the telephone is lost."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

HOW_MANY = 10
BYTES = 10
_SHAPE = re.compile(r"[a-z2-7]{16}")


def new_codes() -> tuple[str, ...]:
    """Return ten codes of 80 random bits, in groups of four."""
    return tuple(_grouped(base64.b32encode(secrets.token_bytes(BYTES)).decode().lower()) for _ in range(HOW_MANY))


def plain(text: str) -> str:
    """Return a typed code without its hyphens and blanks; empty when it cannot be one."""
    bare = "".join(char for char in text.lower() if not char.isspace() and char != "-")
    return bare if _SHAPE.fullmatch(bare) else ""


def code_hash(person_uuid: str, code: str) -> bytes:
    """Return what is kept of a code. A slow hash would add nothing: nobody guesses 80 random bits."""
    return hashlib.sha256(f"recovery\x1f{person_uuid}\x1f{plain(code)}".encode()).digest()


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
