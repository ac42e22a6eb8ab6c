"""All parts of the running bridge, each built when first asked for.

This is the only place where parts meet. A part given by name takes the place of the built one: tests bring a clock
and fakes, `demo` brings its own keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlsplit

from mappings.days import Days, Zones
from provisioners.platforms.register import abilities
from sso_bridge.addresses import AllowList
from sso_bridge.admin.delegation import Reach
from sso_bridge.break_glass.sealing import Sealing
from sso_bridge.communities.waves import WaveCounts
from sso_bridge.configuration.changing.basis import Bases
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.configuration.changing.scales import Scales
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.explaining.told import Explainer
from sso_bridge.configuration.hr_sources.filed import FolderSource, SftpSource
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.correlation.desk import CorrelationDesk
from sso_bridge.correlation.view import View
from sso_bridge.hr.directory import DirectoryReader
from sso_bridge.hr.pickup.folder import Folder
from sso_bridge.hr.pickup.sftp import SftpFolder
from sso_bridge.hr.pickup.taking import Taking
from sso_bridge.hr.pull.reader import PullReader
from sso_bridge.hr.readers import HrReaders
from sso_bridge.jobs.crew import Crew
from sso_bridge.jobs.look import Looking
from sso_bridge.jobs.pickups import JOB as PICKUP
from sso_bridge.jobs.pickups import PickUp
from sso_bridge.jobs.platforms import Platforms
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.jobs.simulation import JOB as SIMULATION
from sso_bridge.jobs.simulation import Simulate
from sso_bridge.jobs.weighing import JOB as LOOK
from sso_bridge.jobs.weighing import LookAtDraft
from sso_bridge.login.authenticate.saml_sp.opening import fetching
from sso_bridge.metrics import Metrics
from sso_bridge.outgoing import resolve_name
from sso_bridge.parts.ground import Ground
from sso_bridge.parts.privacy import Privacy
from sso_bridge.peers import PeerDesk
from sso_bridge.secrets import resolve
from sso_bridge.store import schema
from sso_bridge.store.administration.consents import Consents
from sso_bridge.store.administration.revisions import Revisions
from sso_bridge.store.administration.weighings import Weighings
from sso_bridge.store.sign_in.break_glass import StoredAccounts
from sso_bridge.store.sign_in.peers import Peers
from sso_bridge.store.staff.imports import Imports
from sso_bridge.store.staff.origins import Origins
from sso_bridge.store.staff.reordered import Orders
from sso_bridge.store.sync.allowance import Allowance
from sso_bridge.store.sync.last_seen import History
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.sync.simulations import Simulations
from sso_bridge.web.health import Check
from sso_bridge.webhooks.office import Office


class Parts(Ground):
    """The parts, by name. SecretMissing, VaultClosed or SchemaOutdated from whatever needs what is not there."""

    @cached_property
    def privacy(self) -> Privacy:
        """Return what looks after what is kept about people."""
        secret = self.keys.pairwise_secret
        return Privacy(self.settings, self.store, self.clock, self.audit, self.checkpoints, self.days, secret)

    @cached_property
    def correlation(self) -> CorrelationDesk:
        """Return where it is decided who is who."""
        return CorrelationDesk(self.store, self.clock, self.audit, self.tokens, self.days, self.reach.still_pairs)

    @cached_property
    def reach(self) -> Reach:
        """Return what says how far delegated rights reach."""
        return Reach(self.people, self.days, self.tokens.acting)

    @cached_property
    def revisions(self) -> Revisions:
        """Return the configuration over time."""
        return Revisions(self.store, self.clock)

    @cached_property
    def configuration(self) -> ConfigurationDesk:
        """Return where the configuration is changed."""
        consents, kept = Consents(self.store, self.clock), Weighings(self.store, self.clock)
        scales = Scales(self.live, self.people, Orders(self.store, self.clock, self.days), self.days, kept)
        return ConfigurationDesk(self.revisions, self.audit, self.settings.base_dir, scales, consents)

    @cached_property
    def simulations(self) -> Simulations:
        """Return the re-organisations that somebody thought about."""
        return Simulations(self.store, self.clock)

    @cached_property
    def explainer(self) -> Explainer:
        """Return what explains why somebody has something, and why not."""
        nearby = StoredNearby(self.people, self.store, self.clock)
        history = History(self.store, StoredShadows(self.store, self.clock), nearby)
        orders = self.configuration.scales.orders
        return Explainer(self.people, Origins(self.store), history, self.keys.pairwise_secret, orders)

    @cached_property
    def waves(self) -> WaveCounts:
        """Return what counts the people of each wave."""
        return WaveCounts(self.people, StoredShadows(self.store, self.clock), self.live, self.days)

    def owned(self) -> list[str]:
        """Return the platforms whose groups can have owners."""
        platforms = self.live.current().configuration.platforms.items()
        return [name for name, one in platforms if one.connector != "none" and abilities(one.provisioning).owners]

    @cached_property
    def live(self) -> LiveConfiguration:
        """Return the configuration that holds at this moment."""
        return LiveConfiguration(self.revisions)

    def zones(self) -> Zones:
        """Return where HR's dates begin and end at which time."""
        return self.live.current().configuration.zones.around(self.settings.time_zone)

    def days(self) -> Days:
        """Return which date it is at this moment, for everybody."""
        return self.zones().at(self.clock())

    @cached_property
    def platforms(self) -> Platforms:
        """Return the connectors of the configuration in force."""
        return Platforms(
            lambda: (self.live.current().revision, self.live.current().configuration.platforms),
            self.outgoing,
            Allowance(self.store, self.clock),
            clock=self.clock,
            secret=lambda reference: resolve(reference, self.settings.base_dir),
            wait=self.wait,
        )

    @cached_property
    def looking(self) -> Looking:
        """Return what makes plans."""
        return Looking(
            self.store,
            self.clock,
            self.audit,
            self.live.current,
            self.platforms.connector,
            self.keys.pairwise_secret,
            self.days,
        )

    @cached_property
    def crew(self) -> Crew:
        """Return what carries out plans: runs, queue, workers."""
        return Crew(
            self.store,
            self.clock,
            self.audit,
            self.live.current,
            self.platforms,
            self.looking,
            self.looking.today,
            self.privacy.schedule,
            Bases(self.live.current, self.live.at),
            bool(self.settings.nightly_sync),
            self.peers.refresh_due,
            self.directories,
            self.circumstances,
            {
                LOOK: LookAtDraft(lambda: self.configuration),
                SIMULATION: Simulate(lambda: self.looking, self.simulations),
                PICKUP: self._pick_up_now,
                **self.privacy.handlers,
                **self.telling.handlers,
            },
            (self.telling.herald,),
        )

    @cached_property
    def telling(self) -> Office:
        """Return what tells other systems what happens here."""
        return Office(
            self.store,
            self.clock,
            self.audit,
            self.keys,
            lambda: self.outgoing,
            self.people,
            self.revisions,
            self.days,
            self.tokens,
        )

    @cached_property
    def directories(self) -> HrReaders:
        """Return what reads HR sources that are directories or systems."""
        folder = self.settings.base_dir

        def configuration() -> Configuration:
            return self.live.current().configuration

        def secret(reference: str) -> str:
            return resolve(reference, folder)

        systems = PullReader(
            configuration, secret, lambda: self.outgoing, self.clock, self.wait, self.settings.time_zone
        )
        return HrReaders(configuration, DirectoryReader(configuration, secret, folder, self.clock), systems)

    def _pick_up_now(self, job: Job) -> Outcome:
        return self.pick_up(job)

    @cached_property
    def pick_up(self) -> PickUp:
        """Return what takes HR's files out of folders, here and on servers."""
        settings, imports = self.settings, Imports(self.store, self.clock)

        def place(source: FolderSource | SftpSource) -> Folder | SftpFolder:
            if isinstance(source, FolderSource):
                return Folder(settings.base_dir / source.path)
            allowed = AllowList(settings.outgoing_allow)
            return SftpFolder(source, allowed, resolve_name, lambda one: resolve(one, settings.base_dir))

        taking = Taking(self.crew.reception, imports, self.clock, settings.max_upload_bytes)
        return PickUp(place, taking, lambda: self.live.current().configuration)

    @cached_property
    def peers(self) -> PeerDesk:
        """Return what looks after the identity providers of SAML workplaces."""
        kept, fetch = Peers(self.store, self.audit), fetching(self.outgoing)
        return PeerDesk(self.live.current, self.settings.base_dir, kept, fetch, self.clock, self.metrics)

    @cached_property
    def break_glass_accounts(self) -> StoredAccounts:
        """Return the break-glass accounts."""
        return StoredAccounts(self.store)

    @cached_property
    def sealing(self) -> Sealing:
        """Return what makes and seals break-glass accounts."""
        issuer = urlsplit(self.settings.public_url).hostname or "sso_bridge"
        return Sealing(self.break_glass_accounts, self.keys, self.store, self.audit, self.clock, issuer)

    @cached_property
    def metrics(self) -> Metrics:
        """Return the counters."""
        metrics = Metrics()
        metrics.watch(
            "sso_bridge_leaver_steps_stuck",
            "Steps of leavers that are not confirmed five minutes after they were due",
            lambda: len(self.crew.leaver_steps.stuck()),
        )
        metrics.watch(
            "sso_bridge_correlation_waiting",
            "Pairs of rows and accounts that may be one, and wait for a decision",
            lambda: sum(View(self.correlation).pending().values()),
        )
        metrics.watch(
            "sso_bridge_break_glass_broken",
            "Break-glass accounts that were used and not sealed anew",
            lambda: sum(account.broken_at is not None for account in self.break_glass_accounts.all()),
        )
        metrics.watch(
            "sso_bridge_webhooks_disabled",
            "Webhooks that tell nobody anything: their receiver failed, their maker has no rights, or somebody said so",
            self.telling.webhooks.disabled,
        )
        return metrics

    @cached_property
    def metrics_token(self) -> str:
        """Return what `/metrics` asks for; empty when nobody may read it."""
        reference = self.settings.metrics_token
        return resolve(reference, self.settings.base_dir) if reference else ""

    @cached_property
    def checks(self) -> Mapping[str, Check]:
        """Return what must hold for `/readyz`."""
        wanted = schema.newest()
        return {
            "database": self.store.ping,
            "migrations": lambda: schema.check_current(self.store, wanted),
            "keys": lambda: _touch(self.keys.signing("saml")),
        }


def _touch(_part: object) -> None:
    """Take what was asked for and do nothing with it."""
