"""What every command gets: the settings and the parts, opened when first asked for."""

from __future__ import annotations

import getpass
import secrets
from functools import cached_property
from pathlib import Path
from socket import gethostname
from typing import Any

import click

from sso_bridge.audit.circumstances import Circumstance, reason
from sso_bridge.config import Settings, load
from sso_bridge.log import set_up
from sso_bridge.parts.bridge import Parts


class CommandContext:
    """One run of the command line. Tests pass one with parts of their own as `obj`."""

    def __init__(self, settings_path: Path, **given: Any) -> None:
        self.settings_path = settings_path
        self._given = given
        self._why = ""

    def state(self, why: str) -> None:
        """Note why the command is given; what it does is audited with it."""
        self._why = reason(why)

    @cached_property
    def settings(self) -> Settings:
        """Return the settings; SettingsWrong with every mistake."""
        if not self.settings_path.exists():
            raise click.UsageError(
                f"There is no {self.settings_path}. Make one with `sso-bridge init DIR`, "
                "or say where it is with `sso-bridge --settings FILE ...`."
            )
        settings = load(self.settings_path)
        set_up(settings.log_format, "warning" if settings.log_level == "info" else settings.log_level)
        return settings

    @cached_property
    def parts(self) -> Parts:
        """Return the parts."""
        parts = Parts(self.settings, **self._given)
        parts.circumstances.everywhere(Circumstance(f"host:{gethostname()}", secrets.token_hex(8), self._why))
        return parts

    @property
    def actor(self) -> str:
        """Return who is at the command line, for the audit."""
        try:
            return f"cli:{getpass.getuser()}"
        except (KeyError, OSError):
            return "cli"

    def close(self) -> None:
        """Close what was opened."""
        if "parts" in self.__dict__:
            self.parts.close()


pass_context = click.make_pass_decorator(CommandContext)
