"""The identity providers of SAML workplaces as the whole bridge looks after them: refreshed, watched, decided about.

Web processes read what is kept here when somebody signs in; workers refresh it; administrators look at what is held
and accept it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from sso_bridge.clock import Clock
from sso_bridge.configuration.live import Live
from sso_bridge.configuration.settings.build import workplaces
from sso_bridge.errors import BridgeError
from sso_bridge.login.authenticate.saml_sp.believing import compared, described, end_of, told
from sso_bridge.login.authenticate.saml_sp.clocks import ALARM
from sso_bridge.login.authenticate.saml_sp.ports import Gauges, Kept
from sso_bridge.login.authenticate.saml_sp.provider import IdentityProvider
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings
from sso_bridge.login.authenticate.saml_sp.trust import REFRESH, Fetch, Trust
from sso_bridge.store.sign_in.peers import Peers

ALARM_DAYS = (30, 7, 1)
"""So many days before something ends, somebody is told (MD-04)."""
log = structlog.get_logger(__name__)


class NothingHeld(Exception):
    """There is no description that waits, or it is another one by now; the message says which."""

    code = "nothing_held"


@dataclass(frozen=True, slots=True)
class PeerState:
    """What is known of one workplace's identity provider. `warnings` are for people, worst first."""

    name: str
    source: str
    used: Mapping[str, Any] | None
    confirmed_at: datetime | None
    ends_at: datetime | None
    certificate_ends: datetime | None
    problem: str
    held: Mapping[str, Any] | None
    held_fingerprint: str
    held_why: str
    held_since: datetime | None
    proposed_by: str
    proposed_until: datetime | None
    skew: float
    skew_samples: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class PeerDesk:
    """Fulfils `doctor`, the admin API, the commands and the background job."""

    current: Callable[[], Live]
    base_dir: Path
    peers: Peers
    fetch: Fetch
    clock: Clock
    gauges: Gauges
    _alarmed: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Return the SAML workplaces."""
        return tuple(self._settings())

    def state(self, name: str) -> PeerState:
        """Return what is known; KeyError for a workplace that does not speak SAML, nothing is asked of anybody."""
        settings = self._settings()[name]
        trust = self._trust(settings)
        kept = trust.kept()
        used, trouble = self._used(trust, kept)
        held = described(kept.held.document, settings, None) if kept.held else None
        wish = self.peers.proposals.of(name, difference(name, used, held), self.clock()) if held is not None else None
        ends = end_of(used, kept.confirmed_at) if used is not None and settings.metadata_url else None
        return PeerState(
            name=name,
            source=settings.metadata_url or str(settings.metadata_file),
            used=told(used) if used is not None else None,
            confirmed_at=kept.confirmed_at,
            ends_at=ends,
            certificate_ends=used.ends if used is not None else None,
            problem=kept.problem or trouble,
            held=compared(used, held) if held is not None else None,
            held_fingerprint=held.fingerprint if held is not None else "",
            held_why=kept.held.why if kept.held else "",
            held_since=kept.held.since if kept.held else None,
            proposed_by=wish.made_by if wish else "",
            proposed_until=wish.until if wish else None,
            skew=kept.skew,
            skew_samples=kept.skew_samples,
            warnings=self._warnings(used, kept, ends),
        )

    def refresh(self, name: str) -> PeerState:
        """Ask the peer now and return the state; KeyError as above."""
        self._trust(self._settings()[name]).refresh(timedelta(0))
        return self.state(name)

    def accept(self, name: str, fingerprint: str, actor: str) -> PeerState:
        """Believe the held description of this fingerprint (MD-03), or propose it to a second administrator (AD-08).

        The state tells which: what was proposed is still held. SecondPersonNeeded when one hand does both, NothingHeld,
        KeyError as above.
        """
        settings = self._settings()[name]
        trust = self._trust(settings)
        kept = trust.kept()
        if kept.held is None:
            raise NothingHeld(f"nothing waits for a decision about {name}")
        held = described(kept.held.document, settings, None)
        used = self._used(trust, kept)[0]
        change, digest = compared(used, held), difference(name, used, held)
        same = held.fingerprint == fingerprint
        if not same or not self.peers.accept(name, kept.held, change, digest, actor, self.clock()):
            raise NothingHeld(f"what waits for a decision about {name} is {held.fingerprint}, not {fingerprint}")
        return self.state(name)

    def refresh_due(self) -> dict[str, int]:
        """Ask every peer whose turn has come, and tell what ends soon; how many were asked."""
        asked = 0
        for name, settings in self._settings().items():
            asked += self._trust(settings).refresh(REFRESH)
            self._alarm(name, self.state(name))
        return {"asked": asked}

    def _settings(self) -> dict[str, SamlWorkplaceSettings]:
        found = workplaces(self.current().configuration, self.base_dir)
        return {one.name: one for one in found if isinstance(one, SamlWorkplaceSettings)}

    def _trust(self, settings: SamlWorkplaceSettings) -> Trust:
        return Trust(settings, self.peers, self.fetch, self.clock, self.gauges)

    def _used(self, trust: Trust, kept: Kept) -> tuple[IdentityProvider | None, str]:
        """Return the description in use without asking anybody, and what is wrong with it."""
        try:
            if trust.settings.metadata_url:
                return (described(kept.document, trust.settings, None), "") if kept.document else (None, "")
            return trust.current(), ""
        except BridgeError as why:
            return None, why.cause

    def _warnings(self, used: IdentityProvider | None, kept: Kept, ends: datetime | None) -> tuple[str, ...]:
        now = self.clock()
        said = [f"a change of its metadata waits for a decision: {kept.held.why}"] if kept.held else []
        if ends is not None and kept.confirmed_at is not None and now - kept.confirmed_at > 2 * REFRESH:
            since = f"{kept.confirmed_at:%Y-%m-%d %H:%M}"
            said.append(f"its metadata was last confirmed on {since}; this copy ends on {ends:%Y-%m-%d %H:%M} UTC")
        said += used.warnings(now) if used is not None else ()
        if abs(kept.skew) > ALARM:
            said.append(f"its clock is {abs(kept.skew):.0f} s {'ahead of' if kept.skew > 0 else 'behind'} ours")
        return tuple(said)

    def _alarm(self, name: str, state: PeerState) -> None:
        """Log what needs somebody: again at every threshold, and whenever something else is wrong."""
        if state.used is None:
            log.error("workplace_metadata_missing", workplace=name, problem=state.problem)
            return
        left = [one - self.clock() for one in (state.ends_at, state.certificate_ends) if one is not None]
        near = sum(min(left) <= timedelta(days=days) for days in ALARM_DAYS) if left else 0
        known = (near, *state.warnings)
        if state.warnings and self._alarmed.get(name) != known:
            log.warning("workplace_needs_attention", workplace=name, warnings=list(state.warnings))
        self._alarmed[name] = known


def difference(name: str, used: IdentityProvider | None, held: IdentityProvider) -> str:
    """Return what names the change from one description to the other: to this an agreement is bound (AD-08)."""
    shown = [name, used.fingerprint if used is not None else "", held.fingerprint, compared(used, held)]
    return sha256(json.dumps(shown).encode()).hexdigest()
