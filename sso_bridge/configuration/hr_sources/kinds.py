"""The HR sources of the configuration document: files that HR sends, or what we read ourselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from sso_bridge.configuration.document.fields import Filled, LdapAttribute, Part, Span
from sso_bridge.configuration.hr_sources.complete import Complete
from sso_bridge.configuration.hr_sources.filed import FolderSource, HrSource, SftpSource
from sso_bridge.configuration.hr_sources.pull import PULLED, PulledSource
from sso_bridge.configuration.hr_sources.pushed import ScimSource


def _filter(text: str) -> str:
    if text and (not re.fullmatch(r"\(.+\)", text) or text.count("(") != text.count(")")):
        raise ValueError("must be a filter in brackets, as in (employeeType=staff)")
    return text


class DirectorySource(Part):
    """A directory whose entries are the staff register. `columns` maps our column names to its attributes.

    `workplace` is the `ldap` workplace that says how it is reached. `units` are the values of an attribute, or the tree
    of organizational units. It is read `every` so often for changes, and once a day as a whole.
    """

    kind: Literal["ldap"]
    workplace: Filled
    base_dn: str = ""
    filter: Annotated[str, AfterValidator(_filter)] = ""
    columns: Mapping[str, LdapAttribute] = {}
    units: Literal["attribute", "organizational_units"] = "attribute"
    every: Span = "15m"
    complete: Complete = Complete()


ReadSource = DirectorySource | PulledSource
PickedUpSource = FolderSource | SftpSource
AnySource = HrSource | PickedUpSource | ReadSource | ScimSource
SOURCES: Final[Mapping[str, type[AnySource]]] = {
    "csv": HrSource,
    "folder": FolderSource,
    "sftp": SftpSource,
    "ldap": DirectorySource,
    "scim": ScimSource,
    **PULLED,
}
