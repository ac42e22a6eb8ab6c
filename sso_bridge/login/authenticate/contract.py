"""What a workplace must be able to do. A kind opts in to the ways of signing in that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from sso_bridge.login.asked import Answer, Subject, VerifiedLogin
from sso_bridge.question import Question

PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105  names a method
"""The authentication context class of a password over TLS."""

KERBEROS = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"
"""The authentication context class of a ticket: nobody is asked for anything."""

MFA = "https://refeds.org/profile/mfa"
"""The authentication context class of a sign-in with two factors: the workplace's, or its first and our second one."""

EMPLOYEE_NUMBER = "employee_number"
"""The one key of `VerifiedLogin.keys` by which a new subject may be linked."""

UPSTREAM_SESSION = "session"
"""The key of `VerifiedLogin.upstream` that names the workplace's own session (SessionIndex, `sid`): logout finds it."""

MAIL = "mail"
"""The name in `VerifiedLogin.attributes` of mail addresses that the workplace verified itself, and of no others."""


class Workplace(Protocol):
    """The required part."""

    @property
    def name(self) -> str:
        """Return the name in the configuration."""
        ...

    @property
    def assurance(self) -> str:
        """Return the authentication context class its sign-ins have."""
        ...

    def examine(self) -> Iterator[Question]:
        """Yield what the doctor asks, in the order of what rests on what; nothing is told of a password or an entry.

        The next question is made when the one before was answered: a kind stops where nothing more can be learned.
        """
        ...

    def close(self) -> None:
        """Close what is open: the workplace left the configuration, or the process ends."""
        ...


class Brake(Protocol):
    """Stops tries on one account of the workplace's own, under whatever spelling it was asked for (LD-08)."""

    def press(self, workplace: str, account: str) -> bool:
        """Return whether one more try is allowed, and count it."""
        ...

    def release(self, workplace: str, account: str) -> None:
        """Take the try back: the password was right."""
        ...


class Once(Protocol):
    """Remembers messages that count only once, together with all other processes (SP-21)."""

    def first(self, workplace: str, message: str, until: datetime, *more: str) -> bool:
        """Return whether none of these messages of this workplace was seen; remember all until that moment."""
        ...


class ClientKey(Protocol):
    """A key of ours (`keys.ring.SigningKey`)."""

    @property
    def kid(self) -> str:
        """Return its id."""
        ...

    @property
    def algorithm(self) -> str:
        """Return the one algorithm it signs with."""
        ...

    @property
    def private_key(self) -> object:
        """Return the key."""
        ...


class ClientKeys(Protocol):
    """The keys with which we prove to workplaces who we are."""

    def signing(self, purpose: Literal["workplace"], /) -> ClientKey:
        """Return the key that signs now."""
        ...

    def published(self, purpose: Literal["workplace"], /) -> Sequence[ClientKey]:
        """Return the keys that workplaces must know: this one, the next and the last."""
        ...


@runtime_checkable
class TakesPassword(Protocol):
    """Optional: people type a name and a password into our form."""

    def check_password(self, username: str, password: str) -> VerifiedLogin:
        """Return who that is, or raise SignInRefused (with the audit's reason) or WorkplaceDown."""
        ...


@runtime_checkable
class ChangesPassword(Protocol):
    """Optional: people replace a password that they still know, above all one that has expired."""

    def change_password(self, username: str, old: str, new: str) -> Subject:
        """Return whose password was changed.

        SignInRefused for the reasons of a sign-in, NewPasswordRefused when the old one is right and the new one will
        not do, WorkplaceDown.
        """
        ...


@runtime_checkable
class KnowsAccounts(Protocol):
    """Optional: a directory that other workplaces ask about an account somebody proved to have (LD-07)."""

    def account(self, name: str) -> VerifiedLogin:
        """Return the entry of a full name (UPN, `name@REALM`, immutable id) and its state.

        SignInRefused with the audit's reason when it is unknown, ambiguous, disabled, locked or expired; WorkplaceDown.
        `authenticated_at`, `method` and `assurance` are the asker's to fill in: a look-up proves nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """A ticket that was accepted. `reply` is the token the browser is answered with, empty when there is none."""

    login: VerifiedLogin
    reply: bytes = field(default=b"", repr=False)


@runtime_checkable
class TakesTicket(Protocol):
    """Optional: the browser shows a Kerberos ticket without anybody typing (RFC 4559)."""

    def offered_to(self, address: str) -> bool:
        """Return whether browsers of this network address are asked for a ticket (KR-02)."""
        ...

    def check_ticket(self, token: bytes) -> Accepted:
        """Return whose it is, or raise SignInRefused (reasons `ntlm`, `ticket_expired`, `foreign_realm` ...)."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What the platform's request asks of the workplace's own sign-in.

    `silent` forbids pages there: because the platform forbade them, or because we only try. One of `acr_values` must be
    met, one of `preferred` would be liked better than others.
    """

    force: bool = False
    silent: bool = False
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    login_hint: str = ""
    ui_locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Away:
    """The browser leaves for the workplace.

    `note` is what must be known when it comes back (request id, nonce, PKCE verifier ...): kept with the attempt, out
    of the browser's reach.
    """

    answer: Answer
    note: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """One message a browser brought from a workplace.

    `address` is the public address of ours it came to, without query; `query` the query string exactly as received;
    `fields` the form or query fields, each sent exactly once (a duplicate was refused before).
    """

    method: Literal["GET", "POST"]
    address: str
    query: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


@runtime_checkable
class SendsAway(Protocol):
    """Optional: people sign in at the workplace's own pages and come back with proof (SAML, OpenID Connect)."""

    def begin(self, wish: Wish, handle: str) -> Away:
        """Return where to send the browser. `handle` (at most 80 bytes) comes back with it: RelayState, `state`."""
        ...

    def handle_of(self, returned: Returned) -> str:
        """Return the handle a message carries, unchecked; empty when it has none."""
        ...

    def finish(self, returned: Returned, note: Mapping[str, str] | None) -> VerifiedLogin:
        """Return who came back after every check of the kind; `note` is None when nobody was sent (SP-20).

        PageNeeded when the workplace could not do it silently; SignInRefused; WorkplaceDown.
        """
        ...


@runtime_checkable
class PublishesMetadata(Protocol):
    """Optional: the workplace is set up from a document about us (SAML metadata)."""

    def metadata(self) -> bytes:
        """Return it."""
        ...


@runtime_checkable
class PublishesKeys(Protocol):
    """Optional: the workplace reads the public keys with which we prove who we are (private_key_jwt)."""

    def public_keys(self) -> Mapping[str, Any]:
        """Return a JWKS (RFC 7517)."""
        ...


@dataclass(frozen=True, slots=True)
class LogoutOrder:
    """The workplace says that a sign-in is over: of this subject, of these of its sessions (empty: of all).

    `sessions` are values of `UPSTREAM_SESSION`. `named` are the parts of `upstream` by which the workplace names the
    person in all sessions, where that is not the subject. Without any of the three nothing ends. `note` is what the
    kind needs to answer once our sessions have ended.
    """

    subject: Subject | None
    sessions: tuple[str, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class SignsOut(Protocol):
    """Optional: signing out travels to the workplace, and comes from it."""

    def begin_logout(self, subject: Subject, upstream: Mapping[str, str], handle: str) -> Away | None:
        """Return where to send the browser to end the sign-in there; None when the workplace offers no such address."""
        ...

    def finish_logout(self, returned: Returned, note: Mapping[str, str]) -> bool:
        """Return whether the workplace says that all of it ended; SignInRefused when the answer cannot be trusted."""
        ...

    def logout_order(self, returned: Returned) -> LogoutOrder:
        """Return the checked order of a message that came by browser or, for back-channel logout, by itself (SP-30)."""
        ...

    def answer_order(self, order: LogoutOrder, *, ended: bool) -> Answer | None:
        """Return what the browser takes back to the workplace; None when the kind has no answer."""
        ...
