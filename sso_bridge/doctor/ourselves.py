"""The bridge itself: packages, database, keys, audit, clock, address, workers, HR feeds."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path

import requests
from cryptography import x509

from sso_bridge.configuration.hr_sources.filed import Filed
from sso_bridge.configuration.hr_sources.pushed import ScimSource
from sso_bridge.correlation.view import View
from sso_bridge.doctor.finding import Doubt, Question
from sso_bridge.keys.rotation import is_due
from sso_bridge.parts.site import SiteParts
from sso_bridge.store import schema
from sso_bridge.store.queue.presence import Presence
from sso_bridge.store.queue.standstill import standstill
from sso_bridge.store.staff.imports import Imports

PACKAGES = ("sso_bridge", "provisioners", "mappings")
OURS = "sso-bridge"
SKEW = timedelta(seconds=60)
STALE_FEED = timedelta(days=8)
LONG_AUDIT = 50_000
ENDING = timedelta(days=30)


class Ourselves:
    """The questions about us. `home` is the folder our packages should lie in; tests name another one."""

    def __init__(self, parts: SiteParts, *, home: Path = Path(__file__).parent.parent.parent) -> None:
        self._parts = parts
        self._home = home

    def questions(self) -> Iterator[Question]:
        """Yield them, those first on which the others rest."""
        yield Question("packages", self.packages, "install sso-bridge in an environment of its own")
        yield Question(
            "database", self.database, "see database_url in the settings; is the server up, is the file writable?"
        )
        yield Question("tables", self.tables, "run: sso-bridge db upgrade")
        yield Question("keys", self.keys, "see key_encryption_key in the settings; restore the key from its safe place")
        yield Question("configuration", self.configuration, "run: sso-bridge config check FILE")
        yield Question("audit", self.audit, "run: sso-bridge audit verify, and find out who changed the database")
        yield Question("clock", self.clock, "let the machine keep its time by NTP")
        yield Question("certificate", self.certificate, "see tls_certificate in the settings")
        yield Question("public address", self.address, "see public_url in the settings and the proxy in front")
        yield Question("workers", self.workers, "start one: sso-bridge worker")
        yield Question("leavers", self.leavers, "look at the run's report; correct what is said there, then plan again")
        yield Question("who is who", self.who_is_who, "run: sso-bridge correlation list")
        yield Question("HR feeds", self.feeds, "see docs/hr.md")

    def packages(self) -> str:
        """Say that our three top-level names are our own code: they are plain words, others may use them too."""
        installed = metadata.packages_distributions()
        for name in PACKAGES:
            owners = set(installed.get(name, [OURS])) - {OURS}
            place = Path(importlib.import_module(name).__file__ or "").parent.parent
            if owners or place != self._home:
                whose = ", ".join(sorted(owners)) or str(place)
                raise Doubt(f"the package {name} comes from somewhere else: {whose}")
        return f"{', '.join(PACKAGES)} are ours"

    def database(self) -> str:
        """Say that it answers."""
        self._parts.store.ping()
        return f"{self._parts.store.engine.dialect.name} answers"

    def tables(self) -> str:
        """Say that they are those of this version."""
        wanted = schema.newest()
        schema.check_current(self._parts.store, wanted)
        return f"up to date ({wanted})"

    def keys(self) -> str:
        """Say that they open, and which are old."""
        for purpose in ("saml", "oidc-rs256", "oidc-es256", "audit"):
            self._parts.keys.signing(purpose)
        records = self._parts.keys.records()
        old = sorted({record.purpose for record in records if is_due(record, self._parts.clock())})
        if old:
            raise Doubt(f"older than they should get: {', '.join(old)}", f"run: sso-bridge keys rotate {old[0]}")
        return f"{len(records)} keys, all open"

    def configuration(self) -> str:
        """Say which one is in force."""
        live = self._parts.live.current()
        if not live.revision:
            raise Doubt("there is none yet", "write configuration.yaml and run: sso-bridge config apply FILE")
        counts = f"{len(live.configuration.workplaces)} workplaces, {len(live.configuration.platforms)} platforms"
        return f"revision {live.revision}: {counts}"

    def audit(self) -> str:
        """Say that its chain is whole; a long one is left to the command that has the time."""
        end = self._parts.audit.end()
        if end.seq > LONG_AUDIT:
            return f"{end.seq:,} records; `sso-bridge audit verify` walks them all"
        verdict = self._parts.checkpoints.verify()
        if not verdict.sound:
            raise DoctorFound(f"broken at record {verdict.broken}: {verdict.reason}")
        return f"{verdict.records:,} records, as they were written"

    def clock(self) -> str:
        """Say that no record was written later than now: signatures and sign-ins have minutes, not hours."""
        now, end = self._parts.clock(), self._parts.audit.end().seq
        newest = next(self._parts.audit.records(end - 1, end), None) if end else None
        if newest is not None and newest.at > now + SKEW:
            raise DoctorFound(
                f"it is {now:%Y-%m-%d %H:%M} here, and the audit was written at {newest.at:%H:%M} already"
            )
        return f"{now:%Y-%m-%d %H:%M:%S} UTC"

    def certificate(self) -> str:
        """Say until when our own certificate is good, when we serve TLS ourselves."""
        settings = self._parts.settings
        if not settings.tls_certificate:
            return "none: a proxy in front speaks TLS" if settings.public_url.startswith("https:") else "not used"
        found = x509.load_pem_x509_certificate((settings.base_dir / settings.tls_certificate).read_bytes())
        ends, now = found.not_valid_after_utc, self._parts.clock()
        if ends <= now:
            raise DoctorFound(f"it ended on {ends:%Y-%m-%d}")
        if ends - now < ENDING:
            raise Doubt(f"it ends on {ends:%Y-%m-%d}", "renew it, then restart the web service")
        return f"good until {ends:%Y-%m-%d}"

    def address(self) -> str:
        """Say that people reach this bridge, and no other one, under its public address."""
        settings = self._parts.settings
        try:
            answer = self._parts.front.get(f"{settings.public_url}/.well-known/openid-configuration", timeout=5)
        except requests.RequestException as error:
            said = f"{settings.public_url} does not answer from here ({type(error).__name__})"
            raise Doubt(said, "is the service running, does the name lead to it, is its certificate trusted?") from None
        issuer = _issuer(answer)
        if issuer != settings.public_url:
            raise DoctorFound(f"{settings.public_url} answers, but is another bridge ({answer.status_code})")
        _compare(answer.headers.get("Date", ""), datetime.now(UTC))
        return f"{settings.public_url} is this bridge"

    def workers(self) -> str:
        """Say which workers run, and whether work waits for nobody."""
        now, presence = self._parts.clock(), Presence(self._parts.store, self._parts.clock)
        waiting, running, last = standstill(self._parts.store, now), presence.running(), presence.all()
        if waiting and running:
            raise DoctorFound(f"{waiting} to do, and none of {len(running)} workers takes it up")
        if waiting:
            when = f"since {last[0].seen_at:%Y-%m-%d %H:%M} UTC" if last else "for a day at least"
            raise DoctorFound(f"{waiting} to do, and no worker was seen {when}")
        if not running:
            return "none is running, and no work waits"
        doing = "; ".join(sorted({one.doing for one in running}))
        return f"{len(running)} running ({doing}), and no work waits in vain"

    def leavers(self) -> str:
        """Say whether somebody who has left still has an account or a group that was to be taken away."""
        stuck = self._parts.crew.leaver_steps.stuck()
        if stuck:
            first = min(stuck, key=lambda one: one.since)
            said = f"{len(stuck)} steps of leavers are not confirmed, the oldest in run {first.run} on {first.platform}"
            raise DoctorFound(f"{said} since {first.since:%Y-%m-%d %H:%M} UTC: {first.why}")
        return "every step that was due is confirmed"

    def who_is_who(self) -> str:
        """Say how many rows and accounts wait for somebody to decide whose they are."""
        waiting = View(self._parts.correlation).pending()
        if any(waiting.values()):
            raise Doubt(f"{waiting['people']} pairs of rows and {waiting['account']} accounts wait for a decision")
        return "nothing waits for a decision"

    def feeds(self) -> str:
        """Say when each HR source was last believed."""
        imports, told = Imports(self._parts.store, self._parts.clock), []
        for name, source in self._parts.live.current().configuration.hr_sources.items():
            if isinstance(source, ScimSource):
                told.append(f"{name} pushes")
                continue
            last = imports.last_taken(name)
            if last is None:
                sent = f"import FILE... --source {name} --snapshot" if isinstance(source, Filed) else f"read {name}"
                raise Doubt(f"no complete snapshot of {name} was taken yet", f"run: sso-bridge hr {sent}")
            if self._parts.clock() - last.started_at > STALE_FEED:
                raise Doubt(f"the last snapshot of {name} is of {last.started_at:%Y-%m-%d}", "is the HR job running?")
            told.append(f"{name} on {last.started_at:%Y-%m-%d %H:%M}")
        return ", ".join(told) or "none is configured"


class DoctorFound(Exception):
    """Something does not work; the message says what."""

    code = "doctor_found"


def _issuer(answer: requests.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get("issuer", "")) if isinstance(found, dict) else ""


def _compare(date: str, now: datetime) -> None:
    """Raise Doubt when the web server's clock and ours differ."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return
    if abs(theirs - now) > SKEW:
        raise Doubt(f"its clock says {theirs:%H:%M:%S}, ours {now:%H:%M:%S}", "let both keep their time by NTP")
