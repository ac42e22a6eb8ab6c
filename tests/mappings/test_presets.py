"""The starting mappings that come with the product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.rules import compile_rules
from sso_bridge.configuration.document.presets import presets
from tests.fakes.org import ANN, company


@pytest.mark.parametrize("name", sorted(presets()))
def test_preset(name):
    """Each preset compiles, its examples hold, and an employee gets a user name and a name."""
    rules = compile_rules({"platforms": {"p": {"mapping": name}}, "mappings": {name: presets()[name]}})
    found = rules.outcome("p", replace(ANN, username="asmit"), company())

    assert presets()[name]["examples"]
    assert found.attributes["userName"]
    assert "Ann Smit" == found.claims["name"]


def test_which():
    """There is one for every connector, and one for platforms that only sign in."""
    assert {"scim", "matrix_synapse", "saml_default"} <= set(presets())
