"""Accounts on a Synapse homeserver; the rooms are in `rooms.py`.

Synapse would give people a second account at their first sign-in, move an address away from its owner, and create an
account although it answers 409. So every binding and address is looked up first, and the very first call that creates
an account binds it to our sign-in. Each account carries two bindings: the subject under `auth_provider`, by which
people sign in, and the person's UUID under `person_provider`, by which we find it and nobody can sign in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mappings.desired import Account
from provisioners.errors import NeedsAdmin, SkipAccount, TryAgain
from provisioners.platforms.contract import RemoteAccount
from provisioners.platforms.matrix_synapse.homeserver import Homeserver, segment
from provisioners.platforms.matrix_synapse.people import Bindings, addresses, merged_body, remote_account
from provisioners.platforms.matrix_synapse.rooms import SynapseRooms

Json = dict[str, Any]
LOCALPART = re.compile(r"[a-z0-9=_./+-]+")
LONGEST_ID = 255


class Synapse(SynapseRooms):
    """One homeserver. Suspended is `locked`; deleted is `deactivated`, which keeps messages but ends the account."""

    def __init__(
        self,
        platform: str,
        server: Homeserver,
        *,
        auth_provider: str,
        person_provider: str,
        alias_prefix: str,
        owner_level: int,
        federate: bool,
    ) -> None:
        super().__init__(server, alias_prefix=alias_prefix, owner_level=owner_level, federate=federate)
        self.platform = platform
        self._bindings = Bindings(auth_provider, person_provider)

    def check(self) -> str:
        """Return version and sign-in state of the homeserver; raise NeedsAdmin when we are not its administrator."""
        bot = self._server.bot
        version = self._server.admin("GET", "/v1/server_version", "ask the version").fields.get("server_version", "?")
        self._server.admin("GET", f"/v2/users/{segment(bot)}", "look at our own account")
        flows = self._server.client("GET", "/login", "ask how people sign in").fields.get("flows") or ()
        offered = {str(idp.get("id")) for flow in flows for idp in flow.get("identity_providers") or ()}
        wanted = self._bindings.sign_in
        note = "" if wanted in offered else f"; but it does not offer {wanted} as a way to sign in"
        return f"Synapse {version}, we are its administrator{note}"

    def accounts(self) -> Iterator[RemoteAccount]:
        """Yield every account that is not deactivated, locked ones too; the list has no bindings, so each is read."""
        for row in self._server.pages("/v2/users", "users", "list accounts", "&guests=false&locked=true"):
            user = self._read(str(row["name"]), "read account")
            if not user.get("deactivated"):
                yield remote_account(user, self._bindings)

    def find(self, external_id: str) -> RemoteAccount | None:
        """Return the account bound to the person, unless it was deactivated."""
        holder = self._holder(self._bindings.person, external_id)
        user = self._read(holder, "find account") if holder else {"deactivated": True}
        return None if user.get("deactivated") else remote_account(user, self._bindings)

    def create(self, account: Account) -> str:
        """Create bound to our sign-in; return or revive the one with our binding; take over nothing by name (PR-08)."""
        holder = self._holder(self._bindings.person, account.person_uuid)
        holder = holder or self._holder(self._bindings.sign_in, account.subject)
        if holder:
            self._renew(holder, account)
            return holder
        user_id = self._free_id(account)
        self._refuse_addresses(account, user_id)
        body = merged_body({}, account, self._bindings) | {"locked": account.state != "active"}
        path = f"/v2/users/{segment(user_id)}"
        reply = self._server.admin("PUT", path, "create account", body, accept=(409,))
        if reply.status == 409:  # noqa: PLR2004
            raise SkipAccount(
                "create account: somebody else got this sign-in in the same moment",
                hint="Synapse left an account without sign-in behind; deactivate it there",
            )
        return user_id

    def update(self, remote_id: str, account: Account) -> None:
        """Set display name, addresses and our bindings where they differ; a user id can never change."""
        user = self._read(remote_id, "update account")
        if user.get("deactivated"):
            raise SkipAccount("update account: it was deactivated on the platform")
        self._write(remote_id, user, account)

    def suspend(self, remote_id: str) -> None:
        """Lock, see that it is locked (PR-09), and end every session."""
        self._set_locked(remote_id, "suspend account", locked=True)
        path = f"/v2/users/{segment(remote_id)}"
        devices = self._server.admin("GET", f"{path}/devices", "list sessions").fields.get("devices") or ()
        if ids := [device["device_id"] for device in devices]:
            self._server.admin("POST", f"{path}/delete_devices", "end sessions", {"devices": ids})

    def reactivate(self, remote_id: str) -> None:
        """Unlock; a deactivated account is not woken up by this, since its addresses and rooms are lost."""
        self._set_locked(remote_id, "reactivate account", locked=False)

    def delete(self, remote_id: str) -> None:
        """Deactivate for good without erasing what was written; one that is gone is success."""
        path = f"/v1/deactivate/{segment(remote_id)}"
        self._server.admin("POST", path, "delete account", {"erase": False}, accept=(404,))

    def _renew(self, user_id: str, account: Account) -> None:
        """Bind an account that our own sign-in made; wake up one that was deleted, for somebody who came back."""
        user = self._read(user_id, "create account")
        if user.get("deactivated"):
            body = {"deactivated": False, "locked": account.state != "active"}
            self._server.admin("PUT", f"/v2/users/{segment(user_id)}", "revive account", body)
            user = self._read(user_id, "create account")
        self._write(user_id, user, account)

    def _write(self, user_id: str, user: Mapping[str, Any], account: Account) -> None:
        body = merged_body(user, account, self._bindings)
        if body:
            self._refuse_addresses(account, user_id)
            self._refuse_bindings(account, user_id)
            self._server.admin("PUT", f"/v2/users/{segment(user_id)}", "update account", body)

    def _free_id(self, account: Account) -> str:
        name = str(account.attributes.get("userName", "")).lower()
        user_id = f"@{name}:{self._server.server_name}"
        if not LOCALPART.fullmatch(name) or len(user_id.encode()) > LONGEST_ID:
            raise SkipAccount("create account: not a Matrix user name", hint="map userName to a-z 0-9 = _ - . / + only")
        path = f"/v1/username_available?username={segment(name)}"
        reply = self._server.admin("GET", path, "ask whether the name is free", accept=(400,))
        if reply.fields.get("available") is not True:
            raise SkipAccount(
                "create account: the user name is taken or reserved", hint="map another userName, or adopt by hand"
            )
        return user_id

    def _refuse_addresses(self, account: Account, user_id: str) -> None:
        """Raise SkipAccount when an address is in other hands: Synapse would move it away."""
        for address in addresses(account):
            path = f"/v1/threepid/email/users/{segment(address)}"
            reply = self._server.admin("GET", path, "look up the address", accept=(404,))
            if reply.fields.get("user_id", user_id) != user_id:
                raise SkipAccount("the e-mail address belongs to another account", hint="remove it there first")

    def _refuse_bindings(self, account: Account, user_id: str) -> None:
        """Raise SkipAccount when a binding is in other hands."""
        for provider, value in self._bindings.of(account):
            if self._holder(provider, value) not in {"", user_id}:
                raise SkipAccount("the sign-in belongs to another account", hint="remove it there first")

    def _holder(self, provider: str, value: str) -> str:
        path = f"/v1/auth_providers/{segment(provider)}/users/{segment(value)}"
        return str(self._server.admin("GET", path, "look up the sign-in", accept=(404,)).fields.get("user_id") or "")

    def _set_locked(self, remote_id: str, what: str, *, locked: bool) -> None:
        user = self._read(remote_id, what)
        if user.get("deactivated"):
            if locked:
                return
            raise SkipAccount(f"{what}: it was deactivated on the platform")
        if bool(user.get("locked")) == locked:
            return
        answer = self._server.admin("PUT", f"/v2/users/{segment(remote_id)}", what, {"locked": locked}).fields
        if "locked" not in answer:
            raise NeedsAdmin(f"{what}: this Synapse cannot lock accounts", hint="upgrade Synapse")
        if bool(answer["locked"]) != locked:
            raise TryAgain(f"{what}: the platform said yes and did nothing")

    def _read(self, user_id: str, what: str) -> Mapping[str, Any]:
        return self._server.admin("GET", f"/v2/users/{segment(user_id)}", what).fields
