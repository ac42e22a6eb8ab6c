"""Every kind in the register is as described, and keeps the promises."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from provisioners.conformance.platform_suite import PlatformSuite
from provisioners.errors import NeedsAdmin
from provisioners.platforms.contract import HasDeletion
from provisioners.platforms.register import PLATFORMS, descriptor
from tests.provisioners.platforms.opened import TOKEN, opened

SETTINGS = {
    "matrix_synapse": {"url": "https://chat.corp.example", "auth_provider": "oidc-bridge"},
    "memory": {},
    "scim": {"url": "https://chat.corp.example/scim/v2"},
}


def _opened(kind, **settings):
    given = {**SETTINGS[kind], **settings}
    return opened(kind, **given)


def _conformance_classes(start=PlatformSuite):
    for child in start.__subclasses__():
        yield child
        yield from _conformance_classes(child)


def test_no_connector_without_conformance():
    """Each kind in the register has a class that inherits the promises, and no class is about an unknown kind."""
    here = Path(__file__).parent
    for path in here.rglob("test_*.py"):
        importlib.import_module(
            ".".join(("tests.provisioners.platforms", *path.relative_to(here).with_suffix("").parts))
        )

    kinds = {kind for one in _conformance_classes() if (kind := getattr(one, "kind", None))}

    assert set(PLATFORMS) == kinds


@pytest.mark.parametrize("kind", PLATFORMS)
def test_descriptor_is_true(kind):
    """A descriptor names what is required, secret, fixed and referred to only among what the kind knows."""
    facts = descriptor(kind)

    assert kind == facts.name
    assert facts.required | facts.fixed | facts.lowered | facts.references <= facts.attributes
    assert facts.secrets <= set(facts.settings)
    assert facts.deletes == isinstance(_opened(kind), HasDeletion)


def test_unknown_kind():
    """An unknown kind is refused with the names of those there are."""
    with pytest.raises(NeedsAdmin) as caught:
        descriptor("frum")

    assert "use one of: matrix_synapse, memory, scim" == caught.value.hint


@pytest.mark.parametrize("kind", ["matrix_synapse", "scim"])
def test_missing_setting(kind):
    """What is missing is named before anything is sent."""
    with pytest.raises(NeedsAdmin) as caught:
        opened(kind)

    assert "url" in caught.value.hint


@pytest.mark.parametrize("kind", ["matrix_synapse", "scim"])
@pytest.mark.parametrize("name", ["verify", "insecure", "tls"])
def test_no_switch_turns_a_check_off(kind, name):
    """A setting that nobody knows is refused, so none can quietly weaken TLS (CR-05)."""
    with pytest.raises(NeedsAdmin):
        _opened(kind, **{name: False})


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("scim", {"page_size": 0}),
        ("scim", {"page_size": "all"}),
        ("scim", {"members_per_call": True}),
        ("matrix_synapse", {"auth_provider": "bridge"}),
        ("matrix_synapse", {"owner_level": 101}),
        ("matrix_synapse", {"federate": "no"}),
        ("matrix_synapse", {"alias_prefix": "#evil:elsewhere"}),
    ],
)
def test_unusable_setting(kind, settings):
    """A setting outside its bounds is refused with what it may be."""
    with pytest.raises(NeedsAdmin) as caught:
        _opened(kind, **settings)

    assert caught.value.hint


def test_secret_does_not_show():
    """Neither the connector nor its line shows the token (AD-12, PR-12)."""
    connector = _opened("scim")

    assert TOKEN not in repr(vars(connector)) + repr(vars(connector._http))
