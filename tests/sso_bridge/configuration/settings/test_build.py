"""From the document to the settings of the rooms."""

from __future__ import annotations

from pathlib import Path

from provisioners.sync.plan.guards import guards_from
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.settings.build import guards, oidc_clients, saml_platforms, views, workplaces
from tests.sso_bridge.configuration.documents import changed, whole

HOME = Path("/srv/bridge")


def built(document=None):
    """Return the checked models."""
    return parse(document or whole()).configuration


def test_workplaces():
    """Files are looked for beside the settings; the order of the document is kept."""
    ad, pilot = workplaces(built(), HOME)

    assert ("ad", ("ldaps://dc1.corp.example",), "env:AD_PASSWORD", HOME / "ca.pem") == (
        ad.name, ad.urls, ad.bind_password, ad.ca_file,
    )  # fmt: skip
    assert ("pilot", HOME / "users.yaml") == (pilot.name, pilot.path)


def test_platforms():
    """Each protocol gets its own platforms, without those that are switched off."""
    off = built(changed("platforms/chat/enabled", value=False))

    assert HOME / "wiki-sp.xml" == saml_platforms(built(), HOME)["wiki"].metadata_file
    assert ("required", "persistent") == (
        saml_platforms(built(), HOME)["wiki"].encrypt,
        saml_platforms(built(), HOME)["wiki"].name_id,
    )
    assert ("env:CHAT_SECRET",) == oidc_clients(built())["chat"].secrets
    assert {} == oidc_clients(off)
    assert {"wiki"} == set(views(off))


def test_views():
    """The portal knows where a platform is opened, and where its answers go."""
    wiki, chat = views(built()).values()

    assert ("Wiki", "/saml/launch/wiki") == (wiki.title, wiki.launch)
    assert ("", ("https://chat.corp.example",)) == (chat.launch, chat.origins)


def test_guards():
    """Guards arrive as their room reads them."""
    limits = guards_from(guards(built()), "chat")

    assert (5, 86_400, 10) == (
        limits["suspend"].percent,
        limits["suspend"].window.total_seconds(),
        limits["create"].count,
    )
