"""A provider that lies to the bridge, or somebody who speaks in its name."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sso_bridge.errors import SignInRefused, WorkplaceDown
from tests.fakes.openid_workplace import OpenIdWorkplace
from tests.lab.lies import LIES
from tests.lab.lying_op import LyingOp

WITH_USERINFO = {"userinfo": True}


@pytest.fixture
def op(clock) -> Iterator[LyingOp]:
    with LyingOp(clock) as op:
        yield op


def test_the_honest_one(op):
    """The provider all lies derive from signs its person in, with and without userinfo."""
    plain = OpenIdWorkplace(op).sign_in()
    more = OpenIdWorkplace(op, WITH_USERINFO).sign_in()

    assert ("ada-0001", op.issuer) == (plain.subject.value, plain.subject.qualifier)
    assert plain.subject == more.subject


@pytest.mark.parametrize("lie", [name for name in LIES if name != "none"])
def test_lie(op, lie):
    """Each lie ends in a refusal with its own reason, or in `workplace_down`, within a second (RP-01..04, OP-14)."""
    workplace = OpenIdWorkplace(op, WITH_USERINFO)
    op.lie = lie
    began = time.process_time()

    with pytest.raises((SignInRefused, WorkplaceDown)) as caught:
        workplace.sign_in()

    assert time.process_time() - began < 1
    assert LIES[lie].reason == getattr(caught.value, "reason", "")
    assert caught.value.cause
    assert "evil" not in caught.value.cause
