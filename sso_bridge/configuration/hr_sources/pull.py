"""HR systems that we read over HTTP: any REST or OData service by description, and the named ones.

Paths into an answer are names with slashes between them, as in `attributes/name/value`; a number counts in a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import AfterValidator, Field, StrictInt, model_validator

from sso_bridge.configuration.document.fields import Filled, Part, Reference, Span, WebAddress
from sso_bridge.configuration.hr_sources.complete import Complete
from sso_bridge.configuration.hr_sources.filed import CertificateProof, HmacProof
from sso_bridge.configuration.workplaces.openid import SEVERAL, Tenant


def _numbered(columns: Mapping[str, str]) -> Mapping[str, str]:
    if "employee_number" not in columns:
        raise ValueError("must say where employee_number stands")
    return columns


def _kept(columns: Mapping[str, str]) -> Mapping[str, str]:
    if columns.get("employee_number") == "":
        raise ValueError("must not leave employee_number out")
    return columns


Address = Annotated[WebAddress, Field(min_length=1)]
OwnColumns = Annotated[Mapping[str, Filled], AfterValidator(_numbered)]
OurColumns = Annotated[Mapping[str, str], AfterValidator(_kept)]
"""Columns beside or instead of those we know of a system; an empty text leaves one out."""
Status = Literal["active", "leave", "inactive", "left"]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
HeaderText = Annotated[str, Field(pattern=r"^[\x20-\x7e]{0,64}$")]
Label = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
PerPage = Annotated[StrictInt, Field(ge=1, le=10_000)]


class BasicAuth(Part):
    """A user and a password with every call (RFC 7617)."""

    style: Literal["basic"]
    user: Filled
    password: Reference


class HeaderAuth(Part):
    """A token in a header."""

    style: Literal["header"]
    header: HeaderName = "Authorization"
    prefix: HeaderText = "Bearer "
    token: Reference


class OAuth(Part):
    """A token by client credentials (RFC 6749 section 4.4), or by a refresh token that does not change (section 6)."""

    style: Literal["oauth"]
    token_url: Address
    client_id: Filled
    client_secret: Reference
    scope: str = ""
    refresh_token: Reference | None = None


class NextLink(Part):
    """Each page names the address of the next one: `@odata.nextLink`, `d/__next`, `links/next`."""

    style: Literal["next_link"]
    next: Filled


class Cursor(Part):
    """Each page has a text that is sent back for the next one."""

    style: Literal["cursor"]
    cursor: Filled = "cursor"
    next: Filled


class Offset(Part):
    """So many rows are skipped."""

    style: Literal["offset"]
    offset: Filled = "offset"
    size: Filled = "limit"
    per_page: PerPage = 100


class Numbered(Part):
    """Pages have numbers."""

    style: Literal["page"]
    page: Filled = "page"
    size: Filled = "per_page"
    per_page: PerPage = 100
    first: Annotated[StrictInt, Field(ge=0, le=1)] = 1


class OnePage(Part):
    """Everybody comes in one answer."""

    style: Literal["none"]


Auth = Annotated[BasicAuth | HeaderAuth | OAuth, Field(discriminator="style")]
Paging = NextLink | Cursor | Offset | Numbered | OnePage


class Pulled(Part):
    """What all HR systems share. `statuses`: their words -> ours; `manager_key`: what `manager` names a row by."""

    columns: Mapping[str, str] = {}
    statuses: Mapping[str, Status] = {}
    manager_key: str = ""
    every: Span = "6h"
    complete: Complete = Complete()


class RestSource(Pulled):
    """Any REST or OData service. `rows` is the path of the list of people, `total` of how many there are."""

    kind: Literal["rest"]
    url: Address
    query: Mapping[str, str] = {}
    rows: str = ""
    total: str = ""
    auth: Auth
    paging: Annotated[Paging, Field(discriminator="style")]
    columns: OwnColumns


class AfasSource(Pulled):
    """AFAS Profit: a GetConnector, in the order of fields that no two rows share."""

    kind: Literal["afas"]
    url: Address
    connector: Word
    token: Reference
    order_by: Filled
    per_page: PerPage = 1000
    columns: OwnColumns


class WorkdaySource(Pulled):
    """Workday: a custom report as a service (RaaS). `query` answers its prompts."""

    kind: Literal["workday"]
    url: Address
    query: Mapping[str, str] = {}
    auth: Annotated[BasicAuth | OAuth, Field(discriminator="style")]
    columns: OwnColumns


class SuccessFactorsSource(Pulled):
    """SAP SuccessFactors: jobs of today by OData. `assertion` is a signed SAML assertion, made and renewed outside."""

    kind: Literal["successfactors"]
    url: Address
    company: Filled
    client_id: Filled
    assertion: Reference
    columns: OurColumns = Field({})


class BambooSource(Pulled):
    """BambooHR: a dataset. `company` is the part before .bamboohr.com; `columns` are names of its fields."""

    kind: Literal["bamboohr"]
    company: Label
    api_key: Reference
    dataset: Word = "employee"
    per_page: PerPage = 500
    columns: OurColumns = Field({})


class PersonioSource(Pulled):
    """Personio: its employees."""

    kind: Literal["personio"]
    client_id: Filled
    client_secret: Reference
    per_page: PerPage = 100
    columns: OurColumns = Field({})


class EntraPeopleSource(Pulled):
    """Microsoft Entra ID, where HR keeps people there: users by Microsoft Graph. `filter` is OData, on users.

    We prove who we are by `client_secret`, or better by `certificate` and `private_key` (PEM); all are references.
    """

    kind: Literal["entra_people"]
    tenant: Tenant
    client_id: Filled
    client_secret: Reference | None = None
    certificate: Reference | None = None
    private_key: Reference | None = None
    cloud: Literal["public", "us_government", "us_defense", "china"] = "public"
    filter: str = "userType eq 'Member'"
    per_page: Annotated[StrictInt, Field(ge=1, le=999)] = 500
    columns: OurColumns = Field({})
    every: Span = "15m"

    @model_validator(mode="after")
    def _one_tenant(self) -> Self:
        if self.tenant in SEVERAL:
            raise ValueError("tenant must be one tenant")
        by_certificate = self.certificate is not None and self.private_key is not None
        if (self.client_secret is None) != by_certificate or (self.certificate is None) != (self.private_key is None):
            raise ValueError("either client_secret, or certificate and private_key")
        return self


PulledSource = (
    RestSource | AfasSource | WorkdaySource | SuccessFactorsSource | BambooSource | PersonioSource | EntraPeopleSource
)
PULLED: Final[Mapping[str, type[PulledSource]]] = {
    "rest": RestSource,
    "afas": AfasSource,
    "workday": WorkdaySource,
    "successfactors": SuccessFactorsSource,
    "bamboohr": BambooSource,
    "personio": PersonioSource,
    "entra_people": EntraPeopleSource,
}
STYLES: Final = (
    BasicAuth, HeaderAuth, OAuth, NextLink, Cursor, Offset, Numbered, OnePage, HmacProof, CertificateProof
)  # fmt: skip
STYLE_OF: Final[Mapping[type[Part], str]] = {one: get_args(one.model_fields["style"].annotation)[0] for one in STYLES}
"""The word by which each way of signing in, of paging and of proof is chosen."""
