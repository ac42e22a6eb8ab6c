"""A `saml` workplace: fulfils `contract.SendsAway`, `SignsOut`, `PublishesMetadata`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Answer, Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import Away, LogoutOrder, Once, Returned, Wish
from sso_bridge.login.authenticate.saml_sp import logout, messages
from sso_bridge.login.authenticate.saml_sp.clocks import ClockWatch
from sso_bridge.login.authenticate.saml_sp.conditions import Expected, moment
from sso_bridge.login.authenticate.saml_sp.examination import Examination
from sso_bridge.login.authenticate.saml_sp.library import Library, Schema
from sso_bridge.login.authenticate.saml_sp.metadata import our_metadata
from sso_bridge.login.authenticate.saml_sp.person import DirectoryOf, Reader
from sso_bridge.login.authenticate.saml_sp.ports import DECRYPTION, SIGNING, Gauges, Keys
from sso_bridge.login.authenticate.saml_sp.provider import Endpoint, IdentityProvider
from sso_bridge.login.authenticate.saml_sp.refusals import refused
from sso_bridge.login.authenticate.saml_sp.response import Believed, Opener, validated
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings, ServiceProvider
from sso_bridge.login.authenticate.saml_sp.statement import NO_CLASS, session_key
from sso_bridge.login.authenticate.saml_sp.trust import Trust
from sso_bridge.login.saml.moments import read, written
from sso_bridge.login.saml.names import POST, REDIRECT
from sso_bridge.login.saml.sending import sent
from sso_bridge.login.saml.signature import Signer
from sso_bridge.question import Question

Read = TypeVar("Read")
BINDINGS: Final = {"redirect": REDIRECT, "post": POST}
UNKNOWN_KEY: Final = frozenset({"saml_signature"})
"""Refusals after which the identity provider is asked whether it has a new key."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What this kind needs of the bridge: our keys, the replay memory, gauges, other workplaces, time, network."""

    keys: Keys
    once: Once
    gauges: Gauges
    directory_of: DirectoryOf
    clock: Clock
    outgoing: requests.Session


class SamlWorkplace:
    """One workplace. Schema, settings and keys are loaded once; safe for several threads."""

    def __init__(self, settings: SamlWorkplaceSettings, us: ServiceProvider, trust: Trust, needs: Needs) -> None:
        self.settings = settings
        self.us = us
        self.trust = trust
        self._needs = needs
        self._reader = Reader(settings, needs.directory_of)
        self._clocks = ClockWatch(settings.name, trust.source, trust.shelf, needs.gauges)
        self._schema = Schema()
        self._library: tuple[IdentityProvider, Library] | None = None
        self._signer: Signer | None = None

    @property
    def name(self) -> str:
        """Return the name in the configuration."""
        return self.settings.name

    @property
    def assurance(self) -> str:
        """Return the class of sign-ins; what it really was, each assertion says itself."""
        return NO_CLASS

    def examine(self) -> Iterator[Question]:
        """Yield what the doctor asks."""
        needs = self._needs
        return Examination(self.settings, self.us, self.trust, self, needs.outgoing, needs.clock).questions()

    def close(self) -> None:
        """Nothing is held open."""

    def metadata(self) -> bytes:
        """Return our signed description for this workplace."""
        return our_metadata(self.us, self.settings, self._needs.keys, self._signing(), self._needs.clock())

    def begin(self, wish: Wish, handle: str) -> Away:
        """Return where to send the browser, with a signed request (SAML profiles 4.1.4.1)."""
        now, endpoint = self._needs.clock(), self._entry(self.trust.current())
        request = messages.authn_request(self.us, self.settings, wish, endpoint.location, now)
        note = {"request": str(request.get("ID"))}
        if wish.force:
            note["fresh_since"] = written(now)
        return Away(sent(request, "SAMLRequest", endpoint.location, endpoint.binding, self._signing(), handle), note)

    def handle_of(self, returned: Returned) -> str:
        """Return the RelayState of a message, unchecked."""
        return returned.fields.get("RelayState", "")

    def finish(self, returned: Returned, note: Mapping[str, str] | None) -> VerifiedLogin:
        """Return who came back; PageNeeded, AssuranceNotMet, SignInRefused or WorkplaceDown."""
        if note is None and not self.settings.unsolicited:
            raise refused("unsolicited", "nobody was sent there, and answers unasked are not allowed here")
        if returned.address != self.us.acs:
            raise refused("destination", "the answer came to another address")
        return self._trusting(lambda provider: self._finished(returned, note, provider))

    def begin_logout(self, subject: Subject, upstream: Mapping[str, str], handle: str) -> Away | None:
        """Return where to send the browser to end its sign-in there; None when it cannot be ended there."""
        del subject  # what the identity provider calls them was kept with the session
        provider = self.trust.current()
        endpoint = provider.endpoint(provider.sign_out, BINDINGS[self.settings.request_binding])
        if endpoint is None or not upstream.get("name"):
            return None
        now, index = self._needs.clock(), upstream.get("index", "")
        request = messages.logout_request(self.us, endpoint.location, upstream, index, now)
        answer = sent(request, "SAMLRequest", endpoint.location, endpoint.binding, self._signing(), handle)
        return Away(answer, {"request": str(request.get("ID"))})

    def finish_logout(self, returned: Returned, note: Mapping[str, str]) -> bool:
        """Return whether all of it ended there; SignInRefused when the answer cannot be trusted."""
        expected = self._expected(note.get("request", ""))
        return self._trusting(lambda provider: logout.read_answer(returned, provider, expected(provider)))

    def logout_order(self, returned: Returned) -> LogoutOrder:
        """Return the checked order to end sign-ins; it counts once (SP-30)."""
        expected = self._expected(None)
        provider, order = self._trusting(
            lambda provider: (provider, logout.read_order(returned, provider, expected(provider)))
        )
        until = self._needs.clock() + logout.LIFE + 2 * self.settings.clock_skew
        if not self._needs.once.first(self.name, f"logout\x1f{order.id}", until):
            raise refused("replay", "this LogoutRequest was carried out before")
        sessions = tuple(session_key(order.name, index) for index in order.indexes)
        note = {"id": order.id, "relay_state": order.relay_state, "binding": order.binding}
        subject = self._reader.subject_of(order.name, provider)
        return LogoutOrder(subject, sessions, note, {} if subject or sessions else order.name.parts())

    def answer_order(self, order: LogoutOrder, *, ended: bool) -> Answer | None:
        """Return the signed LogoutResponse; None when the identity provider has no address for it."""
        provider = self.trust.current()
        endpoint = provider.endpoint(provider.sign_out, order.note.get("binding", REDIRECT))
        if endpoint is None:
            return None
        where, now = endpoint.answers or endpoint.location, self._needs.clock()
        response = messages.logout_response(self.us, where, order.note.get("id", ""), now, ended=ended)
        return sent(
            response, "SAMLResponse", where, endpoint.binding, self._signing(), order.note.get("relay_state", "")
        )

    def _finished(
        self, returned: Returned, note: Mapping[str, str] | None, provider: IdentityProvider
    ) -> VerifiedLogin:
        expected = self._expected(None if note is None else note.get("request", ""))(provider)
        opener = Opener(self._decryption_keys, legacy=self.settings.allow_legacy_encryption)
        believed = validated(returned, expected, self._set_up(provider), opener)
        login = self._reader.login(believed.assertion, provider, expected)
        self._check_fresh(login, note)
        self._count(believed, expected)
        return login

    def _check_fresh(self, login: VerifiedLogin, note: Mapping[str, str] | None) -> None:
        """Refuse an old sign-in where a fresh one was asked for (IDP-05)."""
        since = (note or {}).get("fresh_since")
        if since and login.authenticated_at < read(since) - self.settings.clock_skew:
            raise refused("not_fresh", "the identity provider did not ask the person again, as we wanted")

    def _count(self, believed: Believed, expected: Expected) -> None:
        """Take this assertion, and this request, for the only time (SP-21), and look at the clocks."""
        request = () if expected.request is None else (f"request\x1f{expected.request}",)
        if not self._needs.once.first(self.name, f"assertion\x1f{believed.id}", believed.until, *request):
            raise refused("replay", "this assertion, or an answer to this request, was taken before")
        issued = moment(believed.assertion, "IssueInstant")
        if issued is not None:
            self._clocks.saw(issued, expected.now)

    def _trusting(self, reading: Callable[[IdentityProvider], Read]) -> Read:
        """Read a message with the keys we know; with newer ones when its key is none of them."""
        provider = self.trust.current()
        try:
            return reading(provider)
        except SignInRefused as refusal:
            newer = self.trust.newer_than(provider) if refusal.reason in UNKNOWN_KEY else None
            if newer is None:
                raise
        return reading(newer)

    def _expected(self, request: str | None) -> Callable[[IdentityProvider], Expected]:
        now, skew = self._needs.clock(), self.settings.clock_skew
        return lambda provider: Expected(self.us, provider.entity_id, request, skew, now)

    def _entry(self, provider: IdentityProvider) -> Endpoint:
        found = provider.endpoint(provider.sign_in, BINDINGS[self.settings.request_binding])
        if found is None:
            raise WorkplaceDown("the identity provider offers no address that we can send people to")
        return found

    def _set_up(self, provider: IdentityProvider) -> Library:
        """Return the library set up for this description; made once, until there is another description."""
        known = self._library
        if known is None or known[0] is not provider:
            certificates = [key.certificate for key in provider.signing]
            self._library = known = (provider, Library(self.us, provider.entity_id, certificates, self._schema))
        return known[1]

    def _signing(self) -> Signer:
        key = self._needs.keys.signing(SIGNING)
        signer = self._signer
        if signer is None or signer.kid != key.kid:
            self._signer = signer = Signer(key)
        return signer

    def _decryption_keys(self) -> Sequence[rsa.RSAPrivateKey]:
        found = (key.private_key for key in self._needs.keys.published(DECRYPTION))
        return [key for key in found if isinstance(key, rsa.RSAPrivateKey)]
