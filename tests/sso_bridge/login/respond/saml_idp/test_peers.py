"""Real service providers read what we issue: mod_shib (OpenSAML) and mod_auth_mellon (lasso)."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sso_bridge.errors import BridgeError, LoginRequired
from sso_bridge.login.asked import PostForm
from sso_bridge.login.respond.saml_idp.registry import Platforms
from sso_bridge.login.respond.saml_idp.responder import SamlIdentityProvider
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider, SamlSettings
from sso_bridge.login.saml.bindings import by_post, by_redirect
from tests.fakes.saml_bridge import ADA, RELEASED, Ring
from tests.lab import apache
from tests.lab.form_browser import FormBrowser
from tests.lab.process import free_port
from tests.lab.site import Site

ADDRESS = "127.0.0.20"


class AdaIsHere:
    """Our identity provider over HTTP, with Ada signed in once and for all."""

    def __init__(self, site: Site) -> None:
        port = free_port(ADDRESS)
        self.us = IdentityProvider(f"https://{ADDRESS}:{port}")
        self.settings: dict[str, SamlSettings] = {}
        registry = Platforms(lambda: (repr(self.settings), self.settings), lambda: datetime.now(UTC))
        self.idp = SamlIdentityProvider(self.us, registry, Ring("ours"), lambda: datetime.now(UTC))
        tls = (str(site.authority.certificate), str(site.authority.key))
        self.server = make_server(ADDRESS, port, self, threaded=True, ssl_context=tls)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def trust(self, metadata: Path, **decided: Any) -> None:
        """Register the one platform."""
        self.settings = {"peer": SamlSettings(metadata, **decided)}

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer every request at once; passive ones as if nobody were here."""
        request = Request(environ)
        try:
            query, form = request.query_string, list(request.form.items(multi=True))
            asked = self.idp.read(by_post(form) if request.method == "POST" else by_redirect(query))
            here = replace(ADA, authenticated_at=datetime.now(UTC), ends_at=datetime.now(UTC) + timedelta(hours=1))
            answer = (
                self.idp.refuse(asked, LoginRequired()) if asked.passive else self.idp.answer(asked, here, RELEASED)
            )
            response = Response(_page(answer), mimetype="text/html")
        except BridgeError as why:
            response = Response(f"REFUSED {why.cause}", 400, mimetype="text/plain")
        return response(environ, start_response)


def _page(answer: PostForm | None) -> str:
    assert answer is not None
    fields = "".join(f'<input name="{name}" value="{html.escape(value)}">' for name, value in answer.fields.items())
    return f'<form method="post" action="{answer.action}">{fields}</form>'


@pytest.fixture
def ada(site: Site) -> Iterator[AdaIsHere]:
    """Serve on a free port."""
    served = AdaIsHere(site)
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.mark.peer("mod_shib")
@pytest.mark.parametrize("decided", [{}, {"encrypt": "required"}, {"name_id": "email"}], ids=str)
def test_mod_shib(site, ada, shibboleth, decided):
    """OpenSAML trusts our metadata, signs its requests, reads our answers, plain or encrypted (IDP-02, IDP-03)."""
    ada.trust(shibboleth.sp_metadata, **decided)
    shibboleth.start(ada.idp.metadata())
    page = FormBrowser(site.authority.ca_file).open(shibboleth.secret)

    assert page.url == shibboleth.secret
    seen = apache.environment(page.text)
    assert ("ada", "ada@corp.test", "Ada Lovelace", "all;sales") == tuple(
        seen[name] for name in ("uid", "mail", "displayName", "groups")
    )
    if "name_id" not in decided:
        assert "pseudonym-of-ada" == seen["persistent-id"]
    assert ADA.assurance == seen["Shib-AuthnContext-Class"]


@pytest.mark.peer("mod_auth_mellon")
@pytest.mark.parametrize("decided", [{}, {"encrypt": "required"}, {"name_id": "email"}], ids=str)
def test_mod_auth_mellon(site, ada, mellon, decided):
    """lasso trusts our metadata and reads our answers, plain and encrypted (IDP-02, IDP-03)."""
    ada.trust(mellon.sp_metadata, **decided)
    mellon.start(ada.idp.metadata())
    page = FormBrowser(site.authority.ca_file).open(mellon.secret)

    assert page.url == mellon.secret
    seen = apache.environment(page.text)
    assert ("ada", "ada@corp.test", "Ada Lovelace", "all;sales") == tuple(
        seen[f"MELLON_{name}"] for name in ("uid", "mail", "displayName", "groups")
    )


@pytest.mark.peer("mod_shib")
def test_refusal_at_mod_shib(site, ada, shibboleth):
    """A passive request with nobody signed in brings a signed NoPassive that OpenSAML understands (IDP-05)."""
    ada.trust(shibboleth.sp_metadata)
    shibboleth.start(ada.idp.metadata())
    target = f"{shibboleth.url}/index.html"
    browser = FormBrowser(site.authority.ca_file)
    page = browser.open(f"{shibboleth.url}/Shibboleth.sso/Login?isPassive=1&target={target}")

    assert "NoPassive" in page.text, page.text
    assert 1 == len(browser.carried)
