"""Claims: a closed table, an allow-list per mapping, nothing that gives rights."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.claims import CLAIMS, COMPUTED, MANAGER_RELEASED, WITHHELD, refused_attribute
from mappings.errors import MappingError
from mappings.facts import TYPES, VARIABLES
from mappings.rules import compile_rules
from tests.fakes.org import ANN, company


def outcome(person=ANN, **mapping):
    """Return what a mapping of these parts gives."""
    rules = compile_rules({"platforms": {"p": {"mapping": "m"}}, "mappings": {"m": mapping}})
    return rules.outcome("p", person, company())


def test_every_fact_is_decided_upon():
    """IDP-07: each fact that expressions see is either a claim or withheld, never both, never forgotten."""
    facts = {"assignments"}
    for name in ("person", "primary", "unit", "group"):
        for fact, text in TYPES[VARIABLES[name]].items():
            facts |= {f"{name}.{fact}.{inner}" for inner in TYPES[text]} if text in TYPES else {f"{name}.{fact}"}
    released = {claim.fact for claim in CLAIMS.values()}

    assert MANAGER_RELEASED == {fact for fact in released if fact.startswith("manager.")}
    assert facts == (released - MANAGER_RELEASED) | WITHHELD
    assert not released & WITHHELD


def test_only_what_is_on_the_list():
    """IDP-07: a claim leaves only when the mapping releases it; without a list nothing leaves."""
    assert {} == outcome(attributes={"userName": "person.email"}).claims
    assert {"email": "E2@Example.org"} == outcome(release=["email"]).claims


def test_every_claim_has_a_value_and_a_source():
    """All claims of the table can be released, each with its rule."""
    everything = [*CLAIMS, *sorted(COMPUTED)]
    found = outcome(replace(ANN, preferred_name="Annie", username="asmit"), release=everything)

    assert {"organization", "location", "cost_centre", "unit_kind"} == set(everything) - set(found.claims)
    assert set(everything) == set(found.sources)


def test_verified_address():
    """`email_verified` is true only for the address HR states, not for one a rule made up."""
    released = ["email", "email_verified"]

    assert outcome(release=released).claims["email_verified"] is True
    assert outcome(release=released, attributes={"email": "'x@y.z'"}).claims["email_verified"] is False
    assert {"email_verified": False} == outcome(replace(ANN, email=""), release=released).claims


def test_mapped_value_goes_first():
    """A claim takes the value of its mapped attribute, also under SCIM's name, so that sign-in and account agree."""
    found = outcome(attributes={"name.givenName": "'Zoe'", "colour": "'red'"}, release=["given_name", "colour"])

    assert {"given_name": "Zoe", "colour": "red"} == found.claims
    assert "mappings.m.attributes.name.givenName" == found.sources["given_name"]


@pytest.mark.parametrize(
    "name",
    ["roles", "role", "Is_Admin", "isAdmin", "admin", "roles[primary eq true].value", "user.is_superuser", "entitlements",
     "urn:x:User:roles", "sub", "iss", "amr", "active", "externalId", "id", "password", "trust_level", "groups"],
)  # fmt: skip
def test_rights_are_no_attributes(name):
    """PR-01: no mapping fills an attribute that gives rights, or one that is ours or the protocol's."""
    with pytest.raises(MappingError, match="cannot be filled by a mapping"):
        outcome(attributes={name: "primary.title"})


@pytest.mark.parametrize(
    "name", ["userName", "name.givenName", "emails", "userType", "urn:ietf:params:scim:schemas:x:manager"]
)
def test_plain_attributes(name):
    """Ordinary attributes are not mistaken for rights."""
    assert not refused_attribute(name)


@pytest.mark.parametrize("name", ["sub", "aud", "person.uuid", "uuid", "hiredOn", "admin"])
def test_what_can_never_be_released(name):
    """IDP-07: protocol claims and withheld facts are not on the list of what can be released."""
    with pytest.raises(MappingError, match="there is no claim"):
        outcome(release=[name])
