"""What workplaces of several kinds have in common in the configuration document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import StrictBool

from sso_bridge.configuration.document.fields import Domain, Filled, Network, Part


class AnyWorkplace(Part):
    """What every kind has: who is led there when there are several, and who its people are.

    `link_by_mail` are domains whose verified addresses may link somebody at the first meeting; `external` admits
    people of this workplace whom HR does not know.
    """

    title: str = ""
    networks: tuple[Network, ...] = ()
    domains: tuple[Domain, ...] = ()
    link_by_mail: tuple[Domain, ...] = ()
    external: StrictBool = False


class PagesWorkplace(AnyWorkplace):
    """What kinds with sign-in pages of their own have besides.

    `silent` tries them before anybody sees a page; `sign_out` says whether signing out goes on to there. `levels` is
    what its own levels of assurance are called here.
    """

    silent: StrictBool = False
    sign_out: Literal["offer", "follow", "keep"] = "offer"
    levels: Mapping[Filled, Filled] = {}


class AsksDirectory(Part):
    """What kinds have that prove an account but do not know its state: the `ldap` workplace that does (LD-07)."""

    directory: str = ""
