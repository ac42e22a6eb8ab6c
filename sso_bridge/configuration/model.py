"""The parts of the configuration document, as frozen models; what is not listed here is a mistake (AD-03).

`mappings` and `groups` are checked by the rules themselves (`mappings.rules`), the settings of connectors by their
descriptors; `parse.py` puts all of it together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from sso_bridge.secrets import is_reference

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
HASHED: Final = re.compile(r"sha256:[0-9a-f]{64}")
ATTRIBUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.;-]{0,127}")
"""An attribute description (RFC 4512 2.5): it stands in filters as it is, so nothing else may (LD-01)."""
SPAN: Final = re.compile(r"[1-9][0-9]{0,4}[smhd]")
RESERVED: Final = frozenset({"resume"})
"""Names a workplace cannot have: `/login/resume/...` is an address of its own."""
LATER_KINDS: Final = ("kerberos", "saml", "oidc", "entra")
LATER_PROTOCOLS: Final = ("discourse_connect", "ws_federation")


def _reference(text: str) -> str:
    if not is_reference(text):
        raise ValueError("a secret is written as env:NAME or file:PATH, never as the secret itself")
    return text


def _client_secret(text: str) -> str:
    return text if HASHED.fullmatch(text) else _reference(text)


def _file(text: str) -> str:
    path = text.removeprefix("file:")
    if not path or any(ord(one) < 32 for one in path):  # noqa: PLR2004 - control characters
        raise ValueError("must be the path of a file, as in file:ca.pem")
    return path


def _web(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s\x00-\x20\x7f\\\"<>@#]+", text):
        raise ValueError("must be an address that begins with https://, without user, password or fragment")
    return text


def _ldap(text: str) -> str:
    if not re.fullmatch(r"ldaps?://[A-Za-z0-9.\-\[\]:]+/?", text):
        raise ValueError("must be ldaps://HOST or ldap://HOST (which then uses StartTLS)")
    return text


def _span(text: str) -> str:
    if not SPAN.fullmatch(text):
        raise ValueError("must be a span such as 15m, 24h or 30d")
    return text


def _ldap_attribute(text: str) -> str:
    if not ATTRIBUTE.fullmatch(text):
        raise ValueError("must be the name of an attribute, as in employeeNumber")
    return text


Reference = Annotated[str, AfterValidator(_reference)]
ClientSecret = Annotated[str, AfterValidator(_client_secret)]
FilePath = Annotated[str, AfterValidator(_file)]
WebAddress = Annotated[str, AfterValidator(_web)]
LdapAddress = Annotated[str, AfterValidator(_ldap)]
LdapAttribute = Annotated[str, AfterValidator(_ldap_attribute)]
Span = Annotated[str, AfterValidator(_span)]
Filled = Annotated[str, Field(min_length=1, max_length=1000)]
Percent = Annotated[float, Field(ge=0, le=100)]


class Part(BaseModel):
    """What all parts share."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class LdapWorkplace(Part):
    """People sign in with the name and password of a directory."""

    kind: Literal["ldap"]
    title: str = ""
    urls: Annotated[tuple[LdapAddress, ...], Field(min_length=1)]
    base_dn: Filled
    bind_dn: Filled
    bind_password: Reference
    directory: Literal["active_directory", "rfc2307bis"] = "rfc2307bis"
    ca_file: FilePath | None = None
    names: tuple[LdapAttribute, ...] = ()
    link_attribute: LdapAttribute = "employeeNumber"
    group_base: str = ""


class FileWorkplace(Part):
    """People sign in with the name and password of a file, for pilots."""

    kind: Literal["file"]
    title: str = ""
    path: FilePath


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


class NoLogin(Part):
    """Nobody signs in there through us; accounts only."""

    protocol: Literal["none"] = "none"
    subject: Literal["pairwise", "uuid"] = "pairwise"
    launch_url: WebAddress = ""


Workplace = LdapWorkplace | FileWorkplace
Login = SamlLogin | OidcLogin | NoLogin
WORKPLACES: Final[Mapping[str, type[Workplace]]] = {"ldap": LdapWorkplace, "file": FileWorkplace}
LOGINS: Final[Mapping[str, type[Login]]] = {"saml": SamlLogin, "oidc": OidcLogin, "none": NoLogin}


class PlatformShell(Part):
    """A platform without its two parts, which have models of their own kind."""

    title: str = ""
    enabled: StrictBool = True
    mapping: str | None = None
    login: Any = None
    provisioning: Any = None
    protected: tuple[Filled, ...] = ()


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


class Complete(Part):
    """When a snapshot of this source is believed."""

    min_percent: Percent = 95.0
    shrink_percent: Percent = 5.0
    wrong_percent: Percent = 5.0
    strikes: Annotated[StrictInt, Field(ge=1, le=30)] = 2
    trailer: StrictBool = False


class HrSource(Part):
    """Where people and units come from. `columns` maps our column names to theirs."""

    kind: Literal["csv"]
    columns: Mapping[str, Filled] = {}
    complete: Complete = Complete()


class Target(Part):
    """What is to be reached, from where, by whom, by when."""

    metric: Literal["coverage", "signed_in", "silent", "owned"]
    platform: str | None = None
    goal: Annotated[float, Field(ge=0, le=1)]
    baseline: Annotated[float, Field(ge=0, le=1)] | None = None
    owner: Filled
    due: date


class Configuration(Part):
    """The whole document, checked. `mappings` and `groups` are kept as written; `mappings.rules` compiles them."""

    workplaces: Mapping[str, Workplace] = {}
    platforms: Mapping[str, Platform] = {}
    mappings: Mapping[str, Any] = {}
    groups: Mapping[str, Any] = {}
    guards: Mapping[str, Mapping[str, GuardLimit]] = {}
    hr_sources: Mapping[str, HrSource] = {}
    targets: Mapping[str, Target] = {}
