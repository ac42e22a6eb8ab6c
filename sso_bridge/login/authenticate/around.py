"""What workplaces need of the bridge around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import requests

from sso_bridge.clock import Clock
from sso_bridge.login.authenticate.contract import Brake, ClientKeys, Once
from sso_bridge.login.authenticate.saml_sp.ports import Gauges, Keys, Shelf


@dataclass(frozen=True, slots=True)
class Around:
    """The same for all workplaces, beside the settings of each.

    `outgoing` is the one session for calls over the network, `public_url` where browsers find us, `keys` those with
    which we prove to a workplace who we are. `shelf`, `gauges` and `saml_keys` are what SAML workplaces need besides.
    `end_point` is the hash of our certificate where TLS ends at us (RFC 5929 4), empty behind a proxy.
    """

    secret: Callable[[str], str]
    brake: Brake
    clock: Clock
    outgoing: requests.Session
    public_url: str
    keys: ClientKeys
    once: Once
    shelf: Shelf
    gauges: Gauges
    saml_keys: Keys
    end_point: bytes = b""
