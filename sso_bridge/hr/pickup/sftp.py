"""A folder of a server by SFTP: the only file that knows paramiko.

The host is judged as every outgoing call is (AD-14): resolved once, and connected to at a judged address. Its key is
the pinned one or there is no session, before any secret of ours is sent. Surprise of paramiko: names in a listing are
the server's text, and may be anything.
"""

from __future__ import annotations

import io
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hmac import compare_digest
from typing import Any, BinaryIO, Self, cast

import paramiko

from sso_bridge.addresses import AllowList, Refused
from sso_bridge.configuration.hr_sources.filed import SftpSource
from sso_bridge.hr.pickup.place import Entry, NotPlain, PlaceDown, wanted
from sso_bridge.outgoing import Resolve

SECONDS = 20.0
MOST_ENTRIES = 10_000
RSA = ("rsa-sha2-512", "rsa-sha2-256")
KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
FAILURES = (paramiko.SSHException, OSError, EOFError)


class SftpFolder:
    """The folder over one connection (`Place`). `secret` resolves references."""

    def __init__(self, source: SftpSource, allowed: AllowList, resolve: Resolve, secret: Callable[[str], str]) -> None:
        self._source, self._allowed, self._resolve, self._secret = source, allowed, resolve, secret
        self._transport: Any = None
        self._sftp: Any = None

    def __enter__(self) -> Self:
        """Connect; PlaceDown."""
        host = self._source.host
        try:
            self._transport = paramiko.Transport(self._socket())
            self._sign_in()
            self._sftp = paramiko.SFTPClient.from_transport(self._transport)
            self._sftp.get_channel().settimeout(SECONDS)
            self._sftp.chdir(self._source.path)
        except PlaceDown:
            self._close()
            raise
        except paramiko.AuthenticationException:
            self._close()
            raise PlaceDown(f"{host} does not let {self._source.user} in") from None
        except FAILURES as error:
            self._close()
            raise PlaceDown(f"{host} cannot be reached by SFTP: {type(error).__name__}") from None
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect."""
        self._close()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _socket(self) -> socket.socket:
        host, port = self._source.host, self._source.port
        try:
            addresses = self._resolve(host, port)
            self._allowed.judge(host, addresses, secure=True)
        except Refused as refused:
            raise PlaceDown(str(refused)) from None
        for address in addresses:
            with suppress(OSError):
                return socket.create_connection((address, port), SECONDS)
        raise PlaceDown(f"{host} cannot be reached")

    def _sign_in(self) -> None:
        source, transport = self._source, self._transport
        kind, _, key = source.host_key.partition(" ")
        options = transport.get_security_options()
        options.key_types = [one for one in options.key_types if one in (RSA if kind == "ssh-rsa" else (kind,))]
        transport.start_client(timeout=SECONDS)
        if not compare_digest(transport.get_remote_server_key().get_base64(), key):
            raise PlaceDown(f"{source.host} has another host key than the pinned one: nothing was sent")
        if source.password is not None:
            transport.auth_password(source.user, self._secret(source.password), fallback=False)
        else:
            transport.auth_publickey(source.user, self._key())

    def _key(self) -> Any:
        text = self._secret(self._source.private_key or "") + "\n"
        passphrase = self._secret(self._source.passphrase) if self._source.passphrase else None
        for kind in KEYS:
            with suppress(paramiko.SSHException, ValueError):
                return kind.from_private_key(io.StringIO(text), passphrase)
        raise PlaceDown("our private key cannot be read: see private_key and passphrase")

    def entries(self) -> Mapping[str, Entry]:
        """Return the plain files."""
        with self._talking():
            listed = []
            for one in self._sftp.listdir_iter("."):
                listed.append(one)
                if len(listed) > MOST_ENTRIES:
                    raise PlaceDown(f"there are more than {MOST_ENTRIES} names in the folder")
        found = {one.filename: _entry(one.filename, one) for one in listed if wanted_name(one.filename)}
        return {name: one for name, one in found.items() if one is not None}

    @contextmanager
    def opened(self, entry: Entry) -> Iterator[BinaryIO]:
        """Give the octets."""
        with self._talking():
            if _entry(entry.name, self._sftp.lstat(entry.name)) != entry:
                raise NotPlain("it is not what it was")
            with self._sftp.open(entry.name, "rb") as file:
                file.prefetch(entry.size)
                yield cast("BinaryIO", file)
            if _entry(entry.name, self._sftp.lstat(entry.name)) != entry:
                raise NotPlain("it changed while it was read")

    def put_away(self, name: str, into: str, new_name: str) -> None:
        """Move a file; a server does not rename over what is there."""
        if self._source.after == "leave":
            return
        self._made(into)
        with self._talking(), suppress(FileNotFoundError):
            self._sftp.rename(name, f"{into}/{new_name}")

    def write(self, into: str, name: str, text: str) -> None:
        """Write a report."""
        if self._source.after == "leave":
            return
        self._made(into)
        with self._talking(), suppress(FileExistsError), self._sftp.open(f"{into}/{name}", "wx") as file:
            file.write(text.encode())

    def _made(self, into: str) -> None:
        with self._talking():
            try:
                seen = self._sftp.lstat(into)
            except FileNotFoundError:
                self._sftp.mkdir(into, 0o750)
                return
            if not stat.S_ISDIR(seen.st_mode or 0):
                raise PlaceDown(f"{into} is no folder there")

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except FAILURES as error:
            raise PlaceDown(f"{self._source.host} broke off: {type(error).__name__}") from None


def wanted_name(name: str) -> bool:
    """Return whether a server's text is the name of one file, whatever the file is for."""
    return wanted(name, ("*",)) or (name.endswith((".done", ".sha256")) and wanted(name.rpartition(".")[0], ("*",)))


def _entry(name: str, seen: Any) -> Entry | None:
    if not stat.S_ISREG(seen.st_mode or 0) or seen.st_size is None:
        return None
    return Entry(name, int(seen.st_size), int(seen.st_mtime or 0))
