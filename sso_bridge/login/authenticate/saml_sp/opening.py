"""A `saml` workplace is put together from its settings and the bridge around it."""

from __future__ import annotations

import requests

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.around import Around
from sso_bridge.login.authenticate.saml_sp.person import DirectoryOf
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings, service_provider
from sso_bridge.login.authenticate.saml_sp.trust import Fetch, Trust
from sso_bridge.login.authenticate.saml_sp.workplace import Needs, SamlWorkplace

SECONDS = 5.0
GOOD = 200


def opened(settings: SamlWorkplaceSettings, around: Around, directory_of: DirectoryOf) -> SamlWorkplace:
    """Return the workplace; nothing is asked of anybody yet."""
    trust = Trust(settings, around.shelf, fetching(around.outgoing), around.clock, around.gauges)
    needs = Needs(around.saml_keys, around.once, around.gauges, directory_of, around.clock, around.outgoing)
    return SamlWorkplace(settings, service_provider(around.public_url, settings.name), trust, needs)


def fetching(outgoing: requests.Session) -> Fetch:
    """Return what fetches metadata: over the one session for outgoing calls, whose rules hold here too (AD-14)."""

    def fetch(url: str) -> bytes:
        try:
            answer = outgoing.get(url, timeout=SECONDS)
        except requests.RequestException as error:
            said = str(error) if getattr(error, "code", "") else type(error).__name__
            raise WorkplaceDown(f"the metadata cannot be fetched: {said}") from None
        if answer.status_code != GOOD:
            raise WorkplaceDown(f"the metadata cannot be fetched: the answer is {answer.status_code}")
        return answer.content

    return fetch
