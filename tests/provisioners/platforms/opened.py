"""Open a connector as the application does, with an ordinary session and no pacing."""

from __future__ import annotations

import requests

from provisioners.platforms.contract import Connector
from provisioners.platforms.limiter import Unlimited
from provisioners.platforms.opening import Opening
from provisioners.platforms.register import descriptor, open_connector
from tests.fakes.clock import FakeClock

TOKEN = "token-that-must-never-show"


def opened(
    kind: str, *, token: str = TOKEN, ca_file: str = "", limiter: object = None, **settings: object
) -> Connector:
    """Return an open connector; `token` is what the reference in its settings resolves to."""
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_file or True
    opening = Opening(
        platform="sample",
        settings={
            "connector": kind,
            **({"token": "env:TOKEN"} if "token" in descriptor(kind).settings else {}),
            **settings,
        },
        session=session,
        limiter=limiter or Unlimited(),
        now=FakeClock(),
        resolve=lambda reference: {"env:TOKEN": token}[reference],
    )
    return open_connector(kind, opening)
