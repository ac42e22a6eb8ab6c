"""The whole document: every mistake at once, with its path."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.errors import MappingError
from sso_bridge.configuration.document.files import read_text
from sso_bridge.configuration.document.parse import parse
from tests.sso_bridge.configuration.documents import changed, whole


def problems(document):
    """Return the problems as {path: text}."""
    with pytest.raises(MappingError) as caught:
        parse(document)
    return {problem.path: str(problem) for problem in caught.value.problems}


def test_whole_document():
    """The document of the handbook is good, with a preset laid under a mapping."""
    checked = parse(whole())

    assert ("wiki", "chat") == checked.rules.platforms
    assert "scim" == checked.configuration.platforms["chat"].connector
    assert {"userName", "displayName"} == set(checked.rules.strengths("wiki"))
    assert parse({}).rules.platforms == ()


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("workplace", {}, "workplace: unknown key (did you mean workplaces?)"),
        ("workplaces/ad/url", "x", "workplaces.ad.url: unknown key (did you mean urls?)"),
        ("workplaces/ad/base_dn", ..., "workplaces.ad.base_dn: is missing"),
        ("workplaces/ad/urls", ["http://x"], "workplaces.ad.urls[0]: must be ldaps://HOST"),
        ("workplaces/ad/kind", "ldpa", "workplaces.ad.kind: unknown kind (did you mean ldap?)"),
        ("workplaces/ad/kind", ["ldap"], "workplaces.ad.kind: unknown kind"),
        ("workplaces/ad", 5, "workplaces.ad: must be a mapping"),
        ("workplaces/Bad Name", {"kind": "file", "path": "x"}, "workplaces.Bad Name: a name has small letters"),
        ("platforms/chat/mapping", "caht", "platforms.chat.mapping: unknown mapping caht (did you mean chat?)"),
        ("platforms/chat/mapping", ..., "platforms.chat.mapping: is missing"),
        ("platforms/chat/enabled", "yes", "platforms.chat.enabled: must be a valid boolean"),
        ("platforms/chat/login/redirect_uris", [], "platforms.chat.login.redirect_uris: "),
        ("platforms/chat/login/client_secret", ..., "platforms.chat.login: a client has secrets"),
        ("platforms/chat/login/scopes", ["opnid"], "platforms.chat.login: unknown scope opnid"),
        ("platforms/chat/login/protocol", "ws_federation", "platforms.chat.login.protocol: is not yet supported"),
        ("platforms/wiki/login/sign", ["all"], "platforms.wiki.login.sign[0]: must be 'response' or 'assertion'"),
        ("platforms/wiki/login/relay_state", "a\nb", "platforms.wiki.login.relay_state: "),
        ("platforms/wiki/login/launch_url", "javascript:x", "platforms.wiki.login.launch_url: must be an address"),
        ("platforms/chat/provisioning/connector", "slak", "platforms.chat.provisioning.connector: unknown connector"),
        ("platforms/chat/provisioning/calls_per_second", 0, "platforms.chat.provisioning.calls_per_second: must be a number above 0"),
        ("platforms/chat/provisioning/urll", "x", "platforms.chat.provisioning.urll: unknown key (did you mean url?)"),
        ("platforms/chat/provisioning/url", "", "platforms.chat.provisioning.url: is missing"),
        ("mappings/chat/attributes/userName", ..., "mappings.chat.attributes.userName: is missing: scim of platform chat needs it"),
        ("mappings/chat/attributes/title", "person.titel", "mappings.chat.attributes.title:1:7: undefined field 'titel'"),
        ("mappings/chat/preset", "scmi", "mappings.chat.preset: unknown preset (did you mean scim?)"),
        ("mappings/chat/examples", [{"person": {}, "expect": {"displayName": "X"}}], "mappings.chat.examples[0].expect.displayName:1:1: expected 'X'"),
        ("groups/units/on", ["caht"], "groups.units.on: unknown platform caht (did you mean chat?)"),
        ("guards/caht", {}, "guards.caht: unknown platform (did you mean chat?)"),
        ("guards/default/suspnd", {}, "guards.default.suspnd: unknown key (did you mean suspend?)"),
        ("guards/default/suspend", {"percent": 120}, "guards.default.suspend.percent: must be less than or equal to 100"),
        ("guards/chat/feed_shrink", {"percent": 2}, "guards.chat.feed_shrink: cannot be set for one platform (a feed"),
        ("guards/chat/people_changed", {"percent": 2}, "guards.chat.people_changed: cannot be set for one platform"),
        ("guards/default/people_changed", {"percent": 6}, "guards.default.people_changed.percent: must be less than"),
        ("guards/default/people_changed", {"window": "24h"}, "guards.default.people_changed.window: unknown key"),
        ("guards/default/feed_shrink", {"count": 9}, "guards.default.feed_shrink.count: unknown key"),
        ("guards/default/suspend", {"window": "soon"}, "guards.default.suspend.window: must be a span"),
        ("hr_sources/payroll/columns", {"emplyee_number": "x"}, "hr_sources.payroll.columns.emplyee_number: unknown key"),
        ("hr_sources/payroll/complete", {"min_procent": 1}, "hr_sources.payroll.complete.min_procent: unknown key (did you mean min_percent?)"),
        ("targets/everyone_in/platform", "caht", "targets.everyone_in.platform: unknown platform"),
        ("targets/everyone_in/goal", 98, "targets.everyone_in.goal: must be less than or equal to 1"),
        ("targets/everyone_in/due", "soon", "targets.everyone_in.due: must be a valid date"),
    ],
)  # fmt: skip
def test_mistake(path, value, told):
    """AD-03: each kind of mistake is told with its path and what was probably meant."""
    assert any(text.startswith(told) for text in problems(changed(path, value)).values())


def test_all_at_once():
    """Mistakes of the schema, between parts, in expressions and secrets are told together."""
    document = changed("workplaces/ad/bind_password", "hunter2")
    document["mappings"]["chat"]["attributes"]["title"] = "person.titel"
    document["targets"]["everyone_in"]["platform"] = "x"
    document["nonsense"] = 1

    assert {
        "workplaces.ad.bind_password",
        "mappings.chat.attributes.title",
        "targets.everyone_in.platform",
        "nonsense",
    } == set(problems(document))


@pytest.mark.parametrize(
    "path",
    ["workplaces/ad/bind_password", "platforms/chat/login/client_secret", "platforms/chat/login/previous_client_secret",
     "platforms/chat/provisioning/token"],
)  # fmt: skip
@pytest.mark.parametrize(
    "secret", ["hunter2-planted", "ENV:hunter2-planted", "file:", "$hunter2-planted", 5, ["hunter2-planted"]]
)
def test_plain_secret(path, secret):
    """AD-06: a secret in plain text is refused, and the refusal does not repeat it."""
    told = problems(changed(path, secret))

    assert path.replace("/", ".") in told
    assert "planted" not in " ".join(told.values())


def test_hashed_secret():
    """A generated client secret may stand as its SHA-256."""
    assert parse(changed("platforms/chat/login/client_secret", "sha256:" + "0" * 64))


def test_same_client_twice():
    """Two platforms cannot share a client_id: a code would be worth something at the other."""
    document = whole()
    document["platforms"]["talk"] = {"login": document["platforms"]["chat"]["login"], "mapping": "chat"}

    assert {"platforms.chat.login.client_id", "platforms.talk.login.client_id"} == set(problems(document))


def test_preset_is_laid_under():
    """Own attributes win over the preset's, null takes one away, and the preset's examples do not bind."""
    own = {"preset": "scim", "attributes": {"title": None, "displayName": "person.sortName"}, "release": ["email"]}
    checked = parse(changed("mappings/chat", own))
    held = checked.rules.strengths("chat")

    assert "title" not in held
    assert "userName" in held
    assert ("email",) == checked.rules.behind("chat").mapping.release


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES = ["workplaces", "workplaces/ad", "workplaces/ad/urls", "platforms", "platforms/chat", "platforms/chat/login",
          "platforms/chat/login/redirect_uris", "platforms/chat/provisioning", "platforms/chat/mapping", "mappings",
          "mappings/chat", "mappings/chat/for", "mappings/chat/attributes", "mappings/chat/attributes/title",
          "mappings/chat/release", "mappings/chat/leaver", "mappings/chat/examples", "groups", "groups/units",
          "groups/units/on", "groups/units/members", "groups/units/owners", "guards", "guards/default",
          "guards/default/suspend", "hr_sources/payroll", "hr_sources/payroll/columns", "targets/everyone_in"]  # fmt: skip


@given(st.sampled_from(PLACES), ANYTHING)
@settings(max_examples=60, deadline=None)
def test_anything_anywhere(path, value):
    """AD-03: whatever stands wherever is either good or told as problems; nothing else comes out."""
    with suppress(MappingError):
        assert parse(changed(path, value)).rules


def test_yaml_and_json_agree():
    """The same document in both notations is the same configuration."""
    assert parse(whole()).configuration == parse(read_text(json.dumps(whole()))).configuration
