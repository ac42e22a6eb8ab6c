"""Between a wanted account and the JSON of a Synapse user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappings.desired import Account, Value
from provisioners.platforms.contract import RemoteAccount

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bindings:
    """The two names under which an account is bound: `sign_in` holds the subject, `person` the person's UUID."""

    sign_in: str
    person: str

    def of(self, account: Account) -> tuple[tuple[str, str], ...]:
        """Return the (provider, external id) pairs that the account must carry."""
        pairs = ((self.sign_in, account.subject), (self.person, account.person_uuid))
        return tuple(pair for pair in pairs if pair[1])


def addresses(account: Account) -> tuple[str, ...]:
    """Return the wanted e-mail addresses, lower-cased as Synapse keeps them."""
    value = account.attributes.get("emails", ())
    texts = value if isinstance(value, tuple) else (str(value),)
    return tuple(dict.fromkeys(text.strip().lower() for text in texts if text.strip()))


def merged_body(user: Mapping[str, Any], account: Account, bindings: Bindings) -> Json:
    """Return the fields to PUT so that the user becomes as wanted; empty when it already is.

    Synapse replaces whole lists: telephone numbers and the bindings of other providers are sent back as they are.
    Addresses are ours alone once `emails` is mapped.
    """
    body: Json = {}
    if "displayName" in account.attributes:
        name = str(account.attributes["displayName"])
        if name != (user.get("displayname") or ""):
            body["displayname"] = name
    if "emails" in account.attributes:
        present = _threepids(user)
        wanted = [pair for pair in present if pair[0] != "email"]
        wanted += [("email", address) for address in addresses(account)]
        if sorted(wanted) != sorted(present):
            body["threepids"] = [{"medium": medium, "address": address} for medium, address in wanted]
    ours = bindings.of(account)
    bound = _external_ids(user)
    if not set(ours) <= set(bound):
        replaced = {name for name, _ in ours}
        others = [pair for pair in bound if pair[0] not in replaced]
        body["external_ids"] = [{"auth_provider": name, "external_id": value} for name, value in (*others, *ours)]
    return body


def remote_account(user: Mapping[str, Any], bindings: Bindings) -> RemoteAccount:
    """Read a Synapse user."""
    user_id = str(user.get("name", ""))
    attributes: dict[str, Value] = {"userName": user_id[1:].split(":", 1)[0]}
    if user.get("displayname"):
        attributes["displayName"] = str(user["displayname"])
    mails = [address for medium, address in _threepids(user) if medium == "email"]
    if mails:
        attributes["emails"] = mails[0] if len(mails) == 1 else tuple(mails)
    external_id = next((value for name, value in _external_ids(user) if name == bindings.person), "")
    active = not (user.get("locked") or user.get("deactivated"))
    return RemoteAccount(user_id, external_id, active, attributes)


def _threepids(user: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(item["medium"]), str(item["address"])) for item in user.get("threepids") or ()]


def _external_ids(user: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(item["auth_provider"]), str(item["external_id"])) for item in user.get("external_ids") or ()]
