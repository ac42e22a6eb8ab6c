"""Hostile names at the sign-in form, against a real directory (LD-01): no match, no crash, no other sentence."""

# ruff: noqa: RUF001 - look-alikes are the point here
from __future__ import annotations

from collections.abc import Iterator

import pytest

from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from sso_bridge.login.authenticate.ldap.names import FLAVOURS, escape, groups_filter, person_filter
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.lab import slapd

WILDCARDS = ["*", "p*", "p0000*", "*1", "p00001*", "*p00001", "p*1", "**", "%", "_", "?", "p.0001", "[p]00001"]
CLOSINGS = [
    *("*)(uid=*", "p00001)(uid=*", "*)(objectClass=*", "p00001))(|(uid=*", "*))(|(objectClass=*", ")(", "(", ")", "()"),
    *(
        "p00001)(|(password=*",
        "*)(&",
        "*)(|(&",
        "p00001)(&)",
        "*()|&'",
        "admin*)((|userPassword=*)",
        "x)(|(cn=*))",
        "|",
    ),
    *(
        "p00001)(userPassword=*",
        "*)(mail=*))%00",
        "p00001)(!(&(1=0",
        "!(uid=x)",
        "(uid=p00001)",
        "uid=p00001",
        "&",
        "!",
    ),
    *("p00001)(employeeNumber=E1001", "*))(&(uid=p00001", "p00001)(|(uid=p00002)", "))))", "((((", "p00001)(cn~=Daan"),
]
EXTENSIBLE = [
    *(
        "p00001)(uid:dn:=p00001",
        ":dn:=p00001",
        "uid:=p00001",
        "uid:caseExactMatch:=p00001",
        "p00001)(:dn:2.4.6.8.10:=*",
    ),
    *("p00001)(member:1.2.840.113556.1.4.1941:=*", ">=p", "<=p", "~=p00001", "=p00001", "p>=a", "uid>=a", "=*"),
]
HALF_ESCAPES = [
    *(
        "\\",
        "\\\\",
        "\\2",
        "\\2a",
        "\\2A",
        "\\*",
        "\\28",
        "\\29",
        "\\5c",
        "\\00",
        "\\zz",
        "\\x2a",
        "p00001\\",
        "\\p00001",
    ),
    *("\\2a\\29\\28uid=\\2a", "%2a", "%2A%29%28uid=%2A", "&#42;", "\\u002a", "p00001\\20", "p00001\\00", "\\0", "\\g0"),
]
NULS = ["\x00", "p00001\x00", "\x00p00001", "p00001\x00)(uid=*", "p00001\x00@corp.example", "p\x0000001"]
CONTROLS = [
    "p00001\n",
    "\np00001x",
    "p00001\r\nuid: root",
    "p0\t0001",
    "p00001\x0b",
    "\x1b[2Jp00001",
    "\x7f",
    "p00001\x01",
]
NAMES_AS_DN = [
    *("uid=p00001,ou=people,dc=corp,dc=example", "cn=admin,dc=corp,dc=example", ",", "p00001,ou=people", "uid=bridge"),
    *(
        "p00001,dc=corp",
        '"p00001"',
        "p00001+cn=x",
        "<p00001>",
        "#04",
        "#0403666f6f",
        ";",
        "p00001;x",
        "dn:p00001",
        "u:p",
    ),
    *("ldap:///dc=corp,dc=example??sub?(uid=*)", "CORP\\p00001x", "CORP\\*", "p00001@corp.example@corp.example", "@"),
]
LOOK_ALIKES = [
    *(
        "р00001",
        "ｐ００００１",
        "p0000１",
        "p00001\u200b",
        "\u200bp00001",
        "p00001\u00ad",
        "p\u03000001",
        "ṗ00001",
        "p0000l",
    ),
    *(
        "p0000\u0661",
        "\ufeffp00001",
        "p00001\u202e",
        "\u202e10000p",
        "p00001\u0301",
        "𝐩00001",
        "ᵖ00001",
        "p00001\u2028",
    ),
    *("＊", "（uid=＊）", "p00001）（uid=＊", "\ue000", "\U0010ffff", "\ufffd", "\ufffe"),
]
NOT_TEXT = ["\ud800", "p00001\udcff", "\udfff\ud800", "\udc80" * 20]
LONG = ["p" * 512, "*" * 512, "(" * 400, "\\" * 500, "é" * 256, "p00001" + " " * 500 + "x", ")(uid=*" * 70, "é" * 255]
TEMPLATES = [
    *(
        "${jndi:ldap://127.0.0.1/x}",
        "{{7*7}}",
        "%s%s%n",
        "{0}",
        "$(id)",
        "`id`",
        "' OR '1'='1",
        "'; DROP TABLE person;--",
    ),
    *("../../etc/passwd", "<script>alert(1)</script>", "<!--p00001-->", "null", "None", "undefined", "true", "0", "-1"),
]
HOSTILE = [
    *(WILDCARDS + CLOSINGS + EXTENSIBLE + HALF_ESCAPES + NULS + CONTROLS + NAMES_AS_DN + LOOK_ALIKES),
    *(NOT_TEXT + LONG + TEMPLATES),
]


@pytest.fixture(scope="module")
def workplace(directory: slapd.Slapd) -> Iterator[LdapForm]:
    """The workplace of an administrator who knows nothing of attacks."""
    settings = LdapSettings(
        "ad", (directory.ldaps_url,), slapd.PEOPLE, slapd.BRIDGE_DN, "env:X", ca_file=directory.ca_file
    )
    opened = LdapForm(settings, lambda _reference: slapd.BRIDGE_PASSWORD, Brakes(), FakeClock())
    yield opened
    opened.close()


def test_how_many():
    """There are at least 150 of them, all different."""
    assert len(set(HOSTILE)) >= 150


@pytest.mark.peer("slapd")
@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:24])
def test_hostile_name(workplace: LdapForm, name: str):
    """A hostile name with somebody's right password is refused, or is that very person's own name (LD-01, LD-06).

    The directory itself ignores what RFC 4518 maps to nothing and compares compatibility forms as equal; that
    spelling must then lead to the one person it names, never to another.
    """
    try:
        login = workplace.check_password(name, slapd.PASSWORD)
    except SignInRefused as refused:
        assert refused.reason in {"unknown_user", "ambiguous_name", "empty_password", "not_utf8"}  # noqa: PT017
    else:
        assert name in LOOK_ALIKES + CONTROLS
        assert ("p00001",) == login.attributes["uid"]


@pytest.mark.parametrize("name", [one for one in HOSTILE if one not in NOT_TEXT], ids=lambda name: ascii(name)[:24])
@pytest.mark.parametrize("flavour", FLAVOURS.values(), ids=FLAVOURS)
def test_shape_of_filters(name: str, flavour: object):
    """Whatever is typed, a filter has the same brackets, no star, and attribute names of ours only (LD-01)."""
    innocent, hostile = (person_filter(flavour, flavour.names, typed) for typed in ("x", name))
    groups = groups_filter(flavour, [name])

    assert [innocent.count(mark) for mark in "()&|=*"] == [hostile.count(mark) for mark in "()&|=*"]
    assert groups_filter(flavour, ["x"]).count("(") == groups.count("(")
    assert "*" not in hostile


def test_escape():
    """Every octet that is not a plain letter, digit or `@._-+` is written as two hexadecimal digits (RFC 4515 3)."""
    assert r"\28\29\2a\5c\00\20\c3\a9a.b@c" == escape("()*\\\x00 éa.b@c")
