"""`sso-bridge client`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from sso_bridge.machine_clients.client import digest_of
from sso_bridge.store.administration.clients import MachineClients
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store


@pytest.fixture
def kept(run, blank_database: str) -> Iterator[Store]:
    """The database of the commands."""
    store = Store(blank_database)
    yield store
    store.close()


def test_life_of_a_client(run, run_json, kept: Store, clock) -> None:
    """AD-05, AD-11: its secrets are shown once each, two count after a change, and the audit has none of them."""
    made = run_json("client", "create", "dashboard", "--platform", "chat", "--unit", "sales", "--days", "10")
    renewed = run_json("client", "renew", made["id"])
    clients = MachineClients(kept, clock)
    found = clients.good(made["id"])

    assert (("sales",), ("chat",), "viewer") == (found.units, found.platforms, found.role)
    assert all(found.knows(one["client_secret"], clock()) for one in (made, renewed))
    assert {digest_of(one["client_secret"]) for one in (made, renewed)} == {one.digest for one in found.secrets}
    (listed,) = run_json("client", "list")
    assert ("dashboard", "good") == (listed["name"], listed["state"])
    assert "client_secret" not in listed
    assert "revoked" == run_json("client", "revoke", made["id"])["state"]
    assert clients.good(made["id"]) is None
    lines = run("audit", "export").stdout
    acts = [json.loads(line)["what"] for line in lines.splitlines()]
    assert ["client.created", "client.secret_renewed", "client.revoked"] == [one for one in acts if "client" in one]
    assert not any(one["client_secret"] in lines for one in (made, renewed))


def test_shown_to_people(run) -> None:
    """People read the secret once, with its id."""
    said = run("client", "create", "dashboard").stdout

    assert "Shown this once" in said
    assert "ssobs_" in said
    assert "ssobs_" not in run("client", "list").stdout


def test_adopting_an_orphan(run, run_json, kept: Store, clock) -> None:
    """AD-04: a client whose maker has gone is an orphan until the machine's operator answers for it."""
    made = run_json("client", "create", "dashboard")
    token, _ = Tokens(kept, clock).create("maker", "owner", lifetime=timedelta(days=1), created_by="cli")
    clients = MachineClients(kept, clock)
    clients.change(clients.get(made["id"]), created_by=token.actor)
    clock.move(days=1)
    assert "orphaned" == run_json("client", "list")[0]["state"]

    assert "good" == run_json("client", "adopt", made["id"])["state"]
    assert clients.good(made["id"]) is not None
    assert "client.adopted" in run("audit", "export").stdout


def test_keys(run, run_json, tmp_path: Path) -> None:
    """A client may prove itself by keys; its public ones are read from a file, alone or as a set."""
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(generate_private_key(SECP256R1()).public_key()))
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [public | {"kid": "k1"}]}))

    made = run_json("client", "create", "job", "--method", "private_key_jwt", "--keys", str(file))
    assert ("private_key_jwt", None) == (made["method"], made["client_secret"])
    assert "Shown" not in run("client", "create", "job", "--method", "private_key_jwt", "--keys", str(file)).stdout
    assert 1 == run("client", "renew", made["id"]).exit_code


@pytest.mark.parametrize("text", ["{", "[]", "[1]", '{"keys": 1}', '[{"kty": "oct", "k": "AA", "kid": "k"}]'])
def test_keys_that_are_none(run, tmp_path: Path, text: str) -> None:
    """What is no public key is refused, and nothing is kept."""
    file = tmp_path / "keys.json"
    file.write_text(text)

    refused = run("client", "create", "job", "--method", "private_key_jwt", "--keys", str(file))

    assert (1, "") == (refused.exit_code, refused.stdout)
    assert "There are no machine clients." in run("client", "list").stdout


def test_wrong_use(run, tmp_path: Path) -> None:
    """An unknown id fails, so that a script notices; keys without their method are wrong use."""
    for act in ("renew", "adopt", "revoke"):
        assert 1 == run("client", act, "0" * 16).exit_code
    (tmp_path / "keys.json").write_text("[]")
    assert 2 == run("client", "create", "x", "--keys", str(tmp_path / "keys.json")).exit_code
    assert 2 == run("client", "create", "x", "--method", "private_key_jwt").exit_code
