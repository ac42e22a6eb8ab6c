"""A workplace with a sign-in page of its own, and the browser that goes there; nothing but a dict is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from sso_bridge.errors import AssuranceNotMet, PageNeeded, SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Redirect, Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, UPSTREAM_SESSION, Away, LogoutOrder
from sso_bridge.question import Question

SEAL = "genuine"
STRONG = "urn:strong"
FAULTS = {"page_needed": PageNeeded, "too_weak": AssuranceNotMet}


class Office:
    """Fulfils `Workplace`, `SendsAway` and `SignsOut`. `here` is who is signed in there: (subject, HR number)."""

    assurance = STRONG

    def __init__(self, name: str, clock) -> None:
        self.name, self.clock = name, clock
        self.here: tuple[str, str] | None = ("ada-at-office", "E1")
        self.wishes: list[object] = []
        self.down = self.unsolicited = self.signs_out = False
        self.mails: tuple[str, ...] = ()
        self.ends_at: datetime | None = None
        self.dated = True
        self.since: datetime | None = None
        self.ended: list[object] = []

    def close(self) -> None:
        """Nothing is open."""

    def examine(self) -> Iterator[Question]:
        """Yield nothing: all is well."""
        return iter(())

    def begin(self, wish, handle) -> Away:
        """Send there."""
        if self.down:
            raise WorkplaceDown("the office is closed")
        self.wishes.append(wish)
        query = {"state": handle, "request": str(len(self.wishes)), "silent": str(wish.silent)}
        return Away(Redirect(f"https://{self.name}.test/sso?{urlencode(query)}"), {"request": query["request"]})

    def handle_of(self, returned) -> str:
        """Return the state."""
        return returned.fields.get("state", "")

    def finish(self, returned, note) -> VerifiedLogin:
        """Believe what is sealed and was asked for."""
        said = returned.fields
        if said.get("seal") != SEAL:
            raise SignInRefused("forged", "the seal is not ours")
        if note is None and not self.unsolicited:
            raise SignInRefused("unsolicited")
        if note is not None and said.get("request") != note["request"]:
            raise SignInRefused("other_request")
        if said.get("error"):
            raise FAULTS[said["error"]]("nobody is signed in there")
        return VerifiedLogin(
            Subject(self.name, said["subject"]),
            self.since or self.clock(),
            ("pwd",),
            said.get("assurance", STRONG),
            keys={EMPLOYEE_NUMBER: said["number"]} if said.get("number") else {},
            attributes={"mail": self.mails} if self.mails else {},
            ends_at=self.ends_at,
            upstream={
                name: said[given]
                for name, given in ((UPSTREAM_SESSION, "session"), ("name", "name"))
                if said.get(given)
            },
            dated=self.dated,
        )

    def answer(self, location: str, **other: str) -> dict[str, str]:
        """Return the fields that the browser brings back from this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        given = {"state": asked["state"], "request": asked["request"], "seal": SEAL, "session": f"sid-{self.name}"}
        if self.here is None:
            return given | {"error": "page_needed"} | other
        return given | {"subject": self.here[0], "number": self.here[1]} | other

    def begin_logout(self, subject, upstream, handle) -> Away | None:
        """Send there to sign out."""
        if not self.signs_out:
            return None
        self.ended.append((subject, dict(upstream)))
        query = urlencode({"state": handle, "request": "out"})
        return Away(Redirect(f"https://{self.name}.test/slo?{query}"), {"request": "out"})

    def finish_logout(self, returned, note) -> bool:
        """Return whether all ended there."""
        if returned.fields.get("seal") != SEAL or returned.fields.get("request") != note["request"]:
            raise SignInRefused("forged")
        return returned.fields.get("result") == "all"

    def logout_order(self, returned) -> LogoutOrder:
        """Return whom the office wants out."""
        said = returned.fields
        if said.get("seal") != SEAL:
            raise SignInRefused("forged", "the seal is not ours")
        subject = Subject(self.name, said["subject"]) if said.get("subject") else None
        named = {"name": said["name"]} if said.get("name") else {}
        return LogoutOrder(subject, tuple(said.get("sessions", "").split()), {"relay": said.get("relay", "")}, named)

    def answer_order(self, order, *, ended: bool) -> Redirect | None:
        """Say so at the office."""
        relay = order.note["relay"]
        return Redirect(f"https://{self.name}.test/done?ended={ended}&relay={relay}") if relay else None
