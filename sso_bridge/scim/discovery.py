"""What the server says about itself (RFC 7644 section 4, RFC 9865 section 3): configuration, kinds and schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sso_bridge.scim.attribute import Attribute
from sso_bridge.scim.employment import EMPLOYMENT
from sso_bridge.scim.limits import LONGEST_BODY, MOST_OPERATIONS, MOST_PER_PAGE, PER_PAGE
from sso_bridge.scim.schema import ENTERPRISE, KINDS, ResourceKind

LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"
_EXTENSIONS: Final = {
    ENTERPRISE: ("EnterpriseUser", "People of an organisation"),
    EMPLOYMENT: ("Employment", "From when until when somebody works here, as what, and the parts of a name"),
}


class Discovery:
    """The documents; `base` is the address of the server, without a slash at the end."""

    def __init__(self, base: str) -> None:
        self._base = base

    def configuration(self) -> dict[str, Any]:
        """Return the ServiceProviderConfig: nothing in it that is not true."""
        return {
            "schemas": [f"{_CORE}ServiceProviderConfig"],
            "patch": {"supported": True},
            "bulk": {"supported": True, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": LONGEST_BODY},
            "filter": {"supported": True, "maxResults": MOST_PER_PAGE},
            "changePassword": {"supported": False},
            "sort": {"supported": True},
            "etag": {"supported": True},
            "pagination": {
                "cursor": True,
                "index": True,
                "defaultPaginationMethod": "index",
                "defaultPageSize": PER_PAGE,
                "maxPageSize": MOST_PER_PAGE,
            },
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "Bearer token",
                    "description": "A token with the scope scim, bound to one HR source.",
                    "specUri": "https://www.rfc-editor.org/info/rfc6750",
                    "primary": True,
                }
            ],
            "meta": {
                "resourceType": "ServiceProviderConfig",
                "location": f"{self._base}/ServiceProviderConfig",
            },
        }

    def kinds(self) -> list[dict[str, Any]]:
        """Return the resource types."""
        return [self._kind(kind) for kind in KINDS]

    def schemas(self) -> list[dict[str, Any]]:
        """Return the schemas, those of extensions too."""
        made = []
        for kind in KINDS:
            made.append(self._schema(kind.urn, kind.name, kind.description, kind.attributes))
            for urn, attributes in kind.extensions.items():
                made.append(self._schema(urn, *_EXTENSIONS[urn], attributes))
        return made

    def _kind(self, kind: ResourceKind) -> dict[str, Any]:
        made: dict[str, Any] = {
            "schemas": [f"{_CORE}ResourceType"],
            "id": kind.name,
            "name": kind.name,
            "endpoint": kind.endpoint,
            "description": kind.description,
            "schema": kind.urn,
            "meta": {"resourceType": "ResourceType", "location": f"{self._base}/ResourceTypes/{kind.name}"},
        }
        if kind.extensions:
            made["schemaExtensions"] = [{"schema": urn, "required": False} for urn in kind.extensions]
        return made

    def _schema(self, urn: str, name: str, description: str, attributes: Iterable[Attribute]) -> dict[str, Any]:
        return {
            "schemas": [f"{_CORE}Schema"],
            "id": urn,
            "name": name,
            "description": description,
            "attributes": [one.document() for one in attributes],
            "meta": {"resourceType": "Schema", "location": f"{self._base}/Schemas/{urn}"},
        }


def as_list(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a whole list as one page."""
    return {
        "schemas": [LIST],
        "totalResults": len(items),
        "startIndex": 1,
        "itemsPerPage": len(items),
        "Resources": items,
    }
