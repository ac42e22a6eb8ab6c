"""The parts of sign-in: what stands behind the employees' and the platforms' addresses."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from urllib.parse import urlsplit

from mappings.days import Day, Days, Zones
from mappings.employment import active_on
from mappings.errors import EvaluationError
from mappings.people import EXTERNAL_MARK, Person
from sso_bridge.api.following import Following
from sso_bridge.break_glass.opening import Opening
from sso_bridge.configuration.live import SignInConfiguration
from sso_bridge.errors import RuleFailed
from sso_bridge.login.arrival import Limits
from sso_bridge.login.asked import Released
from sso_bridge.login.authenticate.around import Around
from sso_bridge.login.authenticate.kerberos.binding import end_point_of
from sso_bridge.login.authenticate.register import Workplaces
from sso_bridge.login.brake import EntryBrake
from sso_bridge.login.build import Habits, Kept, build_sign_in, build_sign_out
from sso_bridge.login.change_password import PasswordChange
from sso_bridge.login.flow import SignIn
from sso_bridge.login.once import FirstTime
from sso_bridge.login.portal import Portal
from sso_bridge.login.release.policy import released
from sso_bridge.login.release.subject import PlatformSubjects
from sso_bridge.login.respond.bridge import BridgeItself
from sso_bridge.login.respond.contract import Responder
from sso_bridge.login.respond.oidc_provider.provider import Provider, build
from sso_bridge.login.respond.saml_idp.registry import Platforms
from sso_bridge.login.respond.saml_idp.responder import SamlIdentityProvider
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider
from sso_bridge.login.sign_out import SignOut
from sso_bridge.parts.bridge import Parts
from sso_bridge.second_factor.checking import Checking
from sso_bridge.second_factor.enrolment import Enrolment
from sso_bridge.second_factor.security_keys import SecurityKeys
from sso_bridge.second_factor.tickets import Tickets
from sso_bridge.secrets import resolve
from sso_bridge.store.sign_in.attempts import Attempts
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.sign_in.externals import Externals
from sso_bridge.store.sign_in.factors import StoredFactors
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.sign_in.standing import TokenStanding
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.sign_in.traces import Traces
from sso_bridge.store.sync.shadows import StoredShadows


class SiteParts(Parts):
    """`Parts`, and what the web needs besides."""

    @cached_property
    def traces(self) -> Traces:
        """Return the records of sign-ins."""
        return Traces(self.store)

    @cached_property
    def following(self) -> Following:
        """Return what lets somebody follow what takes long; a quarter of the threads may be held by that."""
        return Following(self.settings.threads // 4, self.wait)

    @cached_property
    def kept(self) -> Kept:
        """Return where a sign-in keeps what outlives the request."""
        idle = timedelta(minutes=self.settings.session_idle_minutes)
        return Kept(
            transactions=self.store,
            attempts=Attempts(self.store),
            sessions=Sessions(self.store, idle),
            links=Links(self.store),
            traces=self.traces,
            throttle=Throttle(self.store),
            audit=self.audit,
            doubts=Conflicts(self.store),
            externals=Externals(self.store, self.clock),
            factors=self.factors,
        )

    @cached_property
    def sign_in_configuration(self) -> SignInConfiguration:
        """Return the workplaces and platforms of this moment."""
        shadows = StoredShadows(self.store, self.clock, self.privacy.tombstones.sealed)
        opened = Workplaces(self.around_workplaces)
        return SignInConfiguration(self.live, opened, self.settings.base_dir, shadows)

    @cached_property
    def around_workplaces(self) -> Around:
        """Return what workplaces need of us."""
        return Around(
            secret=self.secret,
            brake=EntryBrake(self.kept.throttle, Limits(), self.clock),
            clock=self.clock,
            outgoing=self.outgoing,
            public_url=self.settings.public_url,
            keys=self.keys,
            once=FirstTime(self.kept.throttle, self.clock),
            shelf=self.peers.peers,
            gauges=self.metrics,
            saml_keys=self.keys,
            end_point=self._end_point(),
        )

    def _end_point(self) -> bytes:
        settings = self.settings
        if not settings.tls_certificate or settings.trusted_proxies:
            return b""
        return end_point_of((settings.base_dir / settings.tls_certificate).read_bytes())

    @cached_property
    def subjects(self) -> PlatformSubjects:
        """Return what names people towards platforms."""
        return PlatformSubjects(self.keys.pairwise_secret)

    @cached_property
    def saml(self) -> SamlIdentityProvider:
        """Return the SAML identity provider."""
        us = IdentityProvider(self.settings.public_url)
        return SamlIdentityProvider(us, Platforms(self.sign_in_configuration.saml, self.clock), self.keys, self.clock)

    @cached_property
    def openid(self) -> Provider:
        """Return the OpenID provider."""
        workplaces = self._has_workplace
        standing = TokenStanding(self.store, self._days, self._is_on, workplaces, self._works_here, self._release)
        return build(
            issuer=self.settings.public_url,
            clients=self.sign_in_configuration,
            grants=OpenIdGrants(self.store, self.clock),
            standing=standing,
            keys=self.keys,
            audit=self.audit,
            clock=self.clock,
            resolve=self.secret,
            throttle=self.kept.throttle,
        )

    @cached_property
    def sign_in(self) -> SignIn:
        """Return the sign-in."""
        habits = Habits(total=timedelta(minutes=self.settings.session_total_minutes), zones=self._zones)
        responders: dict[str, Responder] = {"saml": self.saml, "oidc": self.openid.responder, "bridge": BridgeItself()}
        return build_sign_in(
            self.kept,
            self.sign_in_configuration,
            self.people,
            self.subjects,
            responders,
            self.clock,
            habits,
            self.metrics,
        )

    @cached_property
    def sign_out(self) -> SignOut:
        """Return what ends sessions."""
        return build_sign_out(self.kept, self.sign_in_configuration, self.sign_in, self.clock)

    @cached_property
    def password_change(self) -> PasswordChange:
        """Return what lets people replace an expired password."""
        kept, visits = self.kept, self.sign_in.visits
        return PasswordChange(
            visits, self.sign_in_configuration, kept.throttle, Limits(), kept.transactions, kept.audit, self.clock
        )

    @cached_property
    def security_keys(self) -> SecurityKeys:
        """Return what speaks with security keys."""
        return SecurityKeys(self.settings.public_url, urlsplit(self.settings.public_url).hostname or "sso_bridge")

    @cached_property
    def factors(self) -> StoredFactors:
        """Return where second factors are kept."""
        return StoredFactors(self.store)

    @cached_property
    def tickets(self) -> Tickets:
        """Return what a form about second factors carries to its next step."""
        return Tickets(self.keys, FirstTime(self.kept.throttle, self.clock), self.clock)

    @cached_property
    def checking(self) -> Checking:
        """Return what checks second factors."""
        return Checking(self.factors, self.keys, self.tickets, self.security_keys, self.kept.throttle, self.clock)

    @cached_property
    def enrolment(self) -> Enrolment:
        """Return what adds and removes second factors."""
        return Enrolment(self.factors, self.keys, self.tickets, self.security_keys, self.store, self.audit, self.clock)

    @cached_property
    def opening(self) -> Opening:
        """Return what opens break-glass accounts."""
        return Opening(
            self.break_glass_accounts,
            self.keys,
            self.tokens,
            self.kept.throttle,
            self.store,
            self.audit,
            self.metrics,
            self.clock,
        )

    @cached_property
    def portal(self) -> Portal:
        """Return the employees' portal."""
        return Portal(self.sign_in_configuration, self.people, self._days)

    def secret(self, reference: str) -> str:
        """Return the text behind a reference of the configuration."""
        return resolve(reference, self.settings.base_dir)

    def _zones(self) -> Zones:
        return self.sign_in_configuration.zones().around(self.settings.time_zone)

    def _days(self) -> Days:
        return self._zones().at(self.clock())

    def _is_on(self, platform: str) -> bool:
        return platform in self.sign_in_configuration.current().platforms

    def _works_here(self, person: Person, on: Day) -> bool:
        """Return whether somebody counts as ours that day: by HR, or by a workplace that still admits others."""
        if person.is_external:
            manner = self.sign_in_configuration.current().chooser().manner
            if not manner(person.source.removeprefix(EXTERNAL_MARK)).external:
                return False
        return active_on(person, on)

    def _has_workplace(self, name: str) -> bool:
        return name in self.sign_in_configuration.current().workplaces

    def _release(self, platform: str, person: Person) -> Released | None:
        """Return what a platform may get about a person today; None when it may get nothing."""
        live = self.sign_in_configuration.current()
        if platform not in live.platforms:
            return None
        try:
            outcome = live.rules.outcome(platform, person, self.people.chart(self._days()))
        except EvaluationError as broken:
            raise RuleFailed(f"a rule of the mapping has no value for this person: {broken}") from None
        if not outcome.in_scope:
            return None
        return released(outcome, self.subjects.subject(live.platforms[platform], person))
