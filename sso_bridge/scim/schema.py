"""The published schemas (RFC 7643): exactly the attributes that are taken and told; everything else is thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sso_bridge.scim.attribute import Attribute, several
from sso_bridge.scim.employment import EMPLOYMENT, EMPLOYMENT_ATTRIBUTES

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"


def _text(name: str, description: str) -> Attribute:
    return Attribute(name, description)


NAME = Attribute(
    "name", "The parts of the name.", "complex",
    parts=(
        _text("formatted", "The whole name."), _text("familyName", "The family name."),
        _text("givenName", "The given name."), _text("middleName", "Names in the middle."),
        _text("honorificPrefix", "Titles before the name."), _text("honorificSuffix", "Titles after the name."),
    ),
)  # fmt: skip
ADDRESS = tuple(
    _text(name, description)
    for name, description in (
        ("formatted", "The whole address."), ("streetAddress", "Street and number."), ("locality", "The town."),
        ("region", "The region."), ("postalCode", "The postal code."), ("country", "The country, as in NL."),
    )
)  # fmt: skip
GROUPS = Attribute(
    "groups", "The groups that the person is in, and those that hold them; changed through the groups.", "complex",
    many=True, mutability="readOnly",
    parts=(
        Attribute("value", "The id of the group.", mutability="readOnly", exact=True),
        Attribute("$ref", "The address of the group.", "reference", mutability="readOnly", refers=("Group",),
                  exact=True),
        Attribute("display", "The name of the group.", mutability="readOnly"),
        Attribute("type", "How the person is in it.", mutability="readOnly", canonical=("direct", "indirect")),
    ),
)  # fmt: skip
VALUE_AND_DISPLAY = (_text("value", "The value."), _text("display", "How to show it."))

USER_ATTRIBUTES = (
    Attribute("userName", "The name at the identity provider.", required=True, unique="server"),
    NAME,
    _text("displayName", "The name as others see it."), _text("nickName", "The name to be called by."),
    _text("title", "The job title."), _text("userType", "The kind of contract, as in employee."),
    _text("preferredLanguage", "The language, as in nl-NL."), _text("locale", "How dates and numbers are written."),
    _text("timezone", "The time zone, as in Europe/Amsterdam."),
    Attribute("active", "Whether the person works here; false acts at once.", "boolean"),
    several("emails", "Mail addresses.", VALUE_AND_DISPLAY, ("work", "home", "other")),
    several("phoneNumbers", "Telephone numbers.", VALUE_AND_DISPLAY,
            ("work", "mobile", "fax", "home", "pager", "other")),
    several("addresses", "Postal addresses.", ADDRESS, ("work", "home", "other")),
    GROUPS,
)  # fmt: skip

MANAGER = Attribute(
    "manager", "The manager.", "complex",
    parts=(
        Attribute("value", "The id of the manager.", exact=True),
        Attribute("$ref", "The address of the manager.", "reference", refers=("User",), exact=True),
    ),
)  # fmt: skip
ENTERPRISE_ATTRIBUTES = (
    _text("employeeNumber", "The number of the person at HR."), _text("costCenter", "The cost centre."),
    _text("organization", "The legal entity."), _text("division", "The division."),
    _text("department", "The unit."), MANAGER,
)  # fmt: skip

MEMBERS = Attribute(
    "members", "Who, and which groups, are in it.", "complex", many=True,
    parts=(
        Attribute("value", "The id of the person or group.", mutability="immutable", exact=True),
        Attribute("$ref", "The address of the person or group.", "reference", mutability="immutable",
                  refers=("User", "Group"), exact=True),
        Attribute("type", "What it is.", mutability="immutable", canonical=("User", "Group")),
    ),
)  # fmt: skip
GROUP_ATTRIBUTES = (
    Attribute("displayName", "The name, unique in the source.", required=True, unique="server"),
    MEMBERS,
)

META = Attribute(
    "meta", "About the resource.", "complex", mutability="readOnly",
    parts=(
        Attribute("resourceType", "The kind of resource.", mutability="readOnly", exact=True),
        Attribute("created", "When it was made.", "dateTime", mutability="readOnly"),
        Attribute("lastModified", "When it was last changed.", "dateTime", mutability="readOnly"),
        Attribute("location", "Its address.", "reference", mutability="readOnly", refers=("uri",), exact=True),
        Attribute("version", "Its version, as in the header ETag.", mutability="readOnly", exact=True),
    ),
)  # fmt: skip
COMMON = (
    Attribute("schemas", "The schemas it is made of.", "reference", many=True, refers=("uri",), exact=True,
              returned="always"),
    Attribute("id", "Our id, for ever.", mutability="readOnly", returned="always", exact=True, unique="server"),
    Attribute("externalId", "The caller's id.", exact=True),
    META,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind of resource: its own schema, and extensions by their URN."""

    name: str
    endpoint: str
    description: str
    urn: str
    attributes: tuple[Attribute, ...]
    extensions: Mapping[str, tuple[Attribute, ...]]

    def find(self, name: str, urn: str = "") -> Attribute | None:
        """Return the attribute of this name, whatever its case: of a schema, or of the resource itself without one."""
        own = (*COMMON, *self.attributes) if not urn or urn == self.urn else self.extensions.get(urn, ())
        return next((one for one in own if one.name.lower() == name.lower()), None)

    def schema(self, text: str) -> str:
        """Return the URN as we write it of a schema of this kind, whatever its case; empty for another."""
        return next((urn for urn in (self.urn, *self.extensions) if urn.lower() == text.lower()), "")


_EXTENSIONS = {ENTERPRISE: ENTERPRISE_ATTRIBUTES, EMPLOYMENT: EMPLOYMENT_ATTRIBUTES}
USERS: Final = ResourceKind("User", "/Users", "People", USER, USER_ATTRIBUTES, _EXTENSIONS)
GROUP_KIND: Final = ResourceKind("Group", "/Groups", "Groups of people", GROUP, GROUP_ATTRIBUTES, {})
KINDS: Final = (USERS, GROUP_KIND)
