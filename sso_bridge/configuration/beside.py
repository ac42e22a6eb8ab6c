"""The files a configuration names must be there and be good before it comes into force, not when somebody signs in."""

from __future__ import annotations

from pathlib import Path

from mappings.errors import MappingError, Problem
from sso_bridge.configuration.build import saml_settings
from sso_bridge.configuration.model import Configuration, SamlLogin
from sso_bridge.configuration.parse import Checked
from sso_bridge.login.respond.saml_idp.registry import read_all


def check_files(checked: Checked, base_dir: Path) -> None:
    """Return when the metadata of every SAML platform can be used; MappingError with every Problem otherwise.

    A platform that is switched off is checked as well: switching it on must not be the moment one finds out.
    """
    found = file_problems(checked.configuration, base_dir)
    if found:
        raise MappingError(found)


def file_problems(configuration: Configuration, base_dir: Path) -> list[Problem]:
    """Return what is wrong with files; relative paths begin at `base_dir`."""
    logins = {
        name: saml_settings(one.login, base_dir)
        for name, one in configuration.platforms.items()
        if isinstance(one.login, SamlLogin)
    }
    problems = read_all(0, logins).problems
    return [Problem(f"platforms.{name}.login.metadata_file", text) for name, text in problems.items()]
