"""The addresses of a SAML workplace in the whole application: what a browser may bring, and when it is too late."""

from __future__ import annotations

import base64
import itertools
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from sso_bridge.login.saml.bindings import by_redirect
from tests.fakes.saml_workplace import Idp, Says
from tests.fakes.whole_site import SITE, WholeSite, document

ACS = "/workplace/office/saml/acs"
US = f"{SITE}/workplace/office/saml"
SAYS = Says(
    name="ada",
    destination=f"{US}/acs",
    recipient=f"{US}/acs",
    audience=f"<saml:AudienceRestriction><saml:Audience>{US}/metadata</saml:Audience></saml:AudienceRestriction>",
)


class Office:
    """The application with one SAML workplace, and a browser."""

    def __init__(self, site: WholeSite, folder, **workplace) -> None:
        self.site, self.idp, self.browser = site, Idp(), site.browser()
        (folder / "idp.xml").write_bytes(self.idp.metadata())
        self.office = {"kind": "saml", "metadata_file": "idp.xml", **workplace}
        self.configure()

    def configure(self, **workplaces) -> None:
        """Bring a configuration into force."""
        wanted = document()
        site = {"staff": wanted["workplaces"]["staff"], "office": self.office} | workplaces
        self.site.apply({**wanted, "workplaces": {name: one for name, one in site.items() if one}})

    def begin(self, browser=None) -> tuple[str, str]:
        """Go to sign in; return the request's id and the handle."""
        away = self.away(browser or self.browser)
        received = by_redirect(urlsplit(away).query.encode())
        return received.xml.decode().split(' ID="')[1].split('"')[0], received.relay_state

    def away(self, browser) -> str:
        """Return where the browser is sent."""
        target = "/login/office"
        while target.startswith("/"):
            target = browser.get(target, base_url=SITE).location
        return target

    def answer(self, request: str | None, **changes) -> str:
        """Return the field of a genuine answer."""
        says = replace(SAYS, request=request, now=self.site.clock(), **changes)
        return base64.b64encode(self.idp.signed(says.response())).decode()

    def post(self, data, browser=None, path: str = ACS):
        """Come back."""
        return (browser or self.browser).post(path, data=data, base_url=SITE)

    def who(self, browser=None):
        """Return who is signed in."""
        answer = (browser or self.browser).get("/session", base_url=SITE)
        return answer.json.get("subject") if answer.status_code == 200 else None


@pytest.fixture
def office(store, clock, keys, tmp_path) -> Office:
    """The office."""
    return Office(WholeSite(store, clock, keys, tmp_path), tmp_path)


def test_sign_in(office):
    """The way through: away with a signed request, back with an answer, signed in."""
    request, handle = office.begin()

    answer = office.post({"SAMLResponse": office.answer(request), "RelayState": handle})

    assert (303, "ada") == (answer.status_code, office.who())


def test_another_browser(office):
    """The answer to one browser's request is worth nothing in another browser (SP-19, SE-10)."""
    request, handle = office.begin()
    thief = office.site.browser()
    office.begin(thief)

    refused = office.post({"SAMLResponse": office.answer(request), "RelayState": handle}, thief)

    assert 400 <= refused.status_code < 500
    assert office.who(thief) is None


def test_own_handle_for_the_answer_of_another(office):
    """An answer to somebody else's request is refused, also with a handle of one's own (SP-19)."""
    request, _ = office.begin()
    thief = office.site.browser()
    _, own = office.begin(thief)

    refused = office.post({"SAMLResponse": office.answer(request), "RelayState": own}, thief)

    assert 400 <= refused.status_code < 500
    assert office.who(thief) is None


@pytest.mark.parametrize("gone", ["removed", "other_kind"])
def test_switched_off(office, gone):
    """A workplace that left the configuration takes no genuine answer any more, of no request (SP-25)."""
    request, handle = office.begin()
    office.configure(office=None if gone == "removed" else document()["workplaces"]["staff"])

    refused = office.post({"SAMLResponse": office.answer(request), "RelayState": handle})

    assert 400 <= refused.status_code < 500
    assert office.who() is None
    assert 404 == office.browser.get("/workplace/office/saml/metadata", base_url=SITE).status_code


@pytest.mark.parametrize("first", ["forged", "genuine"])
def test_field_twice(office, first):
    """Two answers in one form are refused, in either order (SP-29)."""
    request, handle = office.begin()
    fields = [office.answer(request), "AAAA"]
    fields = fields[::-1] if first == "forged" else fields

    refused = office.post({"SAMLResponse": fields, "RelayState": handle})

    assert 400 <= refused.status_code < 500
    assert office.who() is None


def test_by_get(office):
    """An answer in the address is refused (SP-29)."""
    request, handle = office.begin()
    query = {"SAMLResponse": office.answer(request), "RelayState": handle}

    refused = office.browser.get(ACS, query_string=query, base_url=SITE)

    assert 400 <= refused.status_code < 500
    assert office.who() is None


def test_answer_twice(office):
    """The same form sent again signs nobody in again (SP-21)."""
    request, handle = office.begin()
    form = {"SAMLResponse": office.answer(request), "RelayState": handle}
    office.post(form)
    thief = office.site.browser()

    again = [office.post(form, browser) for browser in (office.browser, thief)]

    assert all(400 <= one.status_code < 500 for one in again)
    assert office.who(thief) is None


LEADS = ("https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "", "x" * 5000, "%2f%2fevil.test")


def test_unsolicited_leads_nowhere(store, clock, keys, tmp_path):
    """Where people may come unasked, RelayState leads nowhere: they land on our own page (SP-20, SP-26)."""
    office = Office(WholeSite(store, clock, keys, tmp_path), tmp_path, unsolicited=True)

    for number, relay_state in enumerate(LEADS):
        answer = office.post(
            {"SAMLResponse": office.answer(None, assertion_id=f"_a{number}"), "RelayState": relay_state}
        )

        target = answer.headers.get("Location", "/")
        assert "evil" not in target
        assert target.startswith(("/", f"{SITE}/"))
        assert not target.startswith("//")


def test_unsolicited_is_off(office):
    """By default nobody comes unasked (SP-20)."""
    refused = office.post({"SAMLResponse": office.answer(None), "RelayState": ""})

    assert 400 <= refused.status_code < 500
    assert office.who() is None


PLACES = (ACS, "/workplace/office/saml/sls", "/workplace/nobody/saml/acs")
GARBAGE = ("", "AAAA", "%00", "<x/>", "ä", "=" * 1000)


def test_garbage(office):
    """Whatever is posted, the answer is a page of ours and no 5xx (TM-02, AD-15)."""
    _, handle = office.begin()
    for path, garbage, field in itertools.product(PLACES, GARBAGE, ("SAMLResponse", "SAMLRequest")):
        refused = office.post({field: garbage, "RelayState": handle}, path=path)

        assert 400 <= refused.status_code < 500
        assert b"Traceback" not in refused.data


def test_request_holds_nothing_of_ours(office):
    """What leaves for the identity provider is a request, and no secret of the attempt (SE-02)."""
    away = office.away(office.browser)

    assert {"SAMLRequest", "RelayState", "SigAlg", "Signature"} == set(parse_qs(urlsplit(away).query))
