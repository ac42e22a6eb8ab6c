"""The whole bridge as SAML platforms meet it: real store, rules, flow, pages and protocol, served over TLS."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

from flask import Flask
from sqlalchemy import insert
from werkzeug.serving import make_server

from mappings.rules import compile_rules
from sso_bridge.clock import now
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile
from sso_bridge.login.build import Habits, Kept, build_sign_in
from sso_bridge.login.portal import Portal
from sso_bridge.login.ports import Live, PlatformView
from sso_bridge.login.release.subject import PlatformSubjects
from sso_bridge.login.respond.bridge import BridgeItself
from sso_bridge.login.respond.saml_idp.registry import Platforms
from sso_bridge.login.respond.saml_idp.responder import SamlIdentityProvider
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider, SamlSettings
from sso_bridge.metrics import Metrics
from sso_bridge.store.sign_in.attempts import Attempts
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.sign_in.externals import Externals
from sso_bridge.store.sign_in.factors import StoredFactors
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.sign_in.traces import Traces
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.staff.people import People
from sso_bridge.store.tables.organisation import person
from sso_bridge.web import errors, headers, saml, signin
from tests.fakes.login import Remembered
from tests.fakes.org import BUYER, BUYER_MAPPING
from tests.fakes.saml_bridge import Ring
from tests.fakes.sign_in_bridge import QUICK
from tests.lab.process import free_port
from tests.lab.site import Site

ADDRESS = "127.0.0.20"


class SamlHouse:
    """`platforms` maps names to metadata files; everybody in `users.yaml` signs in by name and password."""

    def __init__(self, store, site: Site, platforms: dict[str, Path], **decided) -> None:
        port = free_port(ADDRESS)
        self.url = f"https://{ADDRESS}:{port}"
        self.audit, self.traces, self.people = Remembered(), Traces(store), People(store, now)
        self.subjects = PlatformSubjects(lambda: b"s" * 32)
        settings = {name: SamlSettings(file, **decided) for name, file in platforms.items()}
        registry = Platforms(lambda: (1, settings), now)
        self.idp = SamlIdentityProvider(IdentityProvider(self.url), registry, Ring("ours"), now)
        self.rules = compile_rules(
            {"platforms": {name: {"mapping": "all"} for name in platforms}, "mappings": {"all": BUYER_MAPPING}}
        )
        self.views = {name: PlatformView(name, name, launch=f"/saml/launch/{name}") for name in platforms}
        self.workplaces = {"staff": PasswordFile(FileSettings("staff", site.folder / "users.yaml"), now)}
        (site.folder / "users.yaml").write_text(f"users:\n  jhoff: {{employee_number: E1, password: '{QUICK}'}}\n")
        with store.writing() as connection:
            row = {"id": 1, "uuid": BUYER.uuid, "source": "hr", "key": "E1", "facts": person_facts(BUYER)}
            connection.execute(insert(person), row | {"digest": b"12345678", "strikes": 0, "changed_at": now()})
        tls = (str(site.authority.certificate), str(site.authority.key))
        self.server = make_server(ADDRESS, port, self._app(store), threaded=True, ssl_context=tls)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def _app(self, store) -> Flask:
        sessions = Sessions(store, timedelta(hours=8))
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
        responders = {"saml": self.idp, "bridge": BridgeItself()}
        sign_in = build_sign_in(kept, live, self.people, self.subjects, responders, now, Habits(), Metrics())
        app = Flask("sso_bridge.web")
        headers.install(app, https=True)
        errors.install(app, sign_in.visits.lost)
        app.register_blueprint(signin.blueprint(sign_in, Portal(live, self.people, lambda: now().date())))
        app.register_blueprint(saml.blueprint(self.idp, sign_in))
        return app

    def stop(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.server.server_close()
