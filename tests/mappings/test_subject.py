"""Subjects."""

from __future__ import annotations

import pytest

from mappings.subject import subject_for
from tests.fakes.org import UUID

SECRET = b"s" * 32
ANN = UUID.format(2)


def test_pairwise():
    """IDP-07: two platforms get different subjects of one person, and each always the same."""
    one, other = subject_for(SECRET, "chat", ANN), subject_for(SECRET, "wiki", ANN)

    assert one != other
    assert one == subject_for(SECRET, "chat", ANN.upper())
    assert ANN not in one
    assert one == one.lower()
    assert 32 == len(one)
    assert one != subject_for(b"t" * 32, "chat", ANN)


def test_parts_do_not_run_together():
    """No platform name can be made up that gives another platform's subject."""
    assert subject_for(SECRET, "a", ANN) != subject_for(SECRET, "a\x1f", ANN)


def test_public():
    """A platform may be given the public id instead."""
    assert ANN == subject_for(b"", "chat", ANN, "uuid")


@pytest.mark.parametrize(
    "wrong", [(b"short", "chat", ANN), (SECRET, "", ANN), (SECRET, "chat", "1"), (SECRET, "chat", "admin")]
)
def test_refused(wrong):
    """ID-03: a weak secret, no platform, or an id that is not ours makes no subject."""
    with pytest.raises(ValueError):
        subject_for(*wrong)
