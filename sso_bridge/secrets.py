"""References to secrets: `env:NAME` or `file:PATH` becomes text, at the moment of use.

Nothing here casts, caches or prints a secret, and no error holds one. A relative path is looked for beside
the settings file.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

# Whoever mounts these folders decides who enters them: docker secrets are always 0444, systemd's credentials 0440.
KEPT_APART = (Path("/run/secrets"), Path("/run/credentials"))
REFERENCE = re.compile(r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00-\x1f]+)$")
LONGEST = 1_048_576


class SecretMissing(Exception):
    """A reference leads nowhere, or to something that must not be used. The message names the reference only."""

    code = "secret_missing"


def is_reference(text: str) -> bool:
    """Return whether the text is a reference; everything else would be a plain secret in a file."""
    return bool(REFERENCE.match(text))


def resolve(reference: str, base_dir: Path) -> str:
    """Return the text behind the reference, without one final line end; SecretMissing when there is none."""
    if not is_reference(reference):
        raise SecretMissing("a secret must be written as env:NAME or file:PATH")
    kind, _, place = reference.partition(":")
    text = os.environ.get(place, "") if kind == "env" else _read(reference, base_dir / place)
    if not text:
        raise SecretMissing(f"{reference} is not set or empty")
    return text


def resolve_key(reference: str, base_dir: Path, kept_apart: Iterable[Path] = KEPT_APART) -> str:
    """Return like `resolve`, and refuse a file that anybody but its owner may read (CR-04).

    In the folders where systemd and container engines mount secrets, nobody but the service gets at the file:
    there it may be readable, but never writable, by others.
    """
    if reference.startswith("file:"):
        path = (base_dir / reference.removeprefix("file:")).resolve()
        forbidden = 0o022 if any(path.is_relative_to(folder.resolve()) for folder in kept_apart) else 0o077
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & forbidden:
            raise SecretMissing(f"{reference} can be read or changed by others; run: chmod 600 {path}")
    return resolve(reference, base_dir)


def _read(reference: str, path: Path) -> str:
    try:
        if path.stat().st_size > LONGEST:
            raise SecretMissing(f"{reference} is too large for a secret")
        text = path.read_text("utf-8")
    except OSError as error:
        raise SecretMissing(f"{reference} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SecretMissing(f"{reference} is not UTF-8 text") from None
    return text.removesuffix("\n").removesuffix("\r")
