"""How a person calls this very program again: `sso-bridge` where it is on PATH, its path where it is not."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

NAME = "sso-bridge"


def again(called: str, python: str, here: Path, which: Callable[[str], str | None]) -> str:
    """Return the words that start this program from the folder `here`.

    `called` is what the process was started as (`sys.argv[0]`), `python` the interpreter (`sys.executable`).
    """
    program = Path(called) if Path(called).stem == NAME else Path(python).parent / NAME
    found = which(NAME)
    if found and program.exists() and Path(found).samefile(program):
        return NAME
    if program.exists():
        return shlex.quote(near(program.absolute(), here))
    return f"{shlex.quote(near(Path(python), here))} -m sso_bridge.cli"


def near(path: Path, here: Path) -> str:
    """Return the path as one would type it in the folder `here`."""
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
