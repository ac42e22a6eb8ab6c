"""The contract of step 5, kept in SAML: answers and refusals for platforms, and links from the portal."""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

from sso_bridge.clock import Clock
from sso_bridge.errors import AssuranceNotMet, BadRequest, BridgeError
from sso_bridge.login.asked import Asked, PostForm, Redirect, Released, SignedIn
from sso_bridge.login.respond.saml_idp import name_id
from sso_bridge.login.respond.saml_idp.assertion import Addressee, NameId, build_assertion
from sso_bridge.login.respond.saml_idp.attributes import attributes_for
from sso_bridge.login.respond.saml_idp.metadata import our_metadata
from sso_bridge.login.respond.saml_idp.refusals import STATUSES, SomebodyElse
from sso_bridge.login.respond.saml_idp.registry import Platforms, SamlPlatform
from sso_bridge.login.respond.saml_idp.request import read_request
from sso_bridge.login.respond.saml_idp.response import refusal, success
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider
from sso_bridge.login.saml.bindings import Received
from sso_bridge.login.saml.names import POST
from sso_bridge.login.saml.signature import Signer, SigningKey

PURPOSE: Final = "saml"


class Keys(Protocol):
    """Our signing keys."""

    def signing(self, purpose: Literal["saml"]) -> SigningKey:
        """Return the key in use."""
        ...

    def published(self, purpose: Literal["saml"]) -> tuple[SigningKey, ...]:
        """Return every key that others should know: in use, next, and retired but not forgotten."""
        ...


class SamlIdentityProvider:
    """We, as the platforms see us. Holds the parsed keys and the registered platforms; safe to share among threads."""

    protocol = "saml"

    def __init__(self, us: IdentityProvider, platforms: Platforms, keys: Keys, clock: Clock) -> None:
        self.us = us
        self.platforms = platforms
        self._keys = keys
        self._clock = clock
        self._signer: Signer | None = None

    def read(self, received: Received) -> Asked:
        """Return what a platform asks; raise BadRequest or UnknownPlatform (local), or Answerable."""
        return read_request(received, self.platforms, self.us, self._clock())

    def launch(self, name: str) -> Asked | Redirect:
        """Return the way to a platform from the portal; raise UnknownPlatform.

        A platform that starts sign-in itself is simply opened; another one gets an answer nobody asked for, with
        the registered RelayState and no other.
        """
        platform = self.platforms.by_name(name)
        if platform.settings.launch_url:
            return Redirect(platform.settings.launch_url)
        details = {
            "id": "",
            "acs": platform.provider.default_consumer.location,
            "relay_state": platform.settings.relay_state or None,
            "name_id": name_id.wished(None, platform),
            "subject": None,
        }
        return Asked(protocol=self.protocol, platform=name, details=details)

    def metadata(self) -> bytes:
        """Return our signed metadata."""
        return our_metadata(self.us, self._keys.published(PURPOSE), self._current(), self._clock())

    def answer(self, asked: Asked, who: SignedIn, released: Released) -> PostForm:
        """Return the signed answer; raise BridgeError when this person cannot be what the platform asked for."""
        platform = self.platforms.by_name(asked.platform)
        to = _addressee(asked, platform)
        if asked.acr_values and who.assurance not in asked.acr_values:
            raise AssuranceNotMet("the sign-in is of another class than the platform asks for")
        wish = str(asked.details["name_id"])
        named = NameId(wish, name_id.value_for(wish, released))
        _check_expected(asked, named, released)
        now = self._clock()
        attributes = attributes_for(released.claims, platform.settings)
        assertion = build_assertion(self.us, to, who, named, attributes, now)
        return _form(asked, to, success(self.us, to, platform, assertion, self._current(), now))

    def refuse(self, asked: Asked, why: BridgeError) -> PostForm | None:
        """Return the signed status for this refusal; None when it is not for the platform, or nobody asked."""
        codes = STATUSES.get(type(why))
        if codes is None or not asked.details.get("id"):
            return None
        to = _addressee(asked, self.platforms.by_name(asked.platform))
        return _form(asked, to, refusal(self.us, to, codes, why.sentence, self._current(), self._clock()))

    def _current(self) -> Signer:
        """Return the signer of the key in use; its key is parsed once, until another one takes over (IDP-08)."""
        key = self._keys.signing(PURPOSE)
        signer = self._signer
        if signer is None or signer.kid != key.kid:
            signer = Signer(key)
            self._signer = signer
        return signer


def _addressee(asked: Asked, platform: SamlPlatform) -> Addressee:
    """Return where the answer goes; the address must still be registered, whatever was noted when it was asked for."""
    location: Any = asked.details.get("acs")
    if not any(one.location == location and one.binding == POST for one in platform.provider.consumers):
        raise BadRequest("the return address is not registered any more")
    return Addressee(platform.provider.entity_id, str(location), str(asked.details.get("id") or ""))


def _check_expected(asked: Asked, named: NameId, released: Released) -> None:
    """Refuse when the platform named somebody and it is not this person (IDP-05)."""
    expected = asked.details.get("subject")
    if expected is None:
        return
    known = {named.value, released.subject, released.claims.get("email"), released.claims.get("preferred_username")}
    if expected not in known:
        raise SomebodyElse("the request names another person than the one who signed in")


def _form(asked: Asked, to: Addressee, response: str) -> PostForm:
    """Return the form for the browser; RelayState comes back as it came, and only when it came (bindings 3.5.3)."""
    fields = {"SAMLResponse": response}
    if asked.details.get("relay_state") is not None:
        fields["RelayState"] = str(asked.details["relay_state"])
    return PostForm(to.location, fields)
