"""A server that poses as the directory hears no name and no password (LD-04)."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from tests.fakes.clock import FakeClock
from tests.fakes.listening_directory import HOST, Certificates, ListeningDirectory
from tests.fakes.login import Brakes

SERVICE, THEIRS, DN = "password-of-the-bridge", "password-of-a-person", "cn=bridge,dc=corp"
REFUSED = bytes.fromhex("300c02010178070a010204000400")
GRANTED = bytes.fromhex("300c02010178070a010004000400")
BOUND = bytes.fromhex("300c02010161070a010004000400")

Start = Callable[..., tuple[ListeningDirectory, LdapForm]]


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """An authority that the workplace trusts."""
    return Certificates(tmp_path)


@pytest.fixture
def start(certificates: Certificates) -> Iterator[Start]:
    """Return what starts such a server and a workplace that goes to it."""
    opened: list[ListeningDirectory | LdapForm] = []

    def make(
        scheme: str, answer: bytes = b"", tls: ssl.SSLContext | None = None
    ) -> tuple[ListeningDirectory, LdapForm]:
        server = ListeningDirectory(answer, tls)
        urls = (f"{scheme}://{HOST}:{server.port}",)
        settings = LdapSettings("ad", urls, "dc=corp", DN, "env:X", ca_file=certificates.ca_file)
        form = LdapForm(settings, lambda _reference: SERVICE, Brakes(), FakeClock())
        opened.extend((form, server))
        return server, form

    yield make
    for one in opened:
        one.close()


def heard_nothing(server: ListeningDirectory, form: LdapForm) -> None:
    """Try to sign in, and look for what must not have left."""
    with pytest.raises(WorkplaceDown):
        form.check_password("p00001", THEIRS)

    for private in (SERVICE, THEIRS, DN, "p00001"):
        assert private.encode() not in server.heard


def test_the_listener_would_hear(start: Start, certificates: Certificates):
    """With a good certificate the same server hears the service account: the tests below could fail."""
    server, form = start("ldaps", BOUND, certificates.context())

    with pytest.raises(WorkplaceDown):
        form.check_password("p00001", THEIRS)

    assert SERVICE.encode() in server.heard


@pytest.mark.parametrize(
    "fault",
    [{"host": "other.corp.example"}, {"ends": timedelta(days=-1)}, {"own": True}],
    ids=["another host", "expired", "signed by itself"],
)
def test_certificates(start: Start, certificates: Certificates, fault: dict[str, object]):
    """A certificate for another host, an ended one, and one that no authority of ours signed end the talk."""
    heard_nothing(*start("ldaps", BOUND, certificates.context(**fault)))


def test_unknown_authority(start: Start, tmp_path: Path):
    """A certificate that another authority of the same name signed is none."""
    other = tmp_path / "other"
    other.mkdir()

    heard_nothing(*start("ldaps", BOUND, Certificates(other).context()))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls(start: Start, certificates: Certificates):
    """TLS 1.1 is not spoken."""
    context = certificates.context()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    heard_nothing(*start("ldaps", BOUND, context))


def test_clear_text_behind_ldaps(start: Start):
    """A server that speaks in the clear at an `ldaps` address hears a TLS greeting and nothing else."""
    heard_nothing(*start("ldaps", BOUND))


@pytest.mark.parametrize(
    "answer",
    [b"", REFUSED, GRANTED, BOUND, b"\x00" * 64, b"\x30\x84\xff\xff\xff\xff"],
    ids=["silence", "refused", "granted", "bound", "zeros", "endless"],
)
def test_start_tls(start: Start, answer: bytes):
    """StartTLS that is refused, ignored, or granted by somebody who then speaks no TLS: no credential leaves."""
    heard_nothing(*start("ldap", answer))
