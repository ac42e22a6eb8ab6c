"""The files a configuration names must be there and be good before it comes into force, not when somebody signs in."""

from __future__ import annotations

from pathlib import Path

from mappings.errors import MappingError, Problem
from sso_bridge.configuration.document.model import Configuration, SamlLogin
from sso_bridge.configuration.document.parse import Checked
from sso_bridge.configuration.settings.build import saml_settings
from sso_bridge.configuration.workplaces.saml import SamlWorkplace, saml_workplace_settings
from sso_bridge.errors import BadRequest
from sso_bridge.login.authenticate.saml_sp.believing import described_file, pinned
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings
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
    found = [Problem(f"platforms.{name}.login.metadata_file", text) for name, text in problems.items()]
    for name, workplace in configuration.workplaces.items():
        if isinstance(workplace, SamlWorkplace):
            found += _of_workplace(f"workplaces.{name}", saml_workplace_settings(name, workplace, base_dir))
    return found


def _of_workplace(path: str, settings: SamlWorkplaceSettings) -> list[Problem]:
    """Return what is wrong with the files of a SAML workplace."""
    try:
        if settings.metadata_certificate is not None:
            pinned(settings.metadata_certificate)
    except BadRequest as error:
        return [Problem(f"{path}.metadata_certificate", error.cause)]
    try:
        if settings.metadata_file is not None:
            described_file(settings)
    except (OSError, BadRequest) as error:
        said = error.cause if isinstance(error, BadRequest) else error.strerror
        return [Problem(f"{path}.metadata_file", said or "cannot be read")]
    return []
