"""A folder of a server by SFTP: OpenSSH's own server, its key pinned, and the same rules as for a folder here."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256

import pytest

from mappings.errors import MappingError
from sso_bridge.addresses import AllowList
from sso_bridge.hr.pickup.sftp import SftpFolder, wanted_name
from tests.lab import sshd
from tests.sso_bridge.hr.pickup.conftest import PEOPLE, Desk, names, report

pytestmark = pytest.mark.peer("sshd")
HOST = "sftp.corp.example"


@pytest.fixture
def folder(sftp_server):
    """The folder on the server, empty."""
    shutil.rmtree(sftp_server.folder)
    sftp_server.folder.mkdir()
    return sftp_server.folder


@pytest.fixture
def desk(store, clock, audit, folder, sftp_server) -> Desk:
    """What fetches from the server, which the deployer has listed."""
    source = {"kind": "sftp", "host": HOST, "port": sftp_server.port, "host_key": sftp_server.host_key,
              "user": sftp_server.user, "private_key": "env:KEY", "path": str(folder)}  # fmt: skip
    made = Desk(store, clock, audit, source, None)
    made.allowed, made.secrets = [HOST], {"env:KEY": sftp_server.private_key, "env:STRANGER": sftp_server.stranger}

    def place(stated):
        return SftpFolder(stated, AllowList(made.allowed), lambda *_: [sshd.ADDRESS], made.secrets.__getitem__)

    made.place = place
    made.restarted()
    return made


def test_taken(desk, folder):
    """A file is fetched once, and moved there with its report."""
    (folder / "people.csv").write_bytes(PEOPLE)

    first, second = desk.look(), desk.settled()
    desk.work()
    third, fourth = desk.look(), desk.look()

    assert [{"left": 1}, {"received": 1}, {"done": 1}, {}] == [first, second, third, fourth]
    assert ["done/people.csv", "done/people.csv.report.json"] == names(folder)
    assert "taken" == report(folder, "done")["state"]
    assert {"E1", "E2"} == set(desk.register.present("payroll"))


def test_checksum(desk, folder):
    """PR-15: a swapped file is refused, the right one taken."""
    desk.configured(**{**desk.source, "ready": "checksum"})
    for name, body in (("right.csv", PEOPLE), ("swapped.csv", PEOPLE + b"E3,Eve\n")):
        (folder / name).write_bytes(body)
        (folder / f"{name}.sha256").write_text(f"{sha256(PEOPLE).hexdigest()}  {name}\n")

    assert {"received": 1, "left": 1} == desk.look()
    desk.clock.move(minutes=2)
    desk.work()
    assert {"done": 1, "refused": 1} == desk.look()
    assert "not the one that swapped.csv.sha256 tells of" in report(folder, "refused")["refusal"]


def test_left_there(desk, folder):
    """With `after: leave` nothing is written there, and the file is taken once; a very old one never."""
    desk.configured(**{**desk.source, "after": "leave"})
    (folder / "people.csv").write_bytes(PEOPLE)
    now = desk.clock().timestamp()

    os.utime(folder / "people.csv", (now, now))
    desk.settled()
    desk.work()
    desk.look()
    desk.clock.move(days=31)
    desk.restarted()
    desk.settled()

    assert ["people.csv"] == names(folder)
    assert 1 == len(desk.imports.newest())


def test_another_host_key(desk, folder, sftp_server):
    """Whoever has another key than the pinned one is told nothing, and gives nothing."""
    kind, _, key = sftp_server.host_key.partition(" ")
    other = key.replace(key[40:44], "AAAA" if key[40:44] != "AAAA" else "BBBB", 1)
    desk.configured(**{**desk.source, "host_key": f"{kind} {other}"})
    asked = []
    desk.secrets = type("Told", (dict,), {"__getitem__": lambda _self, name: asked.append(name)})()

    assert "another host key than the pinned one" in desk.look()["error"]
    assert [] == asked


def test_another_kind_of_key(desk, sftp_server):
    """A pinned key of another kind than the server has: no session."""
    desk.configured(**{**desk.source, "host_key": "ssh-rsa " + sftp_server.host_key.split()[1]})

    assert "cannot be reached by SFTP" in desk.look()["error"]


def test_not_let_in(desk):
    """A key that the server does not know is told by the user's name."""
    desk.configured(**{**desk.source, "private_key": "env:STRANGER"})

    assert f"{HOST} does not let {desk.source['user']} in" == desk.look()["error"]


def test_password(desk):
    """A password goes to the server only after its key was right; this one takes none."""
    source = {name: value for name, value in desk.source.items() if name != "private_key"}
    desk.configured(**source, password="env:KEY")

    assert "error" in desk.look()


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
def test_no_key(desk, text):
    """A private key that is none is told, and never shown."""
    desk.secrets = {"env:KEY": text}

    assert "our private key cannot be read: see private_key and passphrase" == desk.look()["error"]


def test_not_listed(desk):
    """AD-14: a server at a private address must be listed by the deployer."""
    desk.allowed = ["other.corp.example"]

    assert "is not a public address" in desk.look()["error"]


def test_links(desk, folder, tmp_path):
    """AD-13: a link on the server is no file of HR's."""
    (tmp_path / "secret.csv").write_bytes(PEOPLE)
    (folder / "soft.csv").symlink_to(tmp_path / "secret.csv")

    assert {} == desk.settled()


@pytest.mark.parametrize("name", ["../up.csv", "a/b.csv", "..", "", ".hidden", "x\ny.csv", "a\\b.csv", "x" * 200])
def test_names_of_the_server(name):
    """AD-13: a server's text that is no plain name is nothing to us."""
    assert not wanted_name(name)


def test_no_folder(desk, folder):
    """A folder that is not there is an error (PR-04)."""
    desk.configured(**{**desk.source, "path": str(folder / "nowhere")})

    assert "cannot be reached by SFTP" in desk.look()["error"]


def test_broken_off(desk, folder):
    """A server that ends in the middle is an error; the next look goes on."""
    (folder / "people.csv").write_bytes(PEOPLE)
    desk.settled()
    desk.work()
    open_place = desk.place

    def breaking(stated):
        place = open_place(stated)
        inner = place.write
        place.write = lambda *given: (place._close(), inner(*given))
        return place

    desk.place = breaking
    looked = desk.pick_up.taking
    desk.pick_up = type(desk.pick_up)(breaking, looked, desk.pick_up.configuration)

    assert "broke off" in desk.look()["error"]
    desk.place = open_place
    desk.restarted()
    assert {"done": 1} == desk.look()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "-oProxyCommand=x"), ("host", "a b"), ("host_key", "AAAA"), ("path", "../up"), ("password", "env:P"),
        ("port", 0), ("private_key", "secret"), ("host_key", ...), ("private_key", ...), ("after", "delete"),
    ],
)  # fmt: skip
def test_mistakes(desk, key, value):
    """AD-03: mistakes in the configuration are told; without a pinned key there is no source."""
    source = {name: said for name, said in {**desk.source, key: value}.items() if said is not ...}
    with pytest.raises(MappingError):
        desk.configured(**source)
