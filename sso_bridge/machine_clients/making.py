"""Makes clients and their secrets, for the admin API and the command line alike."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sso_bridge.admin.bounds import Bounds
from sso_bridge.admin.tokens import Role
from sso_bridge.machine_clients.client import OVERLAP, KeptSecret, MachineClient, Method, digest_of, new_secret


class ClientRefused(Exception):
    """A client must not be made or changed like that; the message says why."""

    code = "client_refused"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client is to be; role and scopes were checked (`admin.tokens.check_request`), keys were read."""

    name: str
    role: Role
    scopes: tuple[str, ...]
    lifetime: timedelta
    bounds: Bounds
    method: Method
    keys: Sequence[Mapping[str, Any]] = ()


def made(wish: Wish, *, by: str, now: datetime) -> tuple[MachineClient, str]:
    """Return a new client and its secret, to be shown once; empty for one that has keys."""
    secret = "" if wish.method == "private_key_jwt" else new_secret()
    client = MachineClient(
        secrets.token_hex(8), wish.name, wish.role, wish.scopes, wish.method, now, by, now + wish.lifetime,
        wish.bounds.units, wish.bounds.platforms, (KeptSecret(digest_of(secret)),) if secret else (), tuple(wish.keys),
    )  # fmt: skip
    return client, secret


def renewed(client: MachineClient, now: datetime) -> tuple[tuple[KeptSecret, ...], str, datetime]:
    """Return its secrets with a new one, that one, and when the old one ends; ClientRefused for one that has keys."""
    if client.method == "private_key_jwt":
        raise ClientRefused("it has keys and no secret: make another client with its new keys")
    secret, ends = new_secret(), now + OVERLAP
    kept = [KeptSecret(one.digest, min(one.ends_at or ends, ends)) for one in client.secrets[-1:]]
    return (*kept, KeptSecret(digest_of(secret))), secret, ends


def as_audit(client: MachineClient) -> dict[str, Any]:
    """Return what the audit tells of a new client."""
    return {
        "name": client.name, "role": client.role, "scopes": list(client.scopes), "method": client.method,
        "units": list(client.units), "platforms": list(client.platforms),
    }  # fmt: skip
