"""The `kerberos` workplace: who shows a good ticket is who the directory says it is.

In order: is it a ticket at all, for our own service, under AES; does a key of ours open it, now and for the first time
(gssapi); is it a person of a realm that is ours; and what does the directory say about that account. Every doubt is a
refusal with its reason for the audit, and people get the form (KR-01 to KR-04, LD-07).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.authenticate.around import Around
from sso_bridge.login.authenticate.contract import KERBEROS, Accepted, KnowsAccounts, Once
from sso_bridge.login.authenticate.kerberos.acceptor import Proven, Refused, accept, installed
from sso_bridge.login.authenticate.kerberos.examination import Examination
from sso_bridge.login.authenticate.kerberos.keytab import AES, Key, Unusable, keys_of
from sso_bridge.login.authenticate.kerberos.settings import KerberosSettings
from sso_bridge.login.authenticate.kerberos.token import Claimed, NotATicket, claimed
from sso_bridge.question import Question

METHOD = ("wia",)
"""RFC 8176: Windows integrated authentication, the one value for a ticket."""

REMEMBERED = timedelta(minutes=15)
"""Longer than a ticket's own mark may be old or early: nothing older is accepted by the library."""

OCTET = 0xFF

DISTANT = timedelta(days=8)
"""No ticket lives longer than a week; an older beginning is an error of somebody's clock."""


def opened(settings: KerberosSettings, around: Around, directory: Callable[[str], KnowsAccounts]) -> KerberosTicket:
    """Return the workplace; without a `service` it is that of our public address."""
    host = urlsplit(around.public_url).hostname or ""
    known = settings if settings.service else replace(settings, service=f"HTTP/{host}")
    return KerberosTicket(known, directory, around.once, around.clock, end_point=around.end_point)


class KerberosTicket:
    """Fulfils `contract.Workplace` and `TakesTicket`. `directory` finds the workplace that knows the accounts."""

    assurance = KERBEROS

    def __init__(
        self,
        settings: KerberosSettings,
        directory: Callable[[str], KnowsAccounts],
        once: Once,
        clock: Clock,
        prove: Callable[[bytes, Path, str, bytes], Proven] = accept,
        end_point: bytes = b"",
    ) -> None:
        self.settings = settings
        self._directory = directory
        self._once = once
        self._clock = clock
        self._prove = prove
        self._end_point = end_point

    @property
    def name(self) -> str:
        """Return the name in the configuration."""
        return self.settings.name

    def close(self) -> None:
        """Nothing is open."""

    def check(self) -> str:
        """Return which keys there are; WorkplaceDown with what to change."""
        if not installed():
            raise WorkplaceDown("the extra `kerberos` is not installed: pip install 'sso-bridge[kerberos]'")
        self._directory(self.settings.directory)
        keys = [key for _, key in self._keys()]
        ours = [key for key in keys if key.principal.rpartition("@")[0] == self.settings.service]
        if not ours:
            raise WorkplaceDown(f"the keytab has no key of {self.settings.service}")
        if not any(key.encryption in AES for key in ours):
            raise WorkplaceDown(f"the keytab has no AES key of {self.settings.service}; RC4 and DES are refused")
        numbers = sorted({key.kvno for key in ours if key.encryption in AES})
        return f"keys of {self.settings.service}, version {', '.join(map(str, numbers))}"

    def examine(self) -> Iterator[Question]:
        """Yield what the doctor asks."""
        return Examination(self.settings, self._directory, self.check, self._clock).questions()

    def offered_to(self, address: str) -> bool:
        """Return whether browsers of this network address are asked for a ticket (KR-02)."""
        return self.settings.offered_to(address)

    def check_ticket(self, token: bytes) -> Accepted:
        """Return whose it is, or raise SignInRefused with the audit's reason, or WorkplaceDown."""
        try:
            ticket = claimed(token)
        except NotATicket as why:
            raise SignInRefused("ntlm" if why.ntlm else "not_a_ticket", str(why)) from None
        self._refuse_unfit(ticket)
        try:
            proven = self._prove(token, self._keytab(ticket), f"{ticket.service}@{ticket.realm}", self._end_point)
        except Refused as why:
            raise SignInRefused(why.reason, str(why)) from None
        name = self._person(proven)
        now = self._clock()
        if not self._once.first(self.name, sha256(ticket.authenticator).hexdigest(), now + REMEMBERED):
            raise SignInRefused("ticket_replayed", "seen by another process")
        login = self._directory(self.settings.directory).account(name)
        return Accepted(self._told(login, proven, now), proven.reply)

    def _refuse_unfit(self, ticket: Claimed) -> None:
        if ticket.service != self.settings.service:
            raise SignInRefused("other_service", "the ticket is for another service")
        if ticket.encryption not in AES or ticket.session not in AES:
            raise SignInRefused("weak_encryption", f"encryption types {ticket.encryption} and {ticket.session}")

    def _keytab(self, ticket: Claimed) -> Path:
        """Return the file with the key of this ticket; during a change of keys there may be two (KR-06)."""
        principal = f"{ticket.service}@{ticket.realm}"
        for path, key in self._keys():
            same_version = key.kvno & OCTET == ticket.kvno & OCTET  # older files write no more of it
            if key.principal == principal and key.encryption == ticket.encryption and same_version:
                return path
        raise SignInRefused("key_unknown", f"no key of version {ticket.kvno}, type {ticket.encryption}")

    def _keys(self) -> list[tuple[Path, Key]]:
        try:
            return [(path, key) for path in self.settings.keytabs for key in keys_of(path)]
        except Unusable as why:
            raise WorkplaceDown(str(why)) from None

    def _person(self, proven: Proven) -> str:
        """Return the name to ask the directory for: the account's number, or the principal, whole (KR-04)."""
        principal = proven.principal
        short, _, realm = principal.rpartition("@")
        if not short or "\\" in principal or principal.count("@") != 1:
            raise SignInRefused("unusable_principal")
        if realm not in self.settings.realms:
            raise SignInRefused("foreign_realm", realm)
        if "/" in short:
            raise SignInRefused("not_a_person")
        if short.endswith("$"):
            raise SignInRefused("machine_account")
        return proven.sid or principal

    def _told(self, login: VerifiedLogin, proven: Proven, now: datetime) -> VerifiedLogin:
        """Return the account under our own name; its permanent id is the directory's."""
        since = proven.since
        dated = since is not None and now - DISTANT < since <= now
        subject = replace(login.subject, workplace=self.name)
        at = since if since is not None and dated else now
        return replace(login, subject=subject, authenticated_at=at, dated=dated, method=METHOD, assurance=KERBEROS)
