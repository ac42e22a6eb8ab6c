"""Which identity provider is trusted at this moment: read from its file, or from the last good copy of its address.

A new description is believed when it comes by verified TLS or is signed by the pinned key, has not ended (MD-01), and
changes no more than a roll-over does (MD-03). Otherwise the last good copy stays in use, and an administrator decides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from sso_bridge.clock import Clock
from sso_bridge.errors import BadRequest, BridgeError, WorkplaceDown
from sso_bridge.login.authenticate.saml_sp.believing import compared, described, described_file, doubt, end_of
from sso_bridge.login.authenticate.saml_sp.ports import Gauges, Held, Kept, Shelf
from sso_bridge.login.authenticate.saml_sp.provider import IdentityProvider
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings

LOOK_AGAIN = timedelta(seconds=30)
"""How long a process uses what it read before it looks at the shared copy, or at the file, again."""
REFRESH = timedelta(hours=6)
SOON, SELDOM = timedelta(seconds=0.5), timedelta(minutes=1)
"""How soon a message with an unknown key may make us ask the peer again, all processes together: twice as long after
each time that brought nothing, so that forged messages do not make us a nuisance."""
FORGIVEN, WORTH_WAITING = timedelta(minutes=10), timedelta(seconds=1)
FIRST, LATER = timedelta(seconds=5), timedelta(minutes=30)
"""How soon a sign-in tries again to fetch the first copy, or to refresh one that no worker has refreshed for long."""
PATIENCE = 6.0
log = structlog.get_logger(__name__)

Fetch = Callable[[str], bytes]
"""Returns the body behind an address; WorkplaceDown with a cause."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """What a process works with: the description, and when it was read."""

    provider: IdentityProvider
    kept: Kept
    read_at: datetime


@dataclass(slots=True)
class Trust:
    """The peer of one workplace; safe for several threads."""

    settings: SamlWorkplaceSettings
    shelf: Shelf
    fetch: Fetch
    clock: Clock
    gauges: Gauges
    wait: Callable[[float], object] = time.sleep
    _known: Trusted | None = None
    _asking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def source(self) -> str:
        """Return where descriptions come from, and by what they are recognised; what is kept of another one is gone."""
        settings = self.settings
        where = settings.metadata_url or str(settings.metadata_file)
        return f"{where}\x1f{settings.metadata_certificate or ''}\x1f{settings.entity_id}"

    def current(self) -> IdentityProvider:
        """Return the identity provider; WorkplaceDown when there is no description that may be used."""
        known, now = self._known, self.clock()
        if known is None or now - known.read_at >= LOOK_AGAIN:
            known = self._look(now)
        if self.settings.metadata_url:
            ends = end_of(known.provider, known.kept.confirmed_at)
            if ends <= now:
                raise WorkplaceDown(
                    f"the metadata ended on {ends:%Y-%m-%d %H:%M} UTC: {known.kept.problem or 'see doctor'}"
                )
        return known.provider

    def newer_than(self, used: IdentityProvider) -> IdentityProvider | None:
        """Return another description than the one used, asking the peer if it is our turn; None when there is none.

        For messages with a key that is not known: the identity provider may just have changed it.
        """
        if not self.settings.metadata_url:
            found = self._look(self.clock()).provider
            return None if found.fingerprint == used.fingerprint else found
        with self._asking:
            found = self._look(self.clock()).provider
            if found.fingerprint != used.fingerprint:
                return found
            self._ask_about_key()
            found = self._look(self.clock()).provider
        return None if found.fingerprint == used.fingerprint else found

    def refresh(self, every: timedelta = REFRESH) -> bool:
        """Ask the peer when its turn has come; return whether it was asked. For the background job."""
        if not self.settings.metadata_url:
            return False
        if not self.shelf.may_ask(self.settings.name, self.source, every, self.clock()):
            return False
        self.ask()
        return True

    def ask(self) -> None:
        """Fetch the description; believe it, hold it, or keep the last good one. A peer's fault raises nothing."""
        name, now = self.settings.name, self.clock()
        try:
            document = self.fetch(self.settings.metadata_url)
            found = described(document, self.settings, now)
        except BridgeError as why:
            log.warning("workplace_metadata_failed", workplace=name, problem=why.cause)
            self.shelf.failed(name, why.cause, now)
            return
        before = self._provider_of(self.shelf.get(name, self.source))
        why_not = doubt(before, found) if before is not None else ""
        change = compared(before, found)
        if why_not:
            log.error("workplace_metadata_held", workplace=name, why=why_not, fingerprint=found.fingerprint)
            self.shelf.hold(name, Held(document, why_not, now), change, now)
            return
        changed = before is None or before.fingerprint != found.fingerprint
        self.shelf.keep(name, document, change if changed else None, now)

    def kept(self) -> Kept:
        """Return the shared copy as it is, for doctor and administrators."""
        return self.shelf.get(self.settings.name, self.source)

    def _look(self, now: datetime) -> Trusted:
        """Read the file or the shared copy; the first time, and when nobody has refreshed for long, ask the peer."""
        if not self.settings.metadata_url:
            kept = self.shelf.get(self.settings.name, self.source)
            self._known = known = Trusted(self._from_file(), kept, now)
            return self._shown(known)
        kept = self.shelf.get(self.settings.name, self.source)
        if kept.confirmed_at is None or now - kept.confirmed_at >= 2 * REFRESH:
            if self.shelf.may_ask(self.settings.name, self.source, LATER if kept.document else FIRST, now):
                self.ask()
            elif not kept.document:
                self._await()
            kept = self.shelf.get(self.settings.name, self.source)
        provider = self._provider_of(kept)
        if provider is None:
            raise WorkplaceDown(kept.problem or "the metadata was never read")
        self._known = known = Trusted(provider, kept, now)
        return self._shown(known)

    def _from_file(self) -> IdentityProvider:
        """Return what the file says; the last good reading when it cannot be used any more."""
        known = self._known
        try:
            found = described_file(self.settings)
        except (OSError, BadRequest) as why:
            said = str(why.strerror if isinstance(why, OSError) else why)
            if known is None:
                raise WorkplaceDown(f"the metadata file cannot be used: {said}") from None
            log.warning("workplace_metadata_failed", workplace=self.settings.name, problem=said)
            return known.provider
        return known.provider if known is not None and known.provider == found else found

    def _provider_of(self, kept: Kept) -> IdentityProvider | None:
        """Return the description in a copy that was believed before; parsed once per process and copy."""
        known = self._known
        if known is not None and known.kept.document == kept.document and kept.document:
            return known.provider
        if not kept.document:
            return None
        return described(kept.document, self.settings, None)

    def _ask_about_key(self) -> None:
        """Ask the peer for a new key when its turn has come; otherwise wait for whoever asks at this moment."""
        name, before, now = self.settings.name, self.kept(), self.clock()
        recent = before.asked_at is not None and now - before.asked_at < FORGIVEN
        fruitless = before.fruitless if recent else 0
        every = min(SOON * 2**fruitless, SELDOM)
        if before.asked_at is not None and timedelta() < before.asked_at + every - now <= WORTH_WAITING:
            self.wait((before.asked_at + every - now).total_seconds())
        if not self.shelf.may_ask(name, self.source, every, self.clock()):
            self._await()
            return
        self.ask()
        old, new = self._provider_of(before), self._provider_of(self.kept())
        if old is not None and new is not None and old.fingerprint == new.fingerprint:
            self.shelf.counted(name, min(fruitless + 1, 16))

    def _await(self) -> None:
        """Wait while another process asks the peer."""
        waited = 0.0
        while waited < PATIENCE and self.shelf.get(self.settings.name, self.source).is_asking:
            self.wait(0.1)
            waited += 0.1

    def _shown(self, known: Trusted) -> Trusted:
        name = self.settings.name
        self.gauges.workplace(name, "certificate_ends", known.provider.ends.timestamp())
        self.gauges.workplace(name, "held", float(known.kept.held is not None))
        if self.settings.metadata_url:
            ends = end_of(known.provider, known.kept.confirmed_at)
            self.gauges.workplace(name, "metadata_ends", ends.timestamp())
        return known
