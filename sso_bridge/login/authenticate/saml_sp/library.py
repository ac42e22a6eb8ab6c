"""The only file that touches python3-saml 1.16.0: it checks the structure and the signatures of a Response.

Surprises, and what is done about them here or around:
* `is_valid` compiles the schema for every message (2 ms), tells the time by itself, refuses a confirmation that ended
  a moment ago, and compares addresses by prefix; so the parts that are right are called one by one (which elements
  are signed, and whether by these keys), and `conditions.py` compares.
* It runs XSLT and XPath before any check (issue 447), and knows RSA-MD5 as good: `gate.py` stands before it.
* It raises four kinds of exceptions and returns False for others: whatever it is, the sign-in is refused.
* Validating with one compiled schema in two threads mixes up their error logs: hence the lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import onelogin.saml2
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.saml_sp.gate import Message
from sso_bridge.login.authenticate.saml_sp.refusals import refused
from sso_bridge.login.authenticate.saml_sp.settings import ServiceProvider
from sso_bridge.login.saml.names import POST, saml
from sso_bridge.login.saml.xml import Element

SCHEMAS: Final = Path(onelogin.saml2.__file__).parent / "schemas"
ON_RESPONSE: Final = OneLogin_Saml2_Utils.RESPONSE_SIGNATURE_XPATH
ON_ASSERTION: Final = OneLogin_Saml2_Utils.ASSERTION_SIGNATURE_XPATH
ALONE: Final = "/saml:Assertion/ds:Signature"


class _Response(OneLogin_Saml2_Response):  # type: ignore[misc]
    """The library's view of a tree that was parsed already."""

    def __init__(self, settings: Any, document: Element) -> None:
        self._settings = settings
        self._error = None
        self.response = b""
        self.document = document
        self.decrypted_document = None
        self.encrypted = None
        self.valid_scd_not_on_or_after = None


class Schema:
    """The protocol's schema, compiled once; safe for several threads."""

    def __init__(self) -> None:
        self._compiled = etree.XMLSchema(etree.parse(SCHEMAS / "saml-schema-protocol-2.0.xsd"))
        self._lock = threading.Lock()

    def check(self, document: Element) -> None:
        """Return when the document follows it; SignInRefused."""
        with self._lock:
            fine = self._compiled.validate(document)
        if not fine:
            raise refused("malformed", "the message does not follow the schema of SAML")


class Library:
    """python3-saml, set up once for one identity provider with its keys. `certificates` are base64 of DER."""

    def __init__(self, us: ServiceProvider, entity_id: str, certificates: Iterable[str], schema: Schema) -> None:
        self._schema = schema
        kept = list(certificates)
        if not kept:
            raise refused("no_keys", "the metadata has no key that signs")
        service = {"entityId": us.entity_id, "assertionConsumerService": {"url": us.acs, "binding": POST}}
        provider = {
            "entityId": entity_id,
            "singleSignOnService": {"url": us.acs},
            "x509certMulti": {"signing": kept, "encryption": kept[:1]},
        }
        security = {"rejectDeprecatedAlgorithm": True, "wantAttributeStatement": False}
        self._settings = OneLogin_Saml2_Settings({"strict": True, "sp": service, "idp": provider, "security": security})
        self._certificates = self._settings.get_idp_data()["x509certMulti"]["signing"]

    def check(self, message: Message, assertion: Element) -> frozenset[str]:
        """Return which of `Response` and `Assertion` carry a valid signature; SignInRefused without one.

        `assertion` is the message's own, or the decrypted one as a document of its own.
        """
        try:
            return self._checked(message, assertion)
        except SignInRefused:
            raise
        except Exception as error:  # noqa: BLE001 - there is no list of what it may raise
            raise refused("signature", f"python3-saml refuses the message: {type(error).__name__}") from None

    def check_response(self, message: Message) -> None:
        """Return when the Response itself carries a valid signature; SignInRefused otherwise."""
        try:
            signed = self._verified(message.root, ON_RESPONSE)
        except Exception:  # noqa: BLE001 - as above
            signed = False
        if not signed:
            raise refused("signature", "the Response is not signed by a key of this identity provider")

    def _checked(self, message: Message, assertion: Element) -> frozenset[str]:
        self._schema.check(message.root)
        whole = _merged(message.root, assertion) if message.encrypted else message.root
        if message.encrypted:
            self._schema.check(whole)
        signed = {etree.QName(tag).localname for tag in _Response(self._settings, whole).process_signed_elements()}
        if not signed:
            raise refused("signature", "neither the Response nor the assertion is signed")
        if "Response" in signed and not self._verified(message.root, ON_RESPONSE):
            raise refused("signature", "the signature of the Response is not by a key of this identity provider")
        where = (assertion, ALONE) if message.encrypted else (message.root, ON_ASSERTION)
        if "Assertion" in signed and not self._verified(*where):
            raise refused("signature", "the signature of the assertion is not by a key of this identity provider")
        return frozenset(signed)

    def _verified(self, document: Element, place: str) -> bool:
        return bool(OneLogin_Saml2_Utils.validate_sign(document, xpath=place, multicerts=self._certificates))


def _merged(root: Element, assertion: Element) -> Element:
    """Return the Response with the decrypted assertion in its place, for checks of structure only."""
    copy = deepcopy(root)
    sealed = copy.find(saml("EncryptedAssertion"))
    if sealed is not None:
        copy.replace(sealed, deepcopy(assertion))
    return copy
