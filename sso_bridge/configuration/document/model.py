"""The parts of the configuration document, as frozen models; what is not listed here is a mistake (AD-03).

`mappings`, `groups` and `waves` are checked by the rules themselves (`mappings.rules`), the settings of connectors by
their descriptors; `parse.py` puts all of it together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StrictBool, StrictInt

from mappings.days import By
from mappings.days import Zones as CompiledZones
from provisioners.correlation.rules import Correlation
from sso_bridge.configuration.document.fields import (
    ClientSecret,
    FilePath,
    Filled,
    Part,
    Percent,
    Span,
    WebAddress,
    ZoneName,
)
from sso_bridge.configuration.hr_sources.kinds import AnySource
from sso_bridge.configuration.workplaces.kinds import Workplace

LATER_PROTOCOLS: Final = ("discourse_connect", "ws_federation")


class SamlLogin(Part):
    """The platform is a SAML service provider."""

    protocol: Literal["saml"]
    metadata_file: FilePath
    name_id: Literal["persistent", "email", "transient", "unspecified"] = "persistent"
    subject: Literal["pairwise", "uuid"] = "pairwise"
    sign: Annotated[tuple[Literal["response", "assertion"], ...], Field(min_length=1)] = ("response", "assertion")
    encrypt: Literal["none", "required"] = "none"
    attribute_style: Literal["basic", "oid"] = "basic"
    attribute_names: Mapping[str, Filled] = {}
    launch_url: WebAddress = ""
    relay_state: str = ""
    second_factor: Literal["none", "required"] = "none"


class OidcLogin(Part):
    """The platform is an OpenID Connect relying party."""

    protocol: Literal["oidc"]
    client_id: Filled
    client_secret: ClientSecret | None = None
    previous_client_secret: ClientSecret | None = None
    redirect_uris: Annotated[tuple[Filled, ...], Field(min_length=1)]
    token_auth_method: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_basic"  # noqa: S105
    scopes: tuple[Filled, ...] | None = None
    id_token_alg: Literal["RS256", "ES256"] = "RS256"  # noqa: S105
    id_token_claims: tuple[Filled, ...] = ()
    refresh: StrictBool = False
    subject: Literal["pairwise", "uuid"] = "pairwise"
    post_logout_redirect_uris: tuple[Filled, ...] = ()
    launch_url: WebAddress = ""
    second_factor: Literal["none", "required"] = "none"


class NoLogin(Part):
    """Nobody signs in there through us; accounts only."""

    protocol: Literal["none"] = "none"
    subject: Literal["pairwise", "uuid"] = "pairwise"
    launch_url: WebAddress = ""


Login = SamlLogin | OidcLogin | NoLogin
LOGINS: Final[Mapping[str, type[Login]]] = {"saml": SamlLogin, "oidc": OidcLogin, "none": NoLogin}


class PlatformShell(Part):
    """A platform without its two parts, which have models of their own kind."""

    title: str = ""
    enabled: StrictBool = True
    mapping: str | None = None
    login: Any = None
    provisioning: Any = None
    protected: tuple[Filled, ...] = ()
    waves: Any = None


class Platform(PlatformShell):
    """A platform. `provisioning` is empty without a connector; `protected` are remote ids nobody may touch (PR-06)."""

    login: Login = NoLogin()
    provisioning: Mapping[str, Any] = {}

    @property
    def connector(self) -> str:
        """Return the kind of connector, `none` without one."""
        return str(self.provisioning.get("connector", "none"))


class GuardLimit(Part):
    """At most this share, this number, or both (the smaller counts), in one plan and in the window before it."""

    percent: Percent | None = None
    count: Annotated[StrictInt, Field(ge=0)] | None = None
    window: Span | None = None


class FeedLimit(Part):
    """How much smaller than before a snapshot of HR may be."""

    percent: Percent


class PeopleLimit(Part):
    """How many people one administrator may change something for; lower than what holds without it, never higher."""

    percent: Annotated[float, Field(ge=0, le=5)] = 5.0
    count: Annotated[StrictInt, Field(ge=0)] | None = None


class Target(Part):
    """What is to be reached, from where, by whom, by when."""

    metric: Literal["coverage", "signed_in", "silent", "owned"]
    platform: str | None = None
    goal: Annotated[float, Field(ge=0, le=1)]
    baseline: Annotated[float, Field(ge=0, le=1)] | None = None
    owner: Filled
    due: date


class Zones(Part):
    """Where it is another time than in the settings' `time_zone`: what HR says of a job (`by`) -> the zone there."""

    by: By = "location"
    values: Mapping[Filled, ZoneName] = {}

    def around(self, home: str) -> CompiledZones:
        """Return them with the zone that holds everywhere else."""
        return CompiledZones(home, self.by, tuple(sorted(self.values.items())))


class Configuration(Part):
    """The whole document, checked. `mappings` and `groups` are kept as written; `mappings.rules` compiles them.

    `correlation` is compiled here.
    """

    workplaces: Mapping[str, Workplace] = {}
    platforms: Mapping[str, Platform] = {}
    mappings: Mapping[str, Any] = {}
    groups: Mapping[str, Any] = {}
    tables: Mapping[str, Mapping[str, str]] = {}
    guards: Mapping[str, Mapping[str, GuardLimit | FeedLimit | PeopleLimit]] = {}
    hr_sources: Mapping[str, AnySource] = {}
    targets: Mapping[str, Target] = {}
    correlation: Correlation = Correlation()
    zones: Zones = Zones()
