"""Settings: how this process runs. The description of each field is its manual page.

They come from `bridge.toml`; a variable `SSO_BRIDGE_<NAME>` wins over the file. What the bridge does (workplaces,
platforms, mappings) is not here but in the configuration, which lives in the database.
"""

from __future__ import annotations

import tomllib
from datetime import time
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as UnreadableVariable
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from sso_bridge.keeping import Keeping
from sso_bridge.secrets import is_reference, resolve
from sso_bridge.zones import zone_name

PREFIX = "SSO_BRIDGE_"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsWrong(Exception):
    """The settings cannot be used; `problems` holds every mistake in plain text, without the values."""

    code = "settings_wrong"

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)
    if not secure or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be an https:// address (http:// only for localhost)")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must be a bare address without a path, as in https://sso.example.org")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _database_url(text: str) -> str:
    if is_reference(text):
        return text
    try:
        kind = make_url(text).get_backend_name()
    except ArgumentError:
        kind = ""
    if kind not in {"sqlite", "postgresql"}:
        raise ValueError("must be sqlite:///FILE, postgresql://USER@HOST/NAME, env:NAME or file:PATH")
    return text


def _reference(text: str) -> str:
    if text and not is_reference(text):
        raise ValueError("must be a reference, env:NAME or file:PATH, never the secret itself")
    return text


def _split(value: object) -> object:
    """Let a variable hold a list as `a, b`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        try:
            ip_network(text)
        except ValueError:
            raise ValueError(f"{text!r} is not an address or network such as 10.0.0.0/8") from None
    return texts


def _bind(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:  # noqa: PLR2004  the last port there is
        raise ValueError("must be ADDRESS:PORT, as in 127.0.0.1:8080")
    return text


def _hour(text: str) -> str:
    if text:
        try:
            time.fromisoformat(text)
        except ValueError:
            raise ValueError("must be an hour and minute, as in 02:30, or empty") from None
    return text


Reference = Annotated[str, AfterValidator(_reference)]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_networks)]


class Settings(Keeping, BaseSettings):
    """How this process runs. Build it with `load`; with keyword arguments in tests, then no variable is read."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX, hide_input_in_errors=True)

    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        description="The one address under which people and platforms reach the bridge. It is the OpenID issuer and "
        "part of the SAML entity id: platforms must be told when it changes."
    )
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        "sqlite:///bridge.db",
        repr=False,
        description="Where everything is kept. SQLite (a relative path is looked for beside this file) for a pilot, "
        "postgresql://USER@HOST/NAME for more than one machine; env:NAME or file:PATH when it holds a password.",
    )
    key_encryption_key: Reference = Field(
        "file:key-encryption.key",
        description="Reference to the key (32 bytes as base64) that encrypts private keys in the database. A file must "
        "have mode 0600. Keep a copy apart from the backups of the database: without it they are worth nothing.",
    )
    previous_key_encryption_key: Reference = Field(
        "",
        description="Reference to the key used before, only while `sso-bridge keys rotate key-encryption` has not run.",
    )
    bind: Annotated[str, AfterValidator(_bind)] = Field("127.0.0.1:8080", description="Address and port to listen on.")
    tls_certificate: str = Field("", description="PEM file with the certificate chain, to serve https without a proxy.")
    tls_key: str = Field("", description="PEM file with the private key of `tls_certificate`.")
    trusted_proxies: Networks = Field(
        (),
        description="Addresses or networks of our own reverse proxies. X-Forwarded-For is believed from them and from "
        "nobody else.",
    )
    processes: int = Field(1, ge=1, le=64, description="Web processes. One per processor core is a good start.")
    threads: int = Field(8, ge=1, le=64, description="Threads of each web process.")
    graceful_seconds: int = Field(30, ge=1, le=300, description="How long running requests may finish at a stop.")
    max_request_bytes: int = Field(
        1_048_576, ge=65_536, le=16_777_216, description="Largest request body, except where HR files are taken in."
    )
    max_upload_bytes: int = Field(
        268_435_456, ge=1_048_576, description="Largest HR file, as it comes over the line (it may be gzip)."
    )
    log_format: Literal["text", "json"] = Field("text", description="`text` for people, `json` for a log collector.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important message that is written. No level shows secrets."
    )
    metrics_token: Reference = Field(
        "", description="Reference to the bearer token that /metrics asks for. Without one there is no /metrics."
    )
    outgoing_allow: Texts = Field(
        (),
        description="Hosts and networks inside the organisation that outgoing requests (metadata, SCIM, log-out "
        "messages) may reach. All other private addresses, and http, are refused.",
    )
    outgoing_ca_file: str = Field(
        "", description="PEM file with the organisation's own certificate authorities, trusted beside the public ones."
    )
    session_idle_minutes: int = Field(
        480, ge=5, le=480, description="An employee's session ends after so long without use; at most 8 hours."
    )
    session_total_minutes: int = Field(
        720, ge=5, le=720, description="Every session ends after so long, used or not; at most 12 hours."
    )
    default_language: Literal["en", "nl"] = Field(
        "en", description="Language of pages when the browser asks for none that we have."
    )
    time_zone: Annotated[str, AfterValidator(zone_name)] = Field(
        "Europe/Amsterdam",
        description="The zone in which HR's dates begin and end; `zones` of the configuration names others.",
    )
    nightly_sync: Annotated[str, AfterValidator(_hour)] = Field(
        "",
        description="HH:MM in the time zone above, and in each of `zones`: every night after it a worker plans and "
        "carries out what no guard holds, so that dated changes act by themselves. Empty: nothing is carried out "
        "without an approval.",
    )
    base_dir: Path = Field(Path(), exclude=True, description="Folder of the settings file; relative paths start here.")

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Settings:
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate and tls_key must be given together")
        return self

    @property
    def database_address(self) -> str:
        """Return the address to open: reference resolved, SQLite file beside the settings; SecretMissing if not."""
        text = self.database_url
        if is_reference(text):
            text = _database_url(resolve(text, self.base_dir))
        address = make_url(text)
        if address.get_backend_name() == "sqlite" and address.database:
            address = address.set(database=str(self.base_dir / address.database))
        return address.render_as_string(hide_password=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments only; `load` brings the variables, so that building settings in a test reads nothing."""
        return (init_settings,)


def load(path: Path) -> Settings:
    """Return the settings of this file and of the environment; SettingsWrong with all mistakes."""
    try:
        document = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
        document |= EnvSettingsSource(Settings)()
        document.pop("base_dir", None)
        return Settings(**document, base_dir=path.resolve().parent)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsWrong((f"{path}: not a TOML file: {error}",)) from None
    except OSError as error:
        raise SettingsWrong((f"{path}: cannot be read: {error.strerror}",)) from None
    except UnreadableVariable:
        raise SettingsWrong((f"a variable {PREFIX}... cannot be read",)) from None
    except ValidationError as error:
        raise SettingsWrong(
            tuple(_sentence(path, problem["loc"], problem["msg"]) for problem in error.errors())
        ) from None


def _sentence(path: Path, place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in place)
    message = message.removeprefix("Value error, ")
    if message == "Field required":
        message = f"is missing; write it in {path.name} or set {PREFIX}{name.upper()}"
    elif message == "Extra inputs are not permitted":
        message = "there is no such setting"
    return f"{name}: {message}" if name else message
