"""The identity providers of SAML workplaces, for administrators: what is trusted, what waits for a decision (MD-03)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from sso_bridge.api.problems import Conflict, NotFound
from sso_bridge.api.route import Answer, Call, Route, Taken, Told
from sso_bridge.peers import NothingHeld, PeerDesk, PeerState

BASE = "/admin/v1/workplaces/{workplace}/metadata"
NAME = {"type": "string", "pattern": "^[a-z0-9_-]{1,63}$", "maxLength": 63}
FINGERPRINT = r"^[0-9a-f]{16}$"


class Acceptance(Taken):
    """Which description is believed from now on: exactly the one that was looked at."""

    fingerprint: Annotated[str, Field(pattern=FINGERPRINT, max_length=16)]


class PeerTold(Told):
    """An identity provider; keys are named by the beginning of the SHA-256 of their certificates."""

    name: str
    source: str
    used: dict[str, Any] | None = Field(description="What is trusted: entity id, keys, addresses.")
    confirmed_at: datetime | None = Field(description="When it last said the same.")
    ends_at: datetime | None = Field(description="Until when this copy is used without being confirmed.")
    certificate_ends: datetime | None
    problem: str = Field(description="Why it could not be refreshed; empty when it could.")
    held: dict[str, Any] | None = Field(description="The change that waits for a decision: before and after.")
    held_fingerprint: str
    held_why: str
    held_since: datetime | None
    proposed_by: str = Field(description="Who wants to believe what is held; a second owner is needed.")
    proposed_until: datetime | None
    skew: float = Field(description="By how many seconds its clock is ahead of ours, the median of its last messages.")
    skew_samples: int
    warnings: list[str]


class PeerRoutes:
    """The routes below a workplace."""

    def __init__(self, desk: PeerDesk) -> None:
        self._desk = desk

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        parameters = {"workplace": NAME}
        example = {"fingerprint": "0123456789abcdef"}
        return (
            Route("GET", BASE, "configuration.read", self.show, "What is known of a workplace's identity provider",
                  parameters=parameters, result=PeerTold),
            Route("POST", f"{BASE}/refresh", "workplaces.trust", self.refresh, "Fetch its metadata now",
                  parameters=parameters, result=PeerTold),
            Route("POST", f"{BASE}/accept", "workplaces.trust", self.accept, "Believe the description that is held",
                  parameters=parameters, body=Acceptance, example=example, result=PeerTold, problems=(409,),
                  description="A refresh that changes the entity id, all keys, or keys and addresses together is held "
                  "until two owners have compared the fingerprints with the people who run the identity provider. "
                  "The first call proposes it (`proposed_by`), the same call by another owner within a day does it."),
        )  # fmt: skip

    def show(self, call: Call) -> Answer:
        """Return what is known."""
        return Answer(_told(self._known(call)))

    def refresh(self, call: Call) -> Answer:
        """Fetch and return what is known then."""
        return Answer(_told(self._desk.refresh(self._known(call).name)))

    def accept(self, call: Call) -> Answer:
        """Believe what is held, or propose it."""
        asked: Acceptance = call.body
        name = self._known(call).name
        try:
            return Answer(_told(self._desk.accept(name, asked.fingerprint, call.actor)))
        except NothingHeld as why:
            raise Conflict(str(why)) from None

    def _known(self, call: Call) -> PeerState:
        try:
            return self._desk.state(call.path["workplace"])
        except KeyError:
            raise NotFound("no workplace of this name speaks SAML") from None


def _told(state: PeerState) -> PeerTold:
    return PeerTold(**{name: getattr(state, name) for name in PeerTold.model_fields})
