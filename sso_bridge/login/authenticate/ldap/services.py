"""The accounts behind service names in a Windows domain: which version of which keys they have (MS-ADA2)."""

from __future__ import annotations

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.ldap.account import DISABLED
from sso_bridge.login.authenticate.ldap.names import escape
from sso_bridge.login.authenticate.ldap.people import People
from sso_bridge.login.authenticate.ldap.servers import Unreachable
from sso_bridge.login.authenticate.ldap.wire import Entry
from sso_bridge.login.authenticate.services import ServiceAccount

VERSION, TYPES = "msDS-KeyVersionNumber", "msDS-SupportedEncryptionTypes"
AES = 0x08 | 0x10
MOST = 10


def service_accounts(people: People, name: str) -> tuple[ServiceAccount, ...]:
    """Return the accounts that have this service name; two of them are a fault of the domain. WorkplaceDown."""
    query = f"(servicePrincipalName={escape(name)})"
    try:
        found = people.wire.search(people.settings.base_dn, query, (VERSION, TYPES, "userAccountControl"), MOST)
    except Unreachable as why:
        raise WorkplaceDown(str(why)) from None
    return tuple(_account(one) for one in found)


def _account(entry: Entry) -> ServiceAccount:
    return ServiceAccount(
        kvno=_number(entry, VERSION),
        disabled=bool(_number(entry, "userAccountControl") & DISABLED),
        aes=bool(_number(entry, TYPES) & AES),
    )


def _number(entry: Entry, attribute: str) -> int:
    text = entry.text(attribute)
    return int(text) if text.isascii() and text.isdigit() else 0
