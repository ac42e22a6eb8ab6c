"""Matrix Synapse by its admin API: accounts bound to our sign-in, rooms as groups, moderators as owners."""

import re

from provisioners.errors import NeedsAdmin
from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.matrix_synapse.connector import Synapse
from provisioners.platforms.matrix_synapse.homeserver import Homeserver
from provisioners.platforms.opening import Opening

DESCRIPTOR = Descriptor(
    name="matrix_synapse",
    title="Matrix Synapse",
    settings={
        "url": True,
        "token": True,
        "auth_provider": True,
        "person_provider": False,
        "alias_prefix": False,
        "owner_level": False,
        "federate": False,
    },
    attributes=frozenset({"userName", "displayName", "emails"}),
    required=frozenset({"userName"}),
    secrets=frozenset({"token"}),
    fixed=frozenset({"userName"}),
    lowered=frozenset({"userName", "emails"}),
    deletes=True,
    groups=True,
    owners=True,
    calls_per_second=200.0,
)

PROVIDER = re.compile(r"oidc-[A-Za-z0-9._~-]{1,250}|saml|cas")
PREFIX = re.compile(r"[a-z0-9._-]{1,40}")


def open_synapse(opening: Opening) -> Synapse:
    """Return a connector to the homeserver at `url`; `auth_provider` is Synapse's name for signing in through us."""
    provider = opening.text("auth_provider")
    if not PROVIDER.fullmatch(provider):
        raise NeedsAdmin(
            f"{opening.platform}: auth_provider is not usable", hint="write oidc- and the idp_id of oidc_providers"
        )
    prefix = opening.text("alias_prefix", "bridge.")
    if not PREFIX.fullmatch(prefix):
        raise NeedsAdmin(f"{opening.platform}: alias_prefix is not usable", hint="use a-z 0-9 . _ -")
    return Synapse(
        opening.platform,
        Homeserver(opening.http()),
        auth_provider=provider,
        person_provider=opening.text("person_provider", "sso-bridge"),
        alias_prefix=prefix,
        owner_level=opening.number("owner_level", 50, least=1, most=100),
        federate=opening.flag("federate", default=False),
    )
