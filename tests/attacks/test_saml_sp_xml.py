"""XML that is meant to exhaust, to fetch, or to be read differently by two readers (SP-07, SP-10, SP-11, SP-12)."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import replace

import pytest

from sso_bridge.login.authenticate.contract import Returned
from tests.fakes.saml_door import Door, refusal
from tests.fakes.saml_workplace import DS, PERSISTENT, US, Says, post

XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSL = "http://www.w3.org/1999/XSL/Transform"


@pytest.fixture
def door() -> Door:
    """A workplace that trusts one key."""
    return Door()


def genuine(door: Door, *where: str) -> str:
    """Give a genuine answer as text."""
    return door.idp.signed(Says().response(), *where).decode()


def bomb(depth: int) -> str:
    """Give a stylesheet whose work doubles with each step."""
    steps = "".join(
        f'<xsl:template name="t{number}"><xsl:call-template name="t{number + 1}"/>'
        f'<xsl:call-template name="t{number + 1}"/></xsl:template>'
        for number in range(depth)
    )
    return (
        f'<xsl:stylesheet version="1.0" xmlns:xsl="{XSL}"><xsl:template match="/"><xsl:call-template name="t0"/>'
        f'</xsl:template>{steps}<xsl:template name="t{depth}"/></xsl:stylesheet>'
    )


TRANSFORMS = {
    "xslt_bomb": f'<ds:Transform Algorithm="{XSLT}">{bomb(24)}</ds:Transform>',
    "xslt_document": (
        f'<ds:Transform Algorithm="{XSLT}"><xsl:stylesheet version="1.0" xmlns:xsl="{XSL}"><xsl:template match="/">'
        "<xsl:copy-of select=\"document('http://127.0.0.1:9/')\"/></xsl:template></xsl:stylesheet></ds:Transform>"
    ),
    "xpath_bomb": (
        f'<ds:Transform Algorithm="{XPATH}"><ds:XPath>{"count(//*[" * 12}1{"])" * 12}</ds:XPath></ds:Transform>'
    ),
    "xpath_without_subject": (
        f'<ds:Transform Algorithm="{XPATH}"><ds:XPath>not(ancestor-or-self::*[local-name()="Subject"])</ds:XPath>'
        "</ds:Transform>"
    ),
    "xpath_filter": '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>',
    "base64": f'<ds:Transform Algorithm="{DS}base64"/>',
    "inclusive": '<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>',
    "many": f'<ds:Transform Algorithm="{DS}enveloped-signature"/>' * 600,
    "three": f'<ds:Transform Algorithm="{DS}enveloped-signature"/>' * 3,
    "empty": "",
}


@pytest.mark.parametrize("where", ["assertion", "response"])
@pytest.mark.parametrize("kind", TRANSFORMS)
def test_transform_that_is_not_listed(door, where, kind):
    """Transforms other than the two of SAML never reach signature code: no bomb, no fetch, no hole (SP-07)."""
    xml = re.sub(
        r"(<ds:Transforms>).*?(</ds:Transforms>)", rf"\1{TRANSFORMS[kind]}\2", genuine(door, where), flags=re.DOTALL
    )

    assert "saml_malformed" == refusal(door, post(xml.encode()))


def test_very_many_references(door):
    """Five thousand References are refused in no time (SP-07)."""
    xml = re.sub(r"(<ds:Reference .*?</ds:Reference>)", lambda found: found[1] * 5000, genuine(door), flags=re.DOTALL)

    assert "saml_malformed" == refusal(door, post(xml.encode()))


def test_long_list_of_prefixes(door):
    """A long list of prefixes is refused before it makes canonicalisation slow (SP-07)."""
    prefixes = " ".join(f"p{number}" for number in range(5000))
    listed = f'<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{prefixes}"/>'
    inner = f">{listed}</ds:Transform>"
    xml = re.sub(r'(<ds:Transform Algorithm="[^"]*exc-c14n#")/>', rf"\1{inner}", genuine(door))

    assert "saml_malformed" == refusal(door, post(xml.encode()))


def _laughs() -> str:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE r [<!ENTITY l0 "ha">{lines}]>'


PROLOGUES = {
    "empty_dtd": "<!DOCTYPE r>",
    "external_dtd": '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">',
    "public_dtd": '<!DOCTYPE r PUBLIC "x" "http://127.0.0.1:9/evil.dtd">',
    "notation": '<!DOCTYPE r [<!NOTATION n SYSTEM "x">]>',
    "internal_entity": '<!DOCTYPE r [<!ENTITY e "admin">]>',
    "external_entity": '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "parameter_entity": '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>',
    "billion_laughs": _laughs(),
    "default_attribute": '<!DOCTYPE r [<!ATTLIST saml:Assertion ID CDATA "_a1">]>',
    "id_attribute": "<!DOCTYPE r [<!ATTLIST saml:NameID name ID #IMPLIED>]>",
    "comment": "<!-- x -->",
    "instruction": "<?x y?>",
    "stylesheet": '<?xml-stylesheet href="http://127.0.0.1:9/"?>',
}


@pytest.mark.parametrize("kind", PROLOGUES)
def test_prologue(door, kind):
    """A DTD of any kind, an entity, a comment or an instruction before the message is refused (SP-10)."""
    assert "saml_malformed" == refusal(door, post((PROLOGUES[kind] + genuine(door)).encode()))


def test_quadratic_blow_up(door):
    """One long entity used often is refused before it is expanded (SP-10)."""
    xml = f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>' + genuine(door).replace("ada-0001", "&a;" * 1000)

    assert "saml_malformed" == refusal(door, post(xml.encode()))


BODIES = {
    "x_include": lambda xml: xml.replace(
        "<saml:Subject>",
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><saml:Subject>',
    ).encode(),
    "utf_7": lambda xml: b'<?xml version="1.0" encoding="utf-7"?>' + xml.encode(),
    "utf_16": lambda xml: xml.encode("utf-16"),
    "latin_1": lambda xml: b'<?xml version="1.0" encoding="iso-8859-1"?>' + xml.encode(),
    "broken_utf_8": lambda xml: xml.encode().replace(b"ada", b"ad\xff"),
    "nul": lambda xml: xml.replace("ada", "ad\0a").encode(),
    "two_roots": lambda xml: (xml + xml).encode(),
    "trailing": lambda xml: (xml + "evil").encode(),
    "truncated": lambda xml: xml.encode()[:-20],
    "empty": lambda xml: b"",
    "no_xml": lambda xml: b"hello",
    "unknown_entity": lambda xml: xml.replace("ada-0001", "&admin;").encode(),
}


@pytest.mark.parametrize("kind", BODIES)
def test_body(door, kind):
    """What is not one well-formed UTF-8 document without includes is refused, never repaired (SP-10)."""
    assert "saml_malformed" == refusal(door, post(BODIES[kind](genuine(door))))


def test_schema_location_is_not_fetched(door):
    """A schemaLocation in the message changes nothing and is never fetched (SP-10)."""
    xml = genuine(door).replace(
        "<samlp:Response ",
        '<samlp:Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd" ',
    )

    assert "ada-0001" == door.finish(post(xml.encode())).subject.value


SPLITS = ("<!-- x -->", "<?x y?>", "<![CDATA[-]]>", "<x/>", '<saml:NameID xmlns:saml="urn:x">admin</saml:NameID>')


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("when", ["before_signing", "after_signing"])
@pytest.mark.parametrize("where", ["name", "value", "issuer", "audience"])
def test_text_that_is_split(door, split, when, where):
    """A comment, instruction, CDATA section or element inside a value is refused, signed or not (SP-11)."""
    texts = {"name": "ada-0001", "value": ">E1<", "issuer": "idp.test/entity", "audience": f"{US}/metadata"}
    old = texts[where]
    new = old[: len(old) // 2] + split + old[len(old) // 2 :]
    if when == "before_signing" and "CDATA" not in split:
        xml = door.idp.signed(Says().response().replace(old.encode(), new.encode())).decode()
    else:
        xml = genuine(door).replace(old, new)

    assert refusal(door, post(xml.encode())) in {
        "saml_malformed",
        "saml_name",
        "saml_attribute",
        "saml_issuer",
        "saml_signature",
    }


def test_character_reference_is_the_character(door):
    """A character reference is just another spelling: the signed value is read whole (SP-11)."""
    assert "ada-0001" == door.finish(post(genuine(door).replace("ada-0001", "ad&#97;-0001").encode())).subject.value


@pytest.mark.parametrize("where", ["name", "value"])
def test_nil(door, where):
    """A value that says it is none is no value (SP-11)."""
    nil = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    says = Says()
    if where == "name":
        says = replace(says, name_attributes=f' Format="{PERSISTENT}"{nil}')
    else:
        says = replace(says, attributes=says.attributes.replace("<saml:AttributeValue>", f"<saml:AttributeValue{nil}>"))

    assert refusal(door, door.idp.answer(says)) in {"saml_malformed", "saml_name", "saml_attribute"}


FLOODS = {
    "blanks": lambda: " " * 20_000_000,
    "deep": lambda: "<x>" * 100_000 + "</x>" * 100_000,
    "wide": lambda: "<x/>" * 100_000,
    "attributes": lambda: f"<x {' '.join(f'a{n}=' + chr(34) + chr(34) for n in range(100_000))}/>",
    "namespaces": lambda: f"<x {' '.join(f'xmlns:a{n}=' + chr(34) + 'u' + chr(34) for n in range(20_000))}/>",
    "just_too_deep": lambda: "<x>" * 40 + "</x>" * 40,
    "just_too_many": lambda: "<x/>" * 2001,
}


@pytest.mark.parametrize("kind", FLOODS)
def test_flood(door, kind):
    """What is too long, too deep or has too many parts is refused at once and costs no memory (SP-12)."""
    says = Says(extensions=f"<samlp:Extensions>{FLOODS[kind]()}</samlp:Extensions>")

    assert "saml_malformed" == refusal(door, post(says.response()))


def test_deflated(door):
    """A deflated answer is not inflated: by POST nothing is deflated, whatever it would become (SP-12, SP-29)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    small = packer.compress(b" " * 200_000_000) + packer.flush()

    assert "saml_malformed" == refusal(door, post(small))


@pytest.mark.parametrize("text", ["", "%%%", "AAAA=AAA", "====", "\u0000", "ä"])
def test_no_base_64(door, text):
    """What is no base64 is refused (SP-10)."""
    returned = Returned("POST", f"{US}/acs", "", {"SAMLResponse": text, "RelayState": "handle"})

    assert "saml_malformed" == refusal(door, returned)


@pytest.mark.parametrize(
    "returned",
    [
        Returned("GET", f"{US}/acs", "SAMLResponse=AAAA", {"SAMLResponse": "AAAA"}),
        Returned("POST", f"{US}/acs", "SAMLResponse=AAAA", {"SAMLResponse": "AAAA"}),
        Returned("POST", f"{US}/acs", "", {"SAMLRequest": "AAAA"}),
        Returned("POST", f"{US}/acs", "", {"SAMLart": "AAAA"}),
        Returned("POST", f"{US}/acs", "", {}),
    ],
    ids=["get", "query_too", "request", "artifact", "nothing"],
)
def test_other_binding(door, returned):
    """An answer comes in the body of a POST, and nowhere else (SP-29)."""
    assert "saml_binding" == refusal(door, returned)


def test_genuine_answer_by_get(door):
    """A genuine answer is refused when it comes in an address, where logs and histories keep it (SP-29)."""
    field = base64.b64encode(genuine(door).encode()).decode()

    assert "saml_binding" == refusal(door, Returned("GET", f"{US}/acs", "", {"SAMLResponse": field}))


def test_two_messages(door):
    """An answer with a request beside it is refused: two readers could read two things (SP-29)."""
    field = base64.b64encode(genuine(door).encode()).decode()
    returned = Returned("POST", f"{US}/acs", "", {"SAMLResponse": field, "SAMLRequest": field})

    assert "saml_malformed" == refusal(door, returned)
