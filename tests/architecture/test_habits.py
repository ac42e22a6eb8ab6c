"""Randomness, comparisons and TLS, in every line of the product."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture import house
from tests.architecture.habits import guessable, leaking, unverified

NO_SECRET = {"sso_bridge/demo/company.py", "sso_bridge/jobs/assembly.py"}
"""Where chance decides nothing that matters: made-up names, and how long to wait before trying again."""
PRODUCT = sorted(house.modules("sso_bridge", "provisioners", "mappings"))


def found_by(scan):
    """Return file:line of everything the scan finds in the product."""
    for path in PRODUCT:
        file = str(path.relative_to(house.ROOT))
        for place in scan(ast.parse(Path(path).read_text())):
            yield f"{file}:{place}"


def test_randomness():
    """CR-03: everything random comes from the system, but for made-up names and waiting times."""
    assert [] == [place for place in found_by(guessable) if place.split(":")[0] not in NO_SECRET]


def test_comparisons():
    """CR-03: nothing that could be guessed letter by letter is compared by `==`."""
    assert [] == list(found_by(leaking))


def test_tls():
    """CR-05: nowhere is a certificate or host name not checked, and no switch is there to do it."""
    assert [] == list(found_by(unverified))


@pytest.mark.parametrize(
    ("scan", "line"),
    [
        (guessable, "import random"),
        (guessable, "import secrets, random as r"),
        (guessable, "from random import choice"),
        (guessable, "x = uuid.uuid1()"),
        (leaking, "ok = given == self.secret"),
        (leaking, "if client_secret != other: pass"),
        (leaking, "ok = token == kept"),
        (leaking, "ok = grant.code_challenge == made"),
        (unverified, "requests.get(url, verify=False)"),
        (unverified, "Pool(cert_reqs=None)"),
        (unverified, "context.check_hostname = False"),
        (unverified, "context.verify_mode = ssl.CERT_NONE"),
        (unverified, "ssl._create_unverified_context()"),
        (unverified, "Tls(validate=CERT_NONE)"),
    ],
)
def test_the_scan_sees(scan, line):
    """CR-03, CR-05: planted examples are found, so that an empty list means something."""
    assert list(scan(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["a = hmac.compare_digest(secret, x)", "b = kind == 'token'", "requests.get(u, verify=ca)"]
)
def test_the_scan_lets_pass(line):
    """What is right is no finding."""
    tree = ast.parse(line)

    assert not [*guessable(tree), *leaking(tree), *unverified(tree)]
