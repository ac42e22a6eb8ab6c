"""What may go wrong only so often, what is counted, and what must not be confused (on the whole site)."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.errors import MappingError
from sso_bridge.configuration.document.parse import parse
from sso_bridge.login.limits import network_of
from sso_bridge.login.trace import PLATFORM, Trace
from sso_bridge.store.sign_in.traces import Traces
from sso_bridge.store.tables.login import throttle_bucket
from tests.fakes.whole_site import SECRET, SITE, WholeSite, document


@pytest.fixture
def site(store, clock, keys, tmp_path: Path) -> WholeSite:
    """The whole site."""
    return WholeSite(store, clock, keys, tmp_path)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_network_of(address: str, network: str) -> None:
    """AD-10, LD-08: all addresses of one IPv6 household are one caller."""
    assert network == network_of(address)


def test_wrong_client_secrets(site: WholeSite, clock) -> None:
    """AD-10, OP-09: after twenty wrong secrets a network waits, also with the right one; then it may go on."""
    codes = [site.trade("sbc_x", "wrong").status_code for _ in range(21)]
    blocked = site.trade("sbc_x", SECRET)
    clock.move(seconds=6)

    assert [401] * 20 + [429] == codes
    assert (429, "temporarily_unavailable") == (blocked.status_code, blocked.json["error"])
    assert 0 < int(blocked.headers["Retry-After"]) <= 5
    assert 400 == site.trade("sbc_x", SECRET).status_code


def test_elsewhere_nobody_is_locked_out(site: WholeSite) -> None:
    """AD-10: an attacker who guesses from one network does not keep the platform's own servers out."""
    for _ in range(25):
        site.trade("sbc_x", "wrong")
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.9"}}

    assert 400 == site.token({"grant_type": "authorization_code", "code": "x"}, SECRET, **elsewhere).status_code


def test_right_secrets_cost_no_bucket(site: WholeSite, store) -> None:
    """AD-10: a client that proves itself touches no token bucket."""
    code = site.sign_in(site.browser())
    with store.writing() as connection:
        connection.execute(throttle_bucket.delete())

    assert 200 == site.trade(code).status_code
    with store.reading() as connection:
        assert [] == connection.execute(throttle_bucket.select()).all()


@pytest.mark.parametrize("path", ["/saml/sso?SAMLRequest=x", "/oidc/authorize?client_id=x", "/login/resume/x"])
def test_garbage_fills_no_database(site: WholeSite, path: str) -> None:
    """AD-10: of endless garbage from one network only so much is recorded, and it is told to wait."""
    browser = site.browser()
    codes = [browser.get(path, base_url=SITE).status_code for _ in range(605)]

    assert [400] * 600 + [429] * 5 == codes
    assert 600 == len(list(site.parts.traces.latest(700)))
    assert "Retry-After" in browser.get(path, base_url=SITE).headers


def test_counted(site: WholeSite) -> None:
    """Sign-ins are counted by platform, protocol, outcome and whether somebody had to type: the product's measure."""
    browser = site.browser()
    site.sign_in(browser)
    site.sign_in(browser)
    browser.get(site.authorize(prompt="none"), base_url=SITE)
    site.browser().get(site.authorize(prompt="none"), base_url=SITE)
    site.browser().get("/saml/sso?SAMLRequest=x", base_url=SITE)
    page = site.parts.metrics.page().decode()

    def count(platform: str, protocol: str, outcome: str, prompted: str) -> float:
        labels = f'outcome="{outcome}",platform="{platform}",prompted="{prompted}",protocol="{protocol}"'
        return float(page.partition(f"sso_bridge_sign_ins_total{{{labels}}} ")[2].partition("\n")[0] or 0)

    assert (1, 2) == (count("chat", "oidc", "answered", "yes"), count("chat", "oidc", "answered", "no"))
    assert 1 == count("chat", "oidc", "login_required", "no")
    assert 1 == count("", "saml", "bad_request", "no")


def test_two_sign_ins_with_the_same_words(store, clock) -> None:
    """A trace never becomes somebody else's: of two sign-ins that drew the same words the first one keeps them."""
    first = Trace(clock, "oidc", "chat", "192.0.2.1", "a-b-c-d")
    first.add(PLATFORM, "asked")
    Traces(store).put(first.record("waiting"))
    clock.move(seconds=1)
    second = Trace(clock, "saml", "wiki", "192.0.2.2", "a-b-c-d")
    second.add(PLATFORM, "asked")
    Traces(store).put(second.record("answered"))
    Traces(store).put(first.record("answered"))

    kept = Traces(store).get("a-b-c-d")
    assert kept is not None
    assert ("chat", "answered") == (kept.platform, kept.outcome)


def test_rule_that_fails(site: WholeSite) -> None:
    """ID-05, OP-21: where a rule fails for somebody, that platform is closed to them; their other pages work."""
    wanted = document()
    broken = {"for": "person.email.startsWith('x') || int(person.employeeNumber) > 0", "attributes": {}, "release": []}
    wanted["mappings"]["broken"] = broken
    wanted["platforms"]["wiki"]["mapping"] = "broken"
    site.apply(wanted)
    browser = site.browser()
    site.sign_in(browser)
    portal = browser.get("/", base_url=SITE)
    answer = browser.get("/saml/launch/wiki", base_url=SITE)

    assert 200 == portal.status_code
    assert "/saml/launch/wiki" not in portal.text
    assert "chat.test" in portal.text
    assert 403 == answer.status_code


@pytest.mark.parametrize("name", ["uid)(objectClass=*", "1uid", "", "uid=*", "ünï", "a b", "a" * 129])
@pytest.mark.parametrize("where", ["names", "link_attribute"])
def test_attribute_names(name: str, where: str) -> None:
    """LD-01: what stands in a filter as an attribute must look like one."""
    staff = {
        "kind": "ldap",
        "urls": ["ldaps://dc.test"],
        "base_dn": "dc=test",
        "bind_dn": "cn=b",
        "bind_password": "env:B",
        where: [name] if where == "names" else name,
    }

    with pytest.raises(MappingError) as caught:
        parse({"workplaces": {"ad": staff}})

    assert {f"workplaces.ad.{where}" + ("[0]" if where == "names" else "")} == {p.path for p in caught.value.problems}


def test_workplace_called_like_an_address() -> None:
    """SE-10: a workplace called `resume` would hide an address of the sign-in."""
    with pytest.raises(MappingError) as caught:
        parse({"workplaces": {"resume": {"kind": "file", "path": "users.yaml"}}})

    assert ["workplaces.resume"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        (b"<a/>", "0 service providers"),
        (b"not xml", "not well-formed"),
        (b"\xff", "not well-formed"),
    ],
)
def test_metadata_that_cannot_be_used(site: WholeSite, tmp_path: Path, content: bytes | None, told: str) -> None:
    """MD-02: a missing or broken metadata file is a mistake of the document, found before it comes into force."""
    wanted = document()
    wanted["platforms"]["wiki"]["login"]["metadata_file"] = "other.xml"
    if content is not None:
        (tmp_path / "other.xml").write_bytes(content)

    with pytest.raises(MappingError) as caught:
        site.apply(wanted)

    (problem,) = caught.value.problems
    assert "platforms.wiki.login.metadata_file" == problem.path
    assert told in problem.message
    assert 200 == site.browser().get("/saml/metadata", base_url=SITE).status_code
