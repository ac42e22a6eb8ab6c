"""The kinds of values in the configuration document, each with the sentence that says what is wrong with it."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sso_bridge.secrets import is_reference
from sso_bridge.zones import zone_name

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
HASHED: Final = re.compile(r"sha256:[0-9a-f]{64}")
ATTRIBUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.;-]{0,127}")
"""An attribute description (RFC 4512 2.5): it stands in filters as it is, so nothing else may (LD-01)."""
DOMAIN: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
SPAN: Final = re.compile(r"[1-9][0-9]{0,4}[smhd]")
RESERVED: Final = frozenset({"resume", "second-factor", "break-glass"})
"""Names a workplace cannot have: `/login/resume/...` and the like are addresses of their own."""


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


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("must be a network such as 10.0.0.0/8 or 2001:db8::/32, without host bits") from None


def _domain(text: str) -> str:
    if not DOMAIN.fullmatch(text):
        raise ValueError("must be the part of a mail address after the @, in small letters, as in corp.example")
    return text


def _ldap_attribute(text: str) -> str:
    if not ATTRIBUTE.fullmatch(text):
        raise ValueError("must be the name of an attribute, as in employeeNumber")
    return text


Reference = Annotated[str, AfterValidator(_reference)]
ClientSecret = Annotated[str, AfterValidator(_client_secret)]
FilePath = Annotated[str, AfterValidator(_file)]
WebAddress = Annotated[str, AfterValidator(_web)]
ZoneName = Annotated[str, AfterValidator(zone_name)]
LdapAddress = Annotated[str, AfterValidator(_ldap)]
LdapAttribute = Annotated[str, AfterValidator(_ldap_attribute)]
Network = Annotated[str, AfterValidator(_network)]
Domain = Annotated[str, AfterValidator(_domain)]
Span = Annotated[str, AfterValidator(_span)]
Filled = Annotated[str, Field(min_length=1, max_length=1000)]
Percent = Annotated[float, Field(ge=0, le=100)]


class Part(BaseModel):
    """What all parts share."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)
