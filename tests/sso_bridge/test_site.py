"""The whole site on a configuration from the database: nothing restarted, every address there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import insert

from sso_bridge.app import create_app
from sso_bridge.config import Settings
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.tables.organisation import person
from tests.fakes.openid_bridge import VERIFIER, basic, challenge
from tests.fakes.sign_in_bridge import ADA, QUICK, RIGHT, fields

SITE = "https://sso.example.org"
BACK = "https://chat.example/cb"
DOCUMENT = {
    "workplaces": {"staff": {"kind": "file", "path": "users.yaml"}},
    "platforms": {
        "chat": {
            "login": {
                "protocol": "oidc",
                "client_id": "chat",
                "client_secret": "env:CHAT",
                "redirect_uris": [BACK],
                "launch_url": "https://chat.example/",
            },
            "mapping": "chat",
        }
    },
    "mappings": {
        "chat": {
            "for": "person.active",
            "attributes": {"userName": "person.username", "displayName": "person.displayName"},
            "release": ["name"],
        }
    },
}


@pytest.fixture
def app(store, clock, keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application over an empty configuration, with one person known to HR."""
    monkeypatch.setenv("CHAT", "secret-of-chat")
    (tmp_path / "users.yaml").write_text(f"users:\n  ada: {{employee_number: E1, password: '{QUICK}'}}\n")
    row = {"id": 1, "uuid": ADA.uuid, "source": ADA.source, "key": ADA.key, "facts": person_facts(ADA)}
    with store.writing() as connection:
        connection.execute(insert(person), row | {"digest": b"12345678", "strikes": 0, "changed_at": clock()})
    settings = Settings(public_url=SITE, base_dir=tmp_path)
    return create_app(settings, store=store, clock=clock, keys=keys)


def apply(app: Flask, document: dict) -> None:
    """Bring a configuration into force."""
    desk = app.extensions["sso_bridge"].configuration
    draft = desk.propose(document, by="cli").draft.id
    desk.approve(draft, by="cli")
    desk.apply(draft, by="cli")


def authorize() -> str:
    """Return the address a platform sends its user to."""
    query = f"client_id=chat&redirect_uri={BACK}&response_type=code&scope=openid profile&state=s&nonce=n"
    return f"/oidc/authorize?{query}&code_challenge={challenge()}&code_challenge_method=S256".replace(" ", "%20")


def test_signs_in_at_a_platform(app: Flask) -> None:
    """From an applied configuration to a person's name at a platform, without a restart, all of it audited."""
    client = app.test_client()
    assert 303 != client.get(authorize(), base_url=SITE).status_code
    apply(app, DOCUMENT)

    page = client.get(client.get(authorize(), base_url=SITE).location, base_url=SITE)
    form = fields(page.text) | {"username": "ada", "password": RIGHT}
    answer = client.post("/login/staff", data=form, base_url=SITE)
    code = parse_qs(urlsplit(answer.location).query)["code"][0]
    trade = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    tokens = client.post("/oidc/token", data=trade, headers=basic("chat", "secret-of-chat"), base_url=SITE).json
    told = client.get("/oidc/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}, base_url=SITE)

    assert "Ada Lovelace" == told.json["name"]
    portal = client.get("/", base_url=SITE).text
    assert "https://chat.example/" in portal
    assert ADA.uuid == client.get("/session", base_url=SITE).json["person"]
    parts = app.extensions["sso_bridge"]
    assert {"configuration.applied", "sign_in.answered"} <= {record.what for record in parts.audit.records()}
    assert parts.checkpoints.verify().sound


def test_addresses(app: Flask) -> None:
    """The addresses that others rely on are served, each with the security headers (SE-08)."""
    client = app.test_client()
    public = {"/.well-known/openid-configuration", "/oidc/jwks", "/saml/metadata", "/healthz", "/readyz"}
    for path in public | {"/", "/login", "/logout", "/session"}:
        answer = client.get(path, base_url=SITE)
        assert answer.status_code in {200, 303, 401, 503}, path
        assert {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} <= set(answer.headers.keys())
    assert SITE == client.get("/.well-known/openid-configuration", headers={"Host": "evil.example"}).json["issuer"]


def test_every_route_has_the_headers(app: Flask) -> None:
    """SE-08: whatever a route answers to nonsense, the headers are there and nothing personal is stored."""
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<path:filename>", "x").replace("<", "").replace(">", "")
        answer = client.open(path, method="GET", base_url=SITE)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.status_code < 500 or path == "/readyz", path
