"""What is said to a directory: searches as the service account, binds and password changes as a person.

Beside `servers.py` the only file that touches ldap3. A broken filter raises TypeError or ValueError there, not only
LDAPException: callers hand in escaped names only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any

import ldap3

from sso_bridge.login.authenticate.ldap.servers import (
    ANSWER_SECONDS,
    FAILURES,
    Servers,
    Unreachable,
    close,
    connection_to,
    open_encrypted,
    opened,
)
from sso_bridge.login.authenticate.ldap.state import INVALID_CREDENTIALS, PASSWORD_POLICY, Bound
from sso_bridge.secrets import SecretMissing

PAGE = 500
SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT = 0, 4, 32
NOT_NOW = frozenset({51, 52})
"""Busy and unavailable: another server may do."""

NETSCAPE_EXPIRED = "2.16.840.1.113730.3.4.4"
"""What 389 Directory Server adds to a bind after which only the password may be changed."""

MUST_CHANGE = bytes.fromhex("3003810102")
"""The same as a password policy response says it."""

WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
ANONYMOUS = b"dn:"
"""What an empty answer to it means (RFC 4532 2.2): nobody is bound."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; values as the directory spells them, attribute names in lower case."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    def text(self, attribute: str) -> str:
        """Return the first value as text, empty without one or when it is not UTF-8."""
        try:
            return self.first(attribute).decode("utf-8")
        except UnicodeDecodeError:
            return ""

    def first(self, attribute: str) -> bytes:
        """Return the first value as it is, empty without one."""
        return next(iter(self.values.get(attribute.lower(), ())), b"")


class Wire:
    """One directory, whichever of its servers answers."""

    def __init__(self, servers: Servers, bind_dn: str, secret: Callable[[], str]) -> None:
        self.servers = servers
        self._bind_dn = bind_dn
        self._secret = secret
        self._lock = Lock()
        self._service: Any = None

    def search(self, base: str, query: str, attributes: tuple[str, ...], most: int) -> list[Entry]:
        """Return at most `most` entries below `base`; more are cut, so ask for one more than you can use."""
        ask = partial(_found, base=base, query=query, attributes=attributes, scope=ldap3.SUBTREE, most=most)
        found: list[Entry] = self._as_service(ask)
        return found

    def read(self, dn: str, attributes: tuple[str, ...]) -> Entry | None:
        """Return one entry by its distinguished name, also attributes the directory works out only then."""
        ask = partial(_found, base=dn, query="(objectClass=*)", attributes=attributes, scope=ldap3.BASE, most=1)
        found: list[Entry] = self._as_service(ask)
        return found[0] if found else None

    def paged(self, base: str, query: str, attributes: tuple[str, ...]) -> Iterator[Entry]:
        """Yield all entries, page by page; raises before the end rather than ending early.

        All pages come over one connection: to another one the mark between pages means nothing, or worse, something.
        """
        ask = partial(_page, base=base, query=query, attributes=attributes)
        connection, page, cookie = self._as_service(partial(ask, cookie=None))
        yield from page
        while cookie:
            try:
                _, page, cookie = ask(connection, cookie=cookie)
            except FAILURES as error:
                self._drop(connection)
                raise Unreachable(self.servers.failed(connection.server, error)) from None
            yield from page

    def bind(self, dn: str, password: str) -> Bound:
        """Return the directory's answer to a bind as this entry, on a connection of its own (LD-03)."""

        def ask(server: Any) -> Bound:
            with opened(server, dn, password) as connection:
                return _bound(connection)

        bound: Bound = self.servers.each(ask)
        return bound

    def replace_unicode_password(self, dn: str, old: str, new: str) -> Bound:
        """Return the answer to a change in a Windows domain: the old one taken out, the new one put in (MS-ADTS)."""
        change = [(ldap3.MODIFY_DELETE, [_quoted(old)]), (ldap3.MODIFY_ADD, [_quoted(new)])]

        def ask(server: Any) -> Bound:
            with opened(server, self._bind_dn, self._password(), writes=True) as connection:
                bound = _bound(connection)
                if bound.code != SUCCESS:
                    raise Unreachable(f"{server.host} refuses the service account")
                connection.modify(dn, {"unicodePwd": change})
                return _answer(connection)

        bound: Bound = self.servers.each(ask)
        return bound

    def change_own_password(self, dn: str, old: str, new: str) -> tuple[Bound, Bound]:
        """Return the answers to a bind with the old password and to the change then asked for (RFC 3062)."""

        def ask(server: Any) -> tuple[Bound, Bound]:
            with opened(server, dn, old, writes=True) as connection:
                bound = _bound(connection)
                if bound.code != SUCCESS:
                    return bound, bound
                connection.extend.standard.modify_password(dn, old, new, controls=[(PASSWORD_POLICY, False, None)])
                return bound, _answer(connection)

        answers: tuple[Bound, Bound] = self.servers.each(ask)
        return answers

    def close(self) -> None:
        """Close the service connection; the next search opens it again."""
        if self._service is not None:
            self._drop(self._service)

    def _as_service(self, ask: Callable[[Any], Any]) -> Any:
        """Ask as the service account; a connection that broke meanwhile is opened anew, on any server."""
        kept = self._service
        if kept is not None:
            try:
                return ask(kept)
            except (*FAILURES, Unreachable):
                self._drop(kept)
        return self.servers.each(lambda server: self._asked(server, ask))

    def _asked(self, server: Any, ask: Callable[[Any], Any]) -> Any:
        connection = connection_to(server, self._bind_dn, self._password())
        try:
            open_encrypted(connection)
            connection.bind(read_server_info=False)
            self._refuse_unless_bound(connection)
            answer = ask(connection)
        except BaseException:
            close(connection)
            raise
        with self._lock:
            old, self._service = self._service, connection
        if old is not None:
            close(old)
        return answer

    def _refuse_unless_bound(self, connection: Any) -> None:
        """Raise unless it worked. A wrong password of our own is not tried on every server: that would lock it."""
        code = (connection.result or {}).get("result")
        if code == INVALID_CREDENTIALS:
            raise Unreachable(f"{connection.server.host} refuses the service account")
        if code != SUCCESS or not connection.bound:
            raise OSError(f"answered the service account with {(connection.result or {}).get('description')}")

    def _password(self) -> str:
        try:
            return self._secret()
        except SecretMissing as missing:
            raise Unreachable(str(missing)) from None

    def _drop(self, connection: Any) -> None:
        with self._lock:
            if self._service is connection:
                self._service = None
        close(connection)


def _bound(connection: Any) -> Bound:
    """Bind, and return the answer with what the password policy adds to it."""
    connection.bind(read_server_info=False, controls=[(PASSWORD_POLICY, False, None)])
    answer = _answer(connection)
    return (
        Bound(answer.code, answer.message, answer.policy, _who_am_i(connection)) if answer.code == SUCCESS else answer
    )


def _answer(connection: Any) -> Bound:
    result = connection.result
    if result["result"] in NOT_NOW:
        raise OSError(f"answered with {result['description']}")
    controls = result.get("controls") or {}
    policy = controls.get(PASSWORD_POLICY, {}).get("value") or (MUST_CHANGE if NETSCAPE_EXPIRED in controls else b"")
    return Bound(result["result"], result.get("message") or "", bytes(policy))


def _who_am_i(connection: Any) -> str:
    """Return the directory's word for who is bound now (RFC 4532), empty when it does not offer that."""
    connection.extended(WHO_AM_I)
    result = connection.result
    value = result.get("responseValue") or ANONYMOUS
    return bytes(value).decode("utf-8", "replace") if result["result"] == SUCCESS else ""


def _quoted(password: str) -> bytes:
    return f'"{password}"'.encode("utf-16-le")


def _found(
    connection: Any, *, base: str, query: str, attributes: tuple[str, ...], scope: str, most: int
) -> list[Entry]:
    _, result, response, _ = connection.search(
        base, query, scope, attributes=list(attributes), size_limit=most, time_limit=ANSWER_SECONDS
    )
    if scope == ldap3.BASE and result["result"] == NO_SUCH_OBJECT:
        return []
    if result["result"] not in {SUCCESS, SIZE_LIMIT}:
        raise Unreachable(f"{connection.server.host} answered the search with {result['description']}")
    return _entries(response)


def _page(
    connection: Any, *, base: str, query: str, attributes: tuple[str, ...], cookie: Any
) -> tuple[Any, list[Entry], Any]:
    _, result, response, _ = connection.search(
        base, query, ldap3.SUBTREE, attributes=list(attributes), paged_size=PAGE, paged_cookie=cookie
    )
    if result["result"] != SUCCESS:
        raise Unreachable(f"{connection.server.host} answered the search with {result['description']}")
    control = (result.get("controls") or {}).get("1.2.840.113556.1.4.319", {})
    return connection, _entries(response), (control.get("value") or {}).get("cookie")


def _entries(response: Any) -> list[Entry]:
    """Return the entries; references to other servers are dropped, never followed (LD-05)."""
    return [
        Entry(item["dn"], {name.lower(): tuple(raw) for name, raw in item["raw_attributes"].items()})
        for item in response or ()
        if item["type"] == "searchResEntry"
    ]
