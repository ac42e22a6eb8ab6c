"""From a believed assertion to the person: permanent name, facts, and whether the directory still lets them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, MAIL, UPSTREAM_SESSION, KnowsAccounts
from sso_bridge.login.authenticate.saml_sp import attributes
from sso_bridge.login.authenticate.saml_sp.conditions import Expected
from sso_bridge.login.authenticate.saml_sp.provider import IdentityProvider
from sso_bridge.login.authenticate.saml_sp.refusals import refused
from sso_bridge.login.authenticate.saml_sp.settings import NAME_ID, SamlWorkplaceSettings
from sso_bridge.login.authenticate.saml_sp.statement import Name, methods, name_of, session_key, signed_in_there
from sso_bridge.login.saml.names import PERSISTENT, UNSPECIFIED, saml
from sso_bridge.login.saml.xml import Element

LONGEST: Final = 256
FORMATS: Final = {
    "persistent": frozenset({PERSISTENT}),
    "unspecified": frozenset({UNSPECIFIED, UNSPECIFIED.replace("SAML:1.1", "SAML:2.0"), PERSISTENT}),
}
DirectoryOf = Callable[[str], KnowsAccounts]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the assertions of one workplace."""

    settings: SamlWorkplaceSettings
    directory_of: DirectoryOf

    def login(self, assertion: Element, provider: IdentityProvider, expected: Expected) -> VerifiedLogin:
        """Return who that is; SignInRefused, or WorkplaceDown when the directory cannot be asked."""
        settings, table = self.settings, attributes.table_of(self.settings)
        subject_node = assertion.findall(saml("Subject"))[0]
        name = name_of(subject_node, expected.us.entity_id)
        wanted = {*table.values(), attributes.METHODS} | {settings.directory_attribute} | {settings.subject}
        stated = attributes.values(assertion, frozenset(wanted))
        there = signed_in_there(assertion, expected)
        facts = {fact: stated[attribute] for fact, attribute in table.items() if attribute in stated}
        login = VerifiedLogin(
            subject=self._subject(name, stated, provider),
            authenticated_at=there.at,
            method=methods(there.assurance, facts.get("methods", stated.get(attributes.METHODS, ()))),
            assurance=there.assurance,
            keys={EMPLOYEE_NUMBER: _single(facts["employee_number"])} if "employee_number" in facts else {},
            attributes=self._told(facts),
            groups=frozenset(facts.get("groups", ())),
            ends_at=there.ends_at,
            upstream={**name.parts(), "index": there.index, UPSTREAM_SESSION: session_key(name, there.index)},
        )
        return self._checked(login, facts, stated) if settings.directory else login

    def subject_of(self, name: Name, provider: IdentityProvider) -> Subject | None:
        """Return the subject a NameID stands for; None where people are known by an attribute."""
        return self._named(name, provider) if self.settings.subject == NAME_ID else None

    def _subject(self, name: Name, stated: Mapping[str, tuple[str, ...]], provider: IdentityProvider) -> Subject:
        if self.settings.subject == NAME_ID:
            if name.format not in FORMATS[self.settings.name_id_format]:
                raise refused("name", f"the NameID has the format {name.format[:100]}, which is no permanent name")
            return self._named(name, provider)
        value = _single(stated.get(self.settings.subject, ()))
        if len(value) > LONGEST or not value.isprintable():
            raise refused("name", "the attribute that names people is too long or has control characters")
        return Subject(self.settings.name, value, f"attribute:{self.settings.subject}")

    def _named(self, name: Name, provider: IdentityProvider) -> Subject:
        """Return the subject; a qualifier that only repeats the peer's own name adds nothing (core 8.3.7)."""
        qualifier = "" if name.qualifier == provider.entity_id else name.qualifier
        return Subject(self.settings.name, name.value, name.format, qualifier)

    def _told(self, facts: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Return the facts for the mappings; mail counts as verified only when the administrator vouches for it."""
        told = {fact: given for fact, given in facts.items() if fact not in {"groups", "methods", "employee_number"}}
        if self.settings.mail_is_verified and "email" in facts:
            told[MAIL] = facts["email"]
        return told

    def _checked(
        self, login: VerifiedLogin, facts: Mapping[str, tuple[str, ...]], stated: Mapping[str, tuple[str, ...]]
    ) -> VerifiedLogin:
        """Ask the directory whether the account is still allowed in (LD-07); its employee number must be the same."""
        chosen = self.settings.directory_attribute
        known = _single(stated.get(chosen, ()) if chosen else facts.get("upn", ()))
        found = self.directory_of(self.settings.directory).account(known)
        theirs, ours = found.keys.get(EMPLOYEE_NUMBER), login.keys.get(EMPLOYEE_NUMBER)
        if theirs and ours and theirs != ours:
            raise refused("directory", "the directory knows another employee number than the identity provider")
        keys = {**found.keys, **login.keys}
        return VerifiedLogin(
            login.subject,
            login.authenticated_at,
            login.method,
            login.assurance,
            keys,
            login.attributes,
            login.groups | found.groups,
            login.ends_at,
            login.upstream,
        )


def _single(given: tuple[str, ...]) -> str:
    """Return the only value; SignInRefused when there is none, or a choice."""
    if len(set(given)) != 1:
        raise refused("attribute", f"an attribute that must have one value has {len(set(given))}")
    return given[0]
