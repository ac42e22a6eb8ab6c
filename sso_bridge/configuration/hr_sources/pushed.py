"""HR sources that push to our SCIM server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from sso_bridge.configuration.document.fields import Part

SCIM_COLUMNS: Final[Mapping[str, str]] = {
    "employee_number": "id",
    "given_name": "name.givenName",
    "name_prefix": "namePrefix",
    "family_name": "name.familyName",
    "partner_prefix": "partnerPrefix",
    "partner_name": "partnerName",
    "name_order": "nameOrder",
    "preferred_name": "nickName",
    "email": "emails",
    "username": "userName",
    "kind": "userType",
    "unit": "department",
    "title": "title",
    "manager": "manager",
    "location": "addresses.locality",
    "country": "addresses.country",
    "cost_centre": "costCenter",
    "legal_entity": "organization",
    "hired_on": "startDate",
    "leaves_on": "endDate",
}
"""Our columns -> attributes of SCIM, unless the configuration says otherwise."""
NUMBERS: Final = ("id", "externalId", "employeeNumber")
"""What can be the HR number: what identity providers keep for ever."""
_SHAPE: Final = frozenset(SCIM_COLUMNS.values()) | {
    "externalId", "employeeNumber", "division", "displayName", "preferredLanguage", "locale", "timezone",
    "name.formatted", "name.middleName", "name.honorificPrefix", "name.honorificSuffix", "phoneNumbers",
    "addresses.formatted", "addresses.streetAddress", "addresses.region", "addresses.postalCode",
}  # fmt: skip


def _served(columns: Mapping[str, str]) -> Mapping[str, str]:
    if "status" in columns:
        raise ValueError("cannot say where the status stands: it is `active`")
    for ours, theirs in columns.items():
        if theirs and theirs not in _SHAPE:
            raise ValueError(f"{ours}: is none of {', '.join(sorted(_SHAPE))}")
    if columns.get("employee_number", "id") not in NUMBERS:
        raise ValueError(f"employee_number: must be one of {', '.join(NUMBERS)}")
    return columns


class ScimSource(Part):
    """People and groups that an identity provider or HR system pushes to `/scim/v2`, one change at a time.

    `columns` maps our column names to attributes of SCIM; an empty text leaves one out.
    """

    kind: Literal["scim"]
    columns: Annotated[Mapping[str, str], AfterValidator(_served)] = {}
