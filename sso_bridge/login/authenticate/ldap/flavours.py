"""What each kind of directory calls things: the values of `directory` in the configuration, with their defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

IdForm = Literal["guid", "uuid", "nsuniqueid"]
Policy = Literal["windows", "openldap", "389ds"]
_NSUNIQUEID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{8}){3}")


@dataclass(frozen=True, slots=True)
class Flavour:
    """One kind of directory.

    `id` is the attribute that is never given to somebody else, `id_form` how it is written. `login` holds the short
    account name, `principal` the full one that Kerberos and federation use. `members` hold distinguished names,
    `member_names` short names. `state` are the attributes that tell whether an account may be used. `changed` tells
    which entries are newer than a mark. `policy` is whose rules for accounts and passwords these are.
    """

    id: str
    id_form: IdForm
    names: tuple[str, ...]
    login: str
    principal: str
    people: str
    groups: str
    members: tuple[str, ...]
    state: tuple[str, ...]
    changed: str
    policy: Policy = "openldap"
    member_names: tuple[str, ...] = ()

    @property
    def windows(self) -> bool:
        """Return whether this is a Windows domain: names with a domain, SIDs, nested groups worked out by itself."""
        return self.policy == "windows"

    def permanent(self, raw: bytes) -> str:
        """Return the permanent id as text; ValueError when it is none."""
        if self.id_form == "guid":
            return str(UUID(bytes_le=raw))
        text = raw.decode("ascii")
        if self.id_form == "uuid":
            return str(UUID(text))
        if not _NSUNIQUEID.fullmatch(text.lower()):
            raise ValueError("not an nsUniqueId")
        return text.lower()

    def stored(self, text: str) -> bytes:
        """Return a permanent id as the directory stores it; ValueError when the text is none."""
        if self.id_form == "guid":
            return UUID(text).bytes_le
        if self.id_form == "uuid":
            return str(UUID(text)).encode()
        return self.permanent(text.encode()).encode()


_OPENLDAP_STATE = ("pwdAccountLockedTime", "pwdReset", "pwdStartTime", "pwdEndTime", "shadowExpire")

_RFC2307BIS = Flavour(
    id="entryUUID",
    id_form="uuid",
    names=("uid", "mail"),
    login="uid",
    principal="krbPrincipalName",
    people="(objectClass=person)",
    groups="(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)",
    members=("member", "uniqueMember"),
    state=_OPENLDAP_STATE,
    changed="modifyTimestamp",
)
"""What directories on Unix have in common; the others say what is different with them."""

FLAVOURS = {
    "active_directory": Flavour(
        id="objectGUID",
        id_form="guid",
        names=("sAMAccountName", "userPrincipalName", "mail"),
        login="sAMAccountName",
        principal="userPrincipalName",
        people="(objectCategory=person)(objectClass=user)",
        groups="(objectClass=group)",
        members=("member",),
        state=(
            *("userAccountControl", "msDS-User-Account-Control-Computed", "lockoutTime", "accountExpires"),
            *("pwdLastSet", "logonHours"),
        ),
        changed="uSNChanged",
        policy="windows",
    ),
    "rfc2307bis": _RFC2307BIS,
    "rfc2307": replace(
        _RFC2307BIS,
        people="(objectClass=posixAccount)",
        groups="(objectClass=posixGroup)",
        members=(),
        member_names=("memberUid",),
    ),
    "389ds": replace(
        _RFC2307BIS,
        id="nsUniqueId",
        id_form="nsuniqueid",
        state=("nsAccountLock", "passwordExpirationTime", "accountUnlockTime", "krbPrincipalExpiration", "pwdReset"),
        policy="389ds",
    ),
}
