"""From the checked document to the settings that the rooms work with; paths become absolute here."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from mappings.errors import Problem
from sso_bridge.configuration.document.model import (
    Configuration,
    GuardLimit,
    NoLogin,
    OidcLogin,
    Platform,
    SamlLogin,
)
from sso_bridge.configuration.settings.openid import entra_settings, oidc_settings
from sso_bridge.configuration.workplaces.any import PagesWorkplace
from sso_bridge.configuration.workplaces.kerberos import KerberosWorkplace, kerberos_settings
from sso_bridge.configuration.workplaces.kinds import LdapWorkplace
from sso_bridge.configuration.workplaces.openid import EntraWorkplace, OidcWorkplace
from sso_bridge.configuration.workplaces.saml import SamlWorkplace, saml_workplace_settings
from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from sso_bridge.login.authenticate.password_file import FileSettings
from sso_bridge.login.authenticate.register import WorkplaceSettings
from sso_bridge.login.ports import PlatformView
from sso_bridge.login.respond.oidc_provider.client import SCOPES, Client
from sso_bridge.login.respond.saml_idp.settings import SamlSettings

ORIGIN_PARTS = 3


def workplaces(configuration: Configuration, base_dir: Path) -> tuple[WorkplaceSettings, ...]:
    """Return the settings of all workplaces, in the order of the document."""
    return tuple(_workplace(name, one, base_dir) for name, one in configuration.workplaces.items())


def _workplace(name: str, one: Any, base_dir: Path) -> WorkplaceSettings:
    if isinstance(one, OidcWorkplace):
        return oidc_settings(name, one)
    if isinstance(one, SamlWorkplace):
        return saml_workplace_settings(name, one, base_dir)
    if isinstance(one, EntraWorkplace):
        return entra_settings(name, one, base_dir)
    if isinstance(one, KerberosWorkplace):
        return kerberos_settings(name, one, base_dir)
    if not isinstance(one, LdapWorkplace):
        return FileSettings(name, base_dir / one.path)
    return LdapSettings(
        name=name,
        urls=one.urls,
        base_dn=one.base_dn,
        bind_dn=one.bind_dn,
        bind_password=one.bind_password,
        directory=one.directory,
        ca_file=base_dir / one.ca_file if one.ca_file else None,
        names=one.names,
        link_attribute=one.link_attribute,
        group_base=one.group_base,
        domains=one.account_domains,
    )


def manners(configuration: Configuration) -> dict[str, Manner]:
    """Return what every kind of workplace has, by name."""
    return {
        name: Manner(
            title=one.title,
            networks=tuple(ip_network(text) for text in one.networks),
            domains=one.domains,
            silent=one.silent if isinstance(one, PagesWorkplace) else False,
            sign_out=one.sign_out if isinstance(one, PagesWorkplace) else "keep",
            link_by_mail=one.link_by_mail,
            external=one.external,
            levels=dict(one.levels) if isinstance(one, PagesWorkplace) else {},
        )
        for name, one in configuration.workplaces.items()
    }


def saml_platforms(configuration: Configuration, base_dir: Path) -> dict[str, SamlSettings]:
    """Return the settings of every platform that signs in by SAML and is switched on."""
    return {
        name: saml_settings(one.login, base_dir)
        for name, one in configuration.platforms.items()
        if one.enabled and isinstance(one.login, SamlLogin)
    }


def saml_settings(login: SamlLogin, base_dir: Path) -> SamlSettings:
    """Return what the SAML responder needs of one platform."""
    return SamlSettings(
        metadata_file=base_dir / login.metadata_file,
        name_id=login.name_id,
        sign=login.sign,
        encrypt=login.encrypt,
        attribute_style=login.attribute_style,
        attribute_names=dict(login.attribute_names),
        launch_url=login.launch_url,
        relay_state=login.relay_state,
    )


def oidc_clients(configuration: Configuration) -> dict[str, Client]:
    """Return the clients of every platform that signs in by OpenID Connect and is switched on, by client_id."""
    return {
        one.login.client_id: oidc_client(name, one.login)
        for name, one in configuration.platforms.items()
        if one.enabled and isinstance(one.login, OidcLogin)
    }


def oidc_client(name: str, login: OidcLogin) -> Client:
    """Return one client; ValueError when its settings contradict each other."""
    secrets = tuple(one for one in (login.client_secret, login.previous_client_secret) if one)
    standard = frozenset(SCOPES) - ({"offline_access"} if not login.refresh else set())
    unknown = sorted(set(login.scopes or ()) - set(SCOPES))
    if unknown:
        raise ValueError(f"unknown scope {unknown[0]}; there are: {', '.join(SCOPES)}")
    return Client(
        platform=name,
        client_id=login.client_id,
        redirect_uris=frozenset(login.redirect_uris),
        secrets=secrets,
        token_auth_method=login.token_auth_method,
        scopes=standard if login.scopes is None else frozenset(login.scopes),
        id_token_alg=login.id_token_alg,
        id_token_claims=frozenset(login.id_token_claims),
        refresh=login.refresh,
        subject=login.subject,
        post_logout_redirect_uris=frozenset(login.post_logout_redirect_uris),
    )


def login_problems(name: str, platform: Platform) -> list[Problem]:
    """Return what the room of the protocol itself has against the settings of one platform."""
    path = f"platforms.{name}.login"
    if isinstance(platform.login, SamlLogin):
        settings = saml_settings(platform.login, Path())
        return [Problem(f"{path}.{key}", message) for key, message in settings.problems()]
    if isinstance(platform.login, OidcLogin):
        try:
            oidc_client(name, platform.login)
        except ValueError as error:
            return [Problem(path, str(error))]
    return []


def views(configuration: Configuration) -> Mapping[str, PlatformView]:
    """Return what the sign-in flow and the portal know about the platforms that are switched on and take sign-ins."""
    return {
        name: PlatformView(name, one.title, one.login.subject, _launch(name, one), _origins(one), _two_factors(one))
        for name, one in configuration.platforms.items()
        if one.enabled and one.mapping and not (one.login.protocol == "none" and not one.login.launch_url)
    }


def _launch(name: str, platform: Platform) -> str:
    if isinstance(platform.login, SamlLogin):
        return f"/saml/launch/{name}"
    return platform.login.launch_url


def _origins(platform: Platform) -> tuple[str, ...]:
    addresses = platform.login.redirect_uris if isinstance(platform.login, OidcLogin) else ()
    return tuple(dict.fromkeys("/".join(one.split("/", ORIGIN_PARTS)[:ORIGIN_PARTS]) for one in addresses))


def _two_factors(platform: Platform) -> bool:
    return not isinstance(platform.login, NoLogin) and platform.login.second_factor == "required"


def guards(configuration: Configuration) -> dict[str, dict[str, dict[str, object]]]:
    """Return the guards in the form `provisioners.sync.plan.guards.guards_from` reads."""
    return {
        name: {
            guard: limit.model_dump(exclude_none=True)
            for guard, limit in limits.items()
            if isinstance(limit, GuardLimit)
        }
        for name, limits in configuration.guards.items()
    }
