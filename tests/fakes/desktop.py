"""A workplace that takes tickets: the ticket is the name of its owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sso_bridge.errors import SignInRefused
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, Accepted
from sso_bridge.question import Question

KERBEROS = "urn:kerberos"
NTLM = b"NTLMSSP\x00"


class Desktop:
    """Fulfils `Workplace` and `TakesTicket` for browsers whose address begins with `near`."""

    assurance = KERBEROS

    def __init__(self, clock, near: str = "127.") -> None:
        self.name, self.clock, self.near = "desktop", clock, near
        self.seen: list[bytes] = []
        self.since: datetime | None = None

    def close(self) -> None:
        """Nothing is open."""

    def examine(self) -> Iterator[Question]:
        """Yield nothing: all is well."""
        return iter(())

    def offered_to(self, address: str) -> bool:
        """Return whether the browser is near."""
        return address.startswith(self.near)

    def check_ticket(self, token: bytes) -> Accepted:
        """Believe every ticket that is a number of HR."""
        self.seen.append(token)
        if token.startswith(NTLM):
            raise SignInRefused("ntlm")
        if not token.startswith(b"E"):
            raise SignInRefused("bad_ticket")
        number = token.decode()
        who = Subject(self.name, f"{number}@CORP.EXAMPLE")
        keys = {EMPLOYEE_NUMBER: number}
        return Accepted(VerifiedLogin(who, self.since or self.clock(), ("krb",), KERBEROS, keys=keys), b"mutual")
