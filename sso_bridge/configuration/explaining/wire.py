"""What a claim is called on the wire of one platform, for explanations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sso_bridge.configuration.document.model import Platform, SamlLogin
from sso_bridge.configuration.settings.build import saml_settings
from sso_bridge.login.respond.saml_idp.attributes import attributes_for


def wire_names(platform: Platform, claims: Mapping[str, object]) -> dict[str, str]:
    """Return claim -> name in the platform's protocol; OpenID Connect sends claims under their own names."""
    if not isinstance(platform.login, SamlLogin):
        return {name: name for name in claims}
    settings = saml_settings(platform.login, Path())
    return {name: next(attributes_for({name: "x"}, settings)).name for name in claims}
