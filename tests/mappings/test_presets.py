"""The starting mappings that come with the product."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mappings.rules import compile_rules
from provisioners.platforms.register import PLATFORMS
from sso_bridge.configuration.document.model import LOGINS
from sso_bridge.configuration.document.presets import presets
from tests.fakes.org import ANN, EVE, company

NAMES = sorted(presets())
PAGE = (Path(__file__).parents[2] / "docs" / "platforms" / "presets.md").read_text()
ROWS = {row[0]: row for row in re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)}
NEVER_DELETED = {"slack", "linkedin", "zulip", "meta_work", "nextcloud", "mattermost", "discourse", "humhub"}
"""Platforms that cannot delete, of which nobody knows whether they can, or where files would be lost."""


def compiled(name):
    """Return the rules of one platform with this preset."""
    return compile_rules({"platforms": {"p": {"mapping": name}}, "mappings": {name: presets()[name]}})


@pytest.mark.parametrize("name", NAMES)
def test_preset(name):
    """Each preset compiles, its examples hold, and an employee gets a name to sign in with and a name to be seen by."""
    found = compiled(name).outcome("p", replace(ANN, username="asmit"), company())

    assert len(presets()[name]["examples"]) >= 2
    assert found.attributes.get("userName") or found.attributes["userPrincipalName"]
    assert "Ann Smit" in {*found.claims.values(), *found.attributes.values()}
    assert {"email", "preferred_username"} & found.claims.keys()


@pytest.mark.parametrize("name", NAMES)
def test_nobody_without_names(name):
    """Somebody of whom HR says nearly nothing gets empty values, never an error and never another one's."""
    bare = replace(EVE, given_name="", family_name="", email="", username="")

    found = compiled(name).outcome("p", bare, company())

    assert found.in_scope
    assert not {"None", "null"} & set(map(str, found.attributes.values()))


@pytest.mark.parametrize("name", NAMES)
def test_for_its_connector(name):
    """What the page says of a preset is so: its connector takes every attribute, its protocols are those we speak."""
    _, _, sign_in, accounts, leavers = ROWS[name]
    body = presets()[name]

    for connector in re.findall(r"`(\w+)`", accounts):
        descriptor = PLATFORMS[connector].descriptor
        assert body["attributes"].keys() <= descriptor.attributes
        assert descriptor.required <= body["attributes"].keys()
    assert set(re.findall(r"`(\w+)`", sign_in)) <= LOGINS.keys()
    steps = [step.do for step in compiled(name).leaver("p").steps]
    assert ("suspended" in leavers, "deleted" in leavers) == ("suspend" in steps, "delete" in steps)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_deleted_unasked(name):
    """No preset deletes where the platform cannot, where nobody knows, or where files would go with the account."""
    steps = [step.do for step in compiled(name).leaver("p").steps]

    assert name not in NEVER_DELETED or "delete" not in steps


def test_which():
    """There is one for every connector, for every platform of the manual, and for those that only sign in."""
    assert {"scim", "matrix_synapse", "saml_default", "oidc_default"} <= set(NAMES)
    assert set(NAMES) == ROWS.keys()


@pytest.mark.parametrize(
    ("name", "attribute", "username", "value"),
    [
        ("slack", "userName", "Jürgen van het Hoff-de Vries", "jurgen.van.het.hoff-d"),
        ("mattermost", "userName", "Jürgen van het Hoff-de Vries", "jurgen.van.het.hoff-de"),
        ("discourse", "userName", "Jürgen van het Hoff-de Vries", "jurgen_van_het_hoff-"),
        ("rocket_chat", "userName", "", "e2"),
    ],
)
def test_names_fit(name, attribute, username, value):
    """User names are as long, and of such letters, as the platform takes."""
    found = compiled(name).outcome("p", replace(ANN, username=username), company())

    assert value == found.attributes[attribute]
