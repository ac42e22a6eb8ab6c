"""The whole bridge as OpenID platforms meet it: real store, rules, flow, pages, endpoints; `Served` puts it on TLS."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

from flask import Flask
from sqlalchemy import insert
from werkzeug.serving import make_server

from mappings.employment import active_on
from mappings.rules import compile_rules
from sso_bridge.clock import now
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile
from sso_bridge.login.build import Habits, Kept, build_sign_in, build_sign_out
from sso_bridge.login.portal import Portal
from sso_bridge.login.ports import Live, PlatformView
from sso_bridge.login.release.policy import released
from sso_bridge.login.release.subject import PlatformSubjects
from sso_bridge.login.respond.bridge import BridgeItself
from sso_bridge.login.respond.oidc_provider.client import Client
from sso_bridge.login.respond.oidc_provider.provider import build
from sso_bridge.metrics import Metrics
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.sign_in.attempts import Attempts
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.sign_in.externals import Externals
from sso_bridge.store.sign_in.factors import StoredFactors
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.sign_in.standing import TokenStanding
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.sign_in.traces import Traces
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.staff.people import People
from sso_bridge.store.tables.organisation import person
from sso_bridge.web import errors, headers, logout, oidc, signin
from tests.fakes.openid_bridge import Registered, Ring
from tests.fakes.org import BUYER, BUYER_MAPPING
from tests.fakes.sign_in_bridge import QUICK
from tests.lab.process import free_port
from tests.lab.site import Site

ADDRESS = "127.0.0.21"
GROUPS = {"buyers": {"on": ["chat", "wiki"], "members": "primary.title == 'Inkoper'"}}


class OpenIdHouse:
    """Platforms `chat` and `wiki`; `jhoff` signs in by name and password. `clients` and `secrets` may be changed."""

    def __init__(self, store, folder: Path, url: str, clients: tuple[Client, ...], secrets: dict[str, str]) -> None:
        self.store, self.url = store, url
        self.clients = Registered({client.client_id: client for client in clients})
        self.views = {client.platform: PlatformView(client.platform, client.platform) for client in clients}
        self.people, self.audit, self.traces = People(store, now), AuditLog(store, now), Traces(store)
        self.subjects = PlatformSubjects(lambda: b"s" * 32)
        names = {name: {"mapping": "all"} for name in ("chat", "wiki")}
        self.rules = compile_rules({"platforms": names, "mappings": {"all": BUYER_MAPPING}, "groups": GROUPS})
        users = folder / "users.yaml"
        users.write_text(f"users:\n  jhoff: {{employee_number: E1, password: '{QUICK}'}}\n")
        self.workplaces = {"staff": PasswordFile(FileSettings("staff", users), now)}
        with store.writing() as connection:
            row = {"id": 1, "uuid": BUYER.uuid, "source": "hr", "key": "E1", "facts": person_facts(BUYER)}
            connection.execute(insert(person), row | {"digest": b"12345678", "strikes": 0, "changed_at": now()})
        standing = TokenStanding(
            store, _today, self.views.__contains__, lambda _workplace: True, active_on, self._release
        )
        grants, known = OpenIdGrants(store, now), secrets.__getitem__
        self.provider = build(url, self.clients, grants, standing, Ring(), self.audit, now, known, Throttle(store))
        self.app = self._app()

    def _release(self, platform, who):
        outcome = self.rules.outcome(platform, who, self.people.chart(_today()))
        return released(outcome, self.subjects.subject(self.views[platform], who)) if outcome.in_scope else None

    def _app(self) -> Flask:
        store, sessions = self.store, Sessions(self.store, timedelta(hours=8))
        kept = Kept(
            store,
            Attempts(store),
            sessions,
            Links(store),
            self.traces,
            Throttle(store),
            self.audit,
            Conflicts(store),
            Externals(store, now),
            StoredFactors(store),
        )
        live = SimpleNamespace(current=lambda: Live(1, self.rules, self.workplaces, self.views))
        responders = {"oidc": self.provider.responder, "bridge": BridgeItself()}
        sign_in = build_sign_in(kept, live, self.people, self.subjects, responders, now, Habits(), Metrics())
        app = Flask("sso_bridge.web")
        headers.install(app, https=True)
        errors.install(app, sign_in.visits.lost)
        app.register_blueprint(signin.blueprint(sign_in, Portal(live, self.people, _today)))
        sign_out = build_sign_out(kept, live, sign_in, now)
        app.register_blueprint(logout.blueprint(sign_in.desk, sign_out))
        app.register_blueprint(oidc.blueprint(self.provider, sign_in, sign_out))
        return app


class Served:
    """A house on a free port behind verified TLS."""

    def __init__(self, store, site: Site, clients: tuple[Client, ...], secrets: dict[str, str]) -> None:
        port = free_port(ADDRESS)
        self.house = OpenIdHouse(store, site.folder, f"https://{ADDRESS}:{port}", clients, secrets)
        tls = (str(site.authority.certificate), str(site.authority.key))
        self.server = make_server(ADDRESS, port, self.house.app, threaded=True, ssl_context=tls)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.server.server_close()


def _today():
    return now().date()
