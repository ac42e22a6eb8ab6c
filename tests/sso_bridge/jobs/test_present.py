"""What HR and the rules say at the moment of a call."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mappings.days import Zones
from provisioners.sync.rollout.contract import Basis
from sso_bridge.jobs.present import PresentFacts
from sso_bridge.store.staff.people import People

JULY_1 = date(2026, 7, 1)
NEW_YORK = "America/New_York 2026-06-30"


@pytest.mark.parametrize(
    ("basis", "is_same"),
    [
        (Basis(JULY_1, 1, 0, elsewhere=NEW_YORK), True),
        (Basis(JULY_1, 1, 0), False),
        (Basis(JULY_1, 1, 1, elsewhere=NEW_YORK), False),
        (Basis(date(2026, 6, 30), 1, 0, elsewhere=NEW_YORK), False),
    ],
    ids=["the-same-moment", "made-after-midnight-in-new-york", "another-organisation", "made-before-midnight-at-home"],
)
def test_same(store, clock, basis, is_same):
    """What gives is derived anew as soon as it is another date for anybody than when the plan was made (PR-11)."""
    zones = Zones("Europe/Amsterdam", "location", (("New York", "America/New_York"),))
    clock.now = datetime(2026, 7, 1, 3, 59, tzinfo=UTC)
    present = PresentFacts(
        People(store, clock),
        lambda: zones.at(clock()),
        lambda: None,
        lambda _: None,
        lambda *_: False,
        lambda *_: False,
    )

    assert is_same is present.is_same(basis)
