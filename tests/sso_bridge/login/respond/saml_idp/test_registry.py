"""Metadata files that change on disk while the bridge runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sso_bridge.errors import UnknownPlatform
from sso_bridge.login.respond.saml_idp.registry import Platforms
from sso_bridge.login.respond.saml_idp.settings import SamlSettings
from tests.fakes.clock import FakeClock
from tests.fakes.saml_platform import SamlPlatform, rsa_key

WIKI, FORUM = SamlPlatform(), SamlPlatform(entity_id="https://forum.test/sp")
ROLLED = SamlPlatform(key=rsa_key("rolled"))


class Folder:
    """Platforms over metadata files in a folder, read by a clock that the test moves."""

    def __init__(self, room: Path, wiki: SamlPlatform = WIKI) -> None:
        self.room = room
        self.revision = 1
        self.clock = FakeClock()
        self.settings: dict[str, SamlSettings] = {}
        self.write("wiki", wiki.metadata())
        self.platforms = Platforms(lambda: (self.revision, self.settings), self.clock)

    def write(self, name: str, metadata: bytes) -> None:
        """Put a file there, or another one in its place."""
        file = self.room / f"{name}.xml"
        file.write_bytes(metadata)
        self.settings[name] = SamlSettings(file)

    def entity(self, name: str = "wiki") -> str:
        """Return what the platform is called now."""
        return self.platforms.by_name(name).provider.entity_id

    def key(self) -> object:
        """Return what the wiki signs its requests with."""
        return self.platforms.by_name("wiki").provider.signing_keys[0]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """One platform, read once."""
    made = Folder(tmp_path)
    made.entity()
    return made


def test_a_new_file_is_read_within_a_minute(folder: Folder) -> None:
    """A platform that rolls its keys over only puts its new metadata in place: no restart, no new revision."""
    before = folder.key()
    folder.write("wiki", ROLLED.metadata())
    at_once = folder.key()
    folder.clock.move(seconds=61)

    assert before == at_once
    assert ROLLED.key.public_key() == folder.key() != before
    assert not folder.platforms.problems()


@pytest.mark.parametrize(
    "poisoned",
    [
        pytest.param(FORUM, id="another name"),
        pytest.param(SamlPlatform(key=rsa_key("rolled"), acs="https://evil.test/acs"), id="keys and addresses"),
        pytest.param(SamlPlatform(key_descriptors=""), id="no keys"),
        pytest.param(SamlPlatform(requests_signed="false"), id="unsigned requests"),
    ],
)
def test_a_suspicious_file_waits(tmp_path: Path, poisoned: SamlPlatform) -> None:
    """MD-02, MD-03: what a roll-over of keys never does is not taken by itself; the next revision takes it."""
    folder = Folder(tmp_path, SamlPlatform(requests_signed="true"))
    before = folder.platforms.by_name("wiki")

    folder.write("wiki", poisoned.metadata())
    folder.clock.move(minutes=2)

    assert before is folder.platforms.by_name("wiki")
    assert "apply the configuration" in folder.platforms.problems()["wiki"]
    folder.revision += 1
    assert poisoned.entity_id == folder.entity()
    assert not folder.platforms.problems()


def test_an_unchanged_file_is_not_read_again(folder: Folder) -> None:
    """Looking at the file's time and size is enough."""
    before = folder.platforms.by_name("wiki")
    folder.clock.move(minutes=5)

    assert before is folder.platforms.by_name("wiki")


@pytest.mark.parametrize("bad", [b"", b"<half", b"<html>moved</html>"], ids=["empty", "half", "a page"])
def test_a_bad_file_does_not_stop_sign_in(folder: Folder, bad: bytes) -> None:
    """What cannot be used leaves the last good copy in use, is told, and is looked at again when it changes."""
    before = folder.platforms.by_name("wiki")
    folder.write("wiki", bad)
    folder.clock.move(minutes=2)

    assert before is folder.platforms.by_name("wiki")
    assert "wiki" in folder.platforms.problems()

    folder.write("wiki", ROLLED.metadata())
    folder.clock.move(minutes=2)
    assert ROLLED.key.public_key() == folder.key()
    assert not folder.platforms.problems()


def test_a_file_that_vanished(folder: Folder) -> None:
    """A missing file is a bad file."""
    (folder.room / "wiki.xml").unlink()
    folder.clock.move(minutes=2)

    assert WIKI.entity_id == folder.entity()
    assert "No such file" in folder.platforms.problems()["wiki"]


def test_a_file_that_takes_anothers_name(folder: Folder) -> None:
    """Metadata that suddenly claims another platform's entity id changes nothing for either."""
    folder.write("forum", FORUM.metadata())
    folder.revision += 1
    folder.entity("forum")

    folder.write("forum", WIKI.metadata())
    folder.clock.move(minutes=2)

    assert [WIKI.entity_id, FORUM.entity_id] == [folder.entity("wiki"), folder.entity("forum")]
    assert "same entity id" in folder.platforms.problems()["forum"]


def test_a_file_that_is_mended(folder: Folder) -> None:
    """A platform that could not be used comes into use when its file is good."""
    folder.write("forum", b"<half")
    folder.revision += 1
    with pytest.raises(UnknownPlatform):
        folder.entity("forum")

    folder.write("forum", FORUM.metadata())
    folder.clock.move(minutes=2)

    assert FORUM.entity_id == folder.entity("forum")
