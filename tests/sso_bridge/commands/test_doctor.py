"""`sso-bridge doctor`: a good house, and one fault at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from sso_bridge.keys.vault import Vault, make_key
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from tests.fakes.clock import START
from tests.fakes.saml_platform import SamlPlatform, certificate, rsa_key
from tests.fakes.sign_in_bridge import QUICK
from tests.lab.process import free_port

MAPPING = {"attributes": {"userName": "person.id", "displayName": "person.displayName"}, "release": ["name"]}


class Front:
    """What answers under the public address."""

    def __init__(self, issuer: str = "https://sso.example.org", date: str = "") -> None:
        self.issuer = issuer
        self.date = date

    def get(self, url: str, timeout: float) -> requests.Response:
        if not self.issuer:
            raise requests.ConnectionError
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps({"issuer": self.issuer}).encode()
        answer.headers["Date"] = self.date
        return answer

    def close(self) -> None:
        """Nothing is open."""


def document() -> dict[str, Any]:
    return {
        "workplaces": {"office": {"kind": "file", "path": "file:users.yaml"}},
        "platforms": {
            "wiki": {"login": {"protocol": "saml", "metadata_file": "wiki.xml"}, "mapping": "all"},
            "chat": {
                "login": {
                    "protocol": "oidc",
                    "client_id": "chat",
                    "client_secret": "file:chat.secret",
                    "redirect_uris": ["https://chat.example.org/callback"],
                },
                "provisioning": {"connector": "memory"},
                "mapping": "all",
            },
        },
        "mappings": {"all": MAPPING},
        "hr_sources": {"payroll": {"kind": "csv"}},
    }


@pytest.fixture
def house(folder: Path, run) -> Path:
    """A folder with a configuration of every kind, whose peers are all well."""
    private(folder / "users.yaml", json.dumps({"users": {"ada": {"password": QUICK}}}))
    private(folder / "chat.secret", "quite a long secret")
    private(folder / "wiki.xml", SamlPlatform(key=rsa_key("wiki")).metadata())
    private(folder / "people.csv", "employee_number,status\nE1,active\nE2,active\n")
    configure(folder, run, document())
    taken = run("hr", "import", str(folder / "people.csv"), "--source", "payroll", "--snapshot")
    assert 0 == taken.exit_code, taken.output
    return folder


def private(path: Path, content: str | bytes) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(0o600)


def configure(folder: Path, run, wanted: dict[str, Any]) -> None:
    (folder / "configuration.yaml").write_text(json.dumps(wanted))
    applied = run("config", "apply", str(folder / "configuration.yaml"), "--approve")
    assert 0 == applied.exit_code, applied.output


@pytest.fixture
def found(run) -> Callable[..., dict[tuple[str, str], str]]:
    """Ask the doctor; what is not well, by whom and what it is about."""

    def found(*words: str, exit_code: int = 0, front: Front | None = None, **given: Any) -> dict[tuple[str, str], str]:
        result = run("doctor", *words, "--json", front=front or Front(), **given)
        assert exit_code == result.exit_code, result.output
        told = json.loads(result.stdout)
        return {(one["about"], one["what"]): one["said"] for one in told["findings"] if one["state"] != "ok"}

    return found


def in_database(blank_database: str, statement: str) -> None:
    store = Store(blank_database)
    with store.writing() as connection:
        connection.execute(text(statement))
    store.close()


def test_all_is_well(house: Path, found, run) -> None:
    """A good house has nothing to complain about, and everything was looked at."""
    assert {} == found()
    told = run("doctor", front=Front()).stdout
    for looked_at in ("packages", "database", "keys", "audit", "clock", "users file", "SAML metadata", "OpenID client"):
        assert f"ok       {looked_at}:" in told
    assert "0 failed, 0 warnings" in told


def test_one_by_name(house: Path, found, run) -> None:
    """With a name only that peer is asked; a name nobody has is wrong usage and lists those there are."""
    (house / "chat.secret").unlink()

    assert {} == found("wiki")
    assert {("chat", "OpenID client")} == found("chat", exit_code=1).keys()
    assert 2 == run("doctor", "caht").exit_code
    assert "office, wiki, chat" in run("doctor", "caht").stderr


def test_missing_users_file(house: Path, found) -> None:
    """A workplace that cannot check passwords is a failure with its cause."""
    (house / "users.yaml").unlink()

    assert "users.yaml cannot be read" in found(exit_code=1)["office", "users file"]


def test_users_file_open_to_others(house: Path, found) -> None:
    """CR-04: a file of hashes that others can read is a warning with the command that mends it."""
    (house / "users.yaml").chmod(0o644)

    assert {("office", "its permissions"): "users.yaml can be read by others"} == found()


def test_unreachable_directory(house: Path, found, run) -> None:
    """A directory that does not answer is told with the settings to look at, and never the password (LD-11)."""
    wanted = document()
    wanted["workplaces"]["ad"] = {
        "kind": "ldap",
        "urls": [f"ldaps://127.0.0.1:{free_port('127.0.0.1')}"],
        "base_dn": "dc=example",
        "bind_dn": "cn=bridge",
        "bind_password": "file:chat.secret",
    }
    configure(house, run, wanted)

    told = run("doctor", "ad")

    assert 1 == told.exit_code
    assert "Connection refused" in told.stdout
    assert "see urls; is the server up" in told.stdout
    assert "quite a long secret" not in told.output


def test_missing_metadata(house: Path, found) -> None:
    """A SAML platform whose metadata file is gone is a failure; the others are looked at all the same."""
    (house / "wiki.xml").unlink()

    assert {("wiki", "SAML metadata"), ("wiki", "SAML certificates")} == found(exit_code=1).keys()


def test_ending_certificate(house: Path, found, clock) -> None:
    """MD-04: the end of a platform's certificate is a warning 30 days before."""
    clock.now = certificate(rsa_key("wiki")).not_valid_after_utc - timedelta(days=10)

    assert "a certificate ends on" in found()["wiki", "SAML certificates"]


def test_missing_client_secret(house: Path, found) -> None:
    """A secret that cannot be read is found before a platform's token request is."""
    (house / "chat.secret").unlink()

    assert "file:chat.secret cannot be read: No such file or directory" == found(exit_code=1)["chat", "OpenID client"]


def test_unreachable_platform(house: Path, found, run) -> None:
    """A connector that cannot reach its service is a failure."""
    wanted = document()
    wanted["platforms"]["chat"]["provisioning"] = {
        "connector": "scim",
        "url": f"https://127.0.0.1:{free_port('127.0.0.1')}/scim",
        "token": "file:chat.secret",
    }
    configure(house, run, wanted)

    assert ("chat", "accounts") in found(exit_code=1)


def test_outdated_tables(house: Path, found, blank_database: str) -> None:
    """Tables of another version are told with the command that mends them."""
    in_database(blank_database, "UPDATE alembic_version SET version_num = '0000'")

    assert "sso-bridge db upgrade" in found(exit_code=1)["bridge", "tables"]


def test_wrong_key(house: Path, found) -> None:
    """CR-04: keys that do not open with the key of the settings are a failure."""
    assert ("bridge", "keys") in found(exit_code=1, vault=Vault(make_key()))


def test_old_keys(house: Path, found, clock) -> None:
    """CR-02: keys older than they should get are a warning that names the command."""
    clock.move(days=200)

    assert "oidc-es256, oidc-rs256" in found()["bridge", "keys"]


def test_changed_audit(house: Path, found, blank_database: str) -> None:
    """AD-11: a changed record is found."""
    in_database(blank_database, "UPDATE audit SET actor = 'nobody' WHERE seq = 2")

    assert "broken at record 2" in found(exit_code=1)["bridge", "audit"]


def test_clock_went_back(house: Path, found, clock) -> None:
    """A clock that is behind what was written before is a failure: nothing could be believed."""
    clock.now = START - timedelta(hours=2)

    assert "the audit was written at 09:00 already" in found(exit_code=1)["bridge", "clock"]


def test_another_bridge_answers(house: Path, found) -> None:
    """OP-05: an address under which another issuer answers is a failure, one that is silent only a warning."""
    assert "is another bridge" in found(exit_code=1, front=Front("https://old.example.org"))["bridge", "public address"]
    assert "does not answer from here" in found(front=Front(""))["bridge", "public address"]


def test_clocks_differ(house: Path, found) -> None:
    """A web server whose clock is hours away from ours is a warning."""
    front = Front(date="Mon, 01 Jan 2024 00:00:00 GMT")

    assert "its clock says" in found(front=front)["bridge", "public address"]


def test_nobody_works(house: Path, found, clock, blank_database: str) -> None:
    """Work that waits while no worker takes it up is a failure after a minute."""
    store = Store(blank_database)
    Jobs(store, clock).enqueue("sync", {}, key="sync", by="cli")
    store.close()
    assert {} == found()

    clock.move(minutes=5)

    assert "1 jobs to do, and no worker was seen for a day at least" == found(exit_code=1)["bridge", "workers"]


def test_silent_hr_feed(house: Path, found, clock) -> None:
    """A source that has sent nothing for a week is a warning."""
    clock.move(days=9)

    assert {("bridge", "HR feeds"): "the last snapshot of payroll is of 2026-11-02"} == found()


def test_empty_bridge(run, found) -> None:
    """Without a configuration there is one warning that says how to go on."""
    assert {("bridge", "configuration"): "there is none yet"} == found()
