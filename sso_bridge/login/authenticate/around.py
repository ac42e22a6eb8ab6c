"""What workplaces need of the bridge around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import requests

from sso_bridge.clock import Clock
from sso_bridge.login.authenticate.contract import Brake, ClientKeys, Once


@dataclass(frozen=True, slots=True)
class Around:
    """The same for all workplaces, beside the settings of each.

    `outgoing` is the one session for calls over the network, `public_url` where browsers find us, `keys` those with
    which we prove to a workplace who we are.
    """

    secret: Callable[[str], str]
    brake: Brake
    clock: Clock
    outgoing: requests.Session
    public_url: str
    keys: ClientKeys
    once: Once
