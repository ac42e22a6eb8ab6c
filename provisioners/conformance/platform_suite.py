"""The conformance suite: inherit a class, give the fixtures, keep every promise.

class TestForum(HttpPlatformSuite):
    kind = "forum"

    @pytest.fixture
    def connector(self): ...
"""

from __future__ import annotations

from typing import ClassVar

import pytest

from provisioners.conformance import sample
from provisioners.conformance.account_promises import AccountPromises
from provisioners.conformance.group_promises import GroupPromises
from provisioners.conformance.sample import Sample
from provisioners.conformance.wire_promises import WirePromises
from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.register import PLATFORMS


class PlatformSuite(AccountPromises, GroupPromises):
    """All promises that need no wire. `kind` is the name in the register."""

    kind: ClassVar[str]

    @pytest.fixture
    def descriptor(self) -> Descriptor:
        """Return the facts about this kind."""
        return PLATFORMS[self.kind].descriptor

    @pytest.fixture
    def account(self) -> Sample:
        """Return what makes the people of a test."""
        return sample.account

    @pytest.fixture
    def unknown_member(self) -> str:
        """Return an id that no account has, as the platform would write it."""
        return "no-such-account"


class HttpPlatformSuite(PlatformSuite, WirePromises):
    """All promises, for a platform that is spoken to over HTTP."""
