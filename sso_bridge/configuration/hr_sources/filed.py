"""HR sources that are files: sent to us, dropped into a folder, or fetched from a server by SFTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import translate
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StrictInt, model_validator

from sso_bridge.configuration.document.fields import FilePath, Filled, Part, Reference, Span
from sso_bridge.configuration.hr_sources.complete import Complete

LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST: Final = re.compile(rf"(?=.{{1,253}}$){LABEL}(\.{LABEL})*")
HOST_KEY: Final = re.compile(r"(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]{40,1400}={0,2}")


def _fingerprint(text: str) -> str:
    plain = text.replace(":", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise ValueError("must be the SHA-256 of a certificate in hex, as openssl x509 -fingerprint -sha256 shows it")
    return plain


Fingerprint = Annotated[str, AfterValidator(_fingerprint)]


def _pattern(text: str) -> str:
    if "/" in text or text.startswith("."):
        raise ValueError("must be a pattern of names in one folder, as in people*.csv")
    re.compile(translate(text))
    return text


def _host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise ValueError("must be the name or the IPv4 address of a host")
    return text


def _host_key(text: str) -> str:
    key = " ".join(text.split()[:2])
    if not HOST_KEY.fullmatch(key):
        raise ValueError("must be a public key as in known_hosts: ssh-ed25519 AAAA...")
    return key


def _path(text: str) -> str:
    if not text.isprintable() or ".." in text.split("/"):
        raise ValueError("must be a path without ..")
    return text


class Filed(Part):
    """What all of them share. `columns` maps our column names to theirs; other encodings are never guessed at."""

    columns: Mapping[str, Filled] = {}
    encoding: Literal["utf-8", "utf-16", "windows-1252"] = "utf-8"
    complete: Complete = Complete()


class HmacProof(Part):
    """Pushes are signed with a shared secret; the previous one is taken as well, while it is replaced."""

    style: Literal["hmac"]
    secret: Reference
    previous_secret: Reference | None = None


class CertificateProof(Part):
    """Pushes come with a client certificate, which our proxy has checked and passes on (RFC 9440)."""

    style: Literal["certificate"]
    sha256: Annotated[tuple[Fingerprint, ...], Field(min_length=1)]


class HrSource(Filed):
    """Files that HR sends. `proof` is what a push must show besides its token (PR-13)."""

    kind: Literal["csv"]
    proof: Annotated[HmacProof | CertificateProof | None, Field(discriminator="style")] = None


class PickedUp(Filed):
    """Files that lie somewhere until we take them.

    `ready` says when a file is whole: when it has not changed for `settle`, when NAME.done lies beside it, or when
    NAME.sha256 does and is right (PR-15). `holds` says whether a file is everybody, or changes only.
    """

    names: Annotated[tuple[Annotated[Filled, AfterValidator(_pattern)], ...], Field(min_length=1)] = (
        "*.csv", "*.jsonl", "*.csv.gz", "*.jsonl.gz"
    )  # fmt: skip
    ready: Literal["stable", "marker", "checksum"] = "stable"
    settle: Span = "1m"
    holds: Literal["everybody", "changes"] = "everybody"
    every: Span = "1m"


class FolderSource(PickedUp):
    """A folder of this machine, or mounted here."""

    kind: Literal["folder"]
    path: FilePath


class SftpSource(PickedUp):
    """A folder of a server by SFTP. `host_key` is the server's, as known_hosts writes it; no other is believed.

    `after` says whether files are moved into `done` and `refused` there, or left where they are.
    """

    kind: Literal["sftp"]
    host: Annotated[str, AfterValidator(_host)]
    port: Annotated[StrictInt, Field(ge=1, le=65535)] = 22
    host_key: Annotated[str, AfterValidator(_host_key)]
    user: Filled
    password: Reference | None = None
    private_key: Reference | None = None
    passphrase: Reference | None = None
    path: Annotated[Filled, AfterValidator(_path)] = "."
    after: Literal["move", "leave"] = "move"

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.password is None) == (self.private_key is None):
            raise ValueError("either password or private_key")
        if self.passphrase is not None and self.private_key is None:
            raise ValueError("passphrase is that of private_key")
        return self
