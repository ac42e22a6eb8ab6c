"""The bridge and the office as two sites in one machine, for a real browser: cookies cross between them, or do not."""

from __future__ import annotations

from threading import Thread

from flask import Flask, request
from markupsafe import escape
from werkzeug.serving import make_server

from tests.fakes.office import Office
from tests.fakes.sign_in_bridge import SITE, SignInBridge
from tests.lab.process import free_port
from tests.lab.site import Site

ADDRESS = "127.0.0.13"


class TwoSites:
    """`bridge.test` and everything else of `.test`. `rules` makes Chromium find them; `restart` loses all memory."""

    def __init__(self, site: Site, make_bridge) -> None:
        self._tls = (str(site.authority.certificate), str(site.authority.key))
        self._make = make_bridge
        self.bridge: SignInBridge = make_bridge()
        self.office = self.bridge.with_office(only=False)
        self.by_itself = True
        self._ports = [free_port(ADDRESS), free_port(ADDRESS)]
        self._servers = [self._serve(self._ports[0], self.bridge.site), self._serve(self._ports[1], self._elsewhere())]

    @property
    def rules(self) -> str:
        """Return the option that maps the names."""
        ours, theirs = self._ports
        return f"--host-resolver-rules=MAP bridge.test {ADDRESS}:{ours}, MAP *.test {ADDRESS}:{theirs}"

    def restart(self) -> None:
        """End the bridge and start another one on the same database."""
        self._end(self._servers[0])
        before = self.bridge
        self.bridge = self._make()
        self.bridge.workplaces, self.bridge.manners = before.workplaces, before.manners
        self._servers[0] = self._serve(self._ports[0], self.bridge.site)

    def stop(self) -> None:
        """End both."""
        for server in self._servers:
            self._end(server)

    def _elsewhere(self) -> Flask:
        app = Flask("office")

        @app.get("/sso")
        def sso() -> str:
            """Show the office's page: it posts its answer to the bridge, by itself or by a button."""
            fields = self.office.answer(request.url)
            inputs = "".join(
                f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in fields.items()
            )
            script = "<script>document.forms[0].submit()</script>" if self.by_itself else ""
            action = f"{SITE}/workplace/{Office.__name__.lower()}/saml/acs"
            return (
                f'<form method="post" action="{action}">{inputs}<button>Sign in at the office</button></form>{script}'
            )

        @app.get("/<path:_any>")
        def other(_any: str) -> str:
            """Show the platform."""
            return f'<title>chat</title><h1>chat</h1><a href="{SITE}/fake">Sign in</a>'

        return app

    def _serve(self, port: int, app: Flask):
        server = make_server(ADDRESS, port, app, threaded=True, ssl_context=self._tls)
        Thread(target=server.serve_forever, daemon=True).start()
        return server

    @staticmethod
    def _end(server) -> None:
        server.shutdown()
        server.server_close()
