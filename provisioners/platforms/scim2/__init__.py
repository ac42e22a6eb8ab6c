"""Any service that speaks SCIM 2.0 (RFC 7643, RFC 7644): accounts, groups, deletion; SCIM has no owners."""

from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.opening import Opening
from provisioners.platforms.scim2.attributes import NAMES
from provisioners.platforms.scim2.connector import Scim
from provisioners.platforms.scim2.listing import Listing
from provisioners.platforms.scim2.writing import Writing

DESCRIPTOR = Descriptor(
    name="scim",
    title="SCIM 2.0",
    settings={"url": True, "token": True, "page_size": False, "members_per_call": False, "nested_groups": False},
    attributes=NAMES,
    required=frozenset({"userName"}),
    secrets=frozenset({"token"}),
    references=frozenset({"manager"}),
    deletes=True,
    groups=True,
    nests=True,
    calls_per_second=25.0,
)


def open_scim(opening: Opening) -> Scim:
    """Return a connector to the service below `url` (the address that ends before `/Users`)."""
    http = opening.http(headers={"Accept": "application/scim+json, application/json"})
    listing = Listing(http, opening.number("page_size", 100, least=1, most=10_000))
    opening.flag("nested_groups", default=False)  # for the planner, who asks the configuration
    per_call = opening.number("members_per_call", 100, least=1, most=10_000)
    return Scim(opening.platform, http, listing, Writing(http), members_per_call=per_call)
