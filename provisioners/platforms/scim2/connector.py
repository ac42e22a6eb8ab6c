"""Accounts on a SCIM 2.0 service; the groups are in `groups.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from mappings.desired import Account
from provisioners.errors import NeedsAdmin, SkipAccount
from provisioners.platforms.contract import RemoteAccount
from provisioners.platforms.http import Call, Http
from provisioners.platforms.scim2.attributes import apply, new_user, remote_account, truth
from provisioners.platforms.scim2.groups import ScimGroups
from provisioners.platforms.scim2.listing import Listing
from provisioners.platforms.scim2.writing import Writing

USERS = "/Users"
CONFLICT = 409


class Scim(ScimGroups):
    """One SCIM service. Our mark on an account is `externalId`, the person's UUID."""

    def __init__(
        self, platform: str, http: Http, listing: Listing, writing: Writing, *, members_per_call: int = 100
    ) -> None:
        super().__init__(http, listing, writing, members_per_call=members_per_call)
        self.platform = platform

    def check(self) -> str:
        """Return what the service says about itself; raise NeedsAdmin when it is no SCIM service or the token fails."""
        reply = self._http.get(USERS, "look at the accounts", startIndex=1, count=1)
        total = reply.fields.get("totalResults")
        if total is None:
            raise NeedsAdmin("look at the accounts: not a SCIM list", hint="the address ends before /Users")
        can = [
            name for name in ("patch", "filter", "etag", "bulk") if self._writing.abilities.can(name, unless_told=False)
        ]
        return f"SCIM 2.0 with {total} accounts; offers {', '.join(can) or 'nothing beyond the minimum'}"

    def accounts(self) -> Iterator[RemoteAccount]:
        """Yield every account; raises rather than ending early."""
        for resource in self._listing.every(USERS):
            yield remote_account(resource)

    def find(self, external_id: str) -> RemoteAccount | None:
        """Return the account whose `externalId` is exactly this."""
        found = self._listing.one(USERS, "externalId", external_id)
        return remote_account(found) if found else None

    def create(self, account: Account) -> str:
        """Create, or return the one with our external id. A user name in other hands is never taken over (PR-08)."""
        if known := self.find(account.person_uuid):
            return known.remote_id
        reply = self._http.send(Call("POST", USERS, "create account", new_user(account), accept=(CONFLICT,)))
        if reply.status != CONFLICT and reply.fields.get("id"):
            return str(reply.fields["id"])
        if known := self.find(account.person_uuid):
            return known.remote_id
        if reply.status == CONFLICT:
            raise SkipAccount(
                "create account: the platform has this user name or address already, without our mark",
                hint="adopt that account by hand, or map another userName",
            )
        raise NeedsAdmin("create account: the answer has no id", hint="this is no SCIM 2.0 service")

    def update(self, remote_id: str, account: Account) -> None:
        """Send the differences only, our mark among them; attributes that are not mapped stay as they are."""
        path = _path(remote_id)
        before = self._writing.read(path, "update account")
        after = {**apply(before, account.attributes), "externalId": account.person_uuid}
        self._writing.bring(path, before, after, "update account")

    def suspend(self, remote_id: str) -> None:
        """Set `active` to false, and read back that it is."""
        self._writing.set_active(_path(remote_id), "suspend account", active=False, is_active=_is_active)

    def reactivate(self, remote_id: str) -> None:
        """Set `active` to true, and read back that it is."""
        self._writing.set_active(_path(remote_id), "reactivate account", active=True, is_active=_is_active)

    def delete(self, remote_id: str) -> None:
        """Delete; one that is gone is success."""
        self._http.send(Call("DELETE", _path(remote_id), "delete account", accept=(404,)))


def _is_active(resource: Mapping[str, Any]) -> bool:
    return truth(resource.get("active", True))


def _path(remote_id: str) -> str:
    return f"{USERS}/{quote(remote_id, safe='')}"
