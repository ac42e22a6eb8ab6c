"""Workplaces of the kinds oidc and entra in the configuration document."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.errors import MappingError
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.settings.build import workplaces

LOGIN = {"kind": "oidc", "issuer": "https://login.corp.example", "client_id": "bridge", "client_secret": "env:LOGIN"}
ENTRA = {"kind": "entra", "tenant": "corp.onmicrosoft.com", "client_id": "1", "client_secret": "env:ENTRA"}
TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
DIRECTORY = {
    "kind": "ldap",
    "urls": ["ldaps://dc1.corp.example"],
    "base_dn": "dc=corp",
    "bind_dn": "cn=bridge",
    "bind_password": "env:AD",
}


def settings(**workplace):
    document = {"workplaces": {"login": workplace, "ad": DIRECTORY, "file": {"kind": "file", "path": "u.yaml"}}}
    return workplaces(parse(document).configuration, Path("/etc/bridge"))[0]


def problem(**workplace) -> str:
    """Return the path and message of the first problem."""
    with pytest.raises(MappingError) as caught:
        settings(**workplace)
    one, *_ = caught.value.problems
    return f"{one.path}: {one.message}"


def test_short_forms():
    """The two forms of the manual are enough; the rest has defaults."""
    login, entra = settings(**LOGIN), settings(**ENTRA)

    assert ("login", "client_secret_basic", ("openid", "profile", "email")) == (
        login.name,
        login.client_auth,
        login.scopes,
    )
    assert (("RS256", "ES256"), "employee_number", False) == (login.algorithms, login.link_claim, login.userinfo)
    assert ("corp.onmicrosoft.com", "public", "employeeid") == (entra.tenant, entra.cloud, entra.link_claim)


def test_everything():
    """What is written arrives; files become absolute, tenants are in small letters."""
    login = settings(**LOGIN, directory="ad", directory_claim="upn", subject_claim="sub", silent=True, domains=["a.nl"])
    own = settings(**{**LOGIN, "client_secret": None}, client_auth="private_key_jwt")
    entra = {**ENTRA, "client_secret": None, "certificate": "bridge.pem", "private_key": "file:bridge.key"}
    several = settings(**{**entra, "tenant": "organizations"}, tenants=[TENANT.upper()], groups=True)

    assert ("ad", "upn") == (login.directory, login.directory_claim)
    assert ("", "private_key_jwt") == (own.client_secret, own.client_auth)
    assert (Path("/etc/bridge/bridge.pem"), (TENANT,), True) == (several.certificate, several.tenants, several.groups)


WRONG = {
    "secret in the file": (LOGIN | {"client_secret": "hunter2"}, "workplaces.login.client_secret: a secret is written"),
    "no secret": (LOGIN | {"client_secret": None}, "workplaces.login: client_secret is needed"),
    "secret and key": (LOGIN | {"client_auth": "private_key_jwt"}, "workplaces.login: client_secret is needed"),
    "no openid": (LOGIN | {"scopes": ["profile"]}, "workplaces.login: scopes must have openid"),
    "HMAC": (LOGIN | {"algorithms": ["HS256"]}, "workplaces.login.algorithms"),
    "no algorithm": (LOGIN | {"algorithms": []}, "workplaces.login.algorithms"),
    "none": (LOGIN | {"algorithms": ["none"]}, "workplaces.login.algorithms"),
    "mail as subject": (LOGIN | {"subject_claim": "email"}, "workplaces.login.subject_claim"),
    "issuer with a query": (LOGIN | {"issuer": "https://a.nl/?x"}, "workplaces.login.issuer: an issuer has no query"),
    "issuer with a password": (LOGIN | {"issuer": "https://a:b@c.nl"}, "workplaces.login.issuer: must be an address"),
    "empty issuer": (LOGIN | {"issuer": ""}, "workplaces.login.issuer"),
    "unknown directory": (LOGIN | {"directory": "dc"}, "workplaces.login.directory: is no ldap workplace"),
    "a file as directory": (LOGIN | {"directory": "file"}, "workplaces.login.directory: is no ldap workplace"),
    "claim with a quote": (LOGIN | {"link_claim": "a'b"}, "workplaces.login.link_claim: must be the name of a claim"),
    "common": (ENTRA | {"tenant": "common"}, "workplaces.login: tenants must be listed"),
    "tenants beside one": (ENTRA | {"tenants": [TENANT]}, "workplaces.login: tenants must be listed"),
    "private accounts": (ENTRA | {"tenant": "consumers"}, "workplaces.login.tenant: private accounts"),
    "tenant with a slash": (ENTRA | {"tenant": "corp.nl/x"}, "workplaces.login.tenant: must be the id of the tenant"),
    "tenant up the path": (ENTRA | {"tenant": "../common"}, "workplaces.login.tenant: must be the id of the tenant"),
    "a name as tenant id": (
        ENTRA | {"tenant": "organizations", "tenants": ["corp.nl"]},
        "workplaces.login.tenants[0]: must be the id of a tenant",
    ),
    "certificate alone": (ENTRA | {"certificate": "a.pem"}, "workplaces.login: either client_secret"),
    "both": (ENTRA | {"certificate": "a.pem", "private_key": "env:K"}, "workplaces.login: either client_secret"),
    "neither": (ENTRA | {"client_secret": None}, "workplaces.login: either client_secret"),
    "unknown cloud": (ENTRA | {"cloud": "mars"}, "workplaces.login.cloud"),
    "context": (ENTRA | {"acr_values": ["gold"]}, "workplaces.login.acr_values"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(name):
    """Each mistake is named with its path, and no secret is repeated (RP-03, RP-04, AD-06)."""
    body, said = WRONG[name]

    told = problem(**body)

    assert told.startswith(said)
    assert "hunter2" not in told
