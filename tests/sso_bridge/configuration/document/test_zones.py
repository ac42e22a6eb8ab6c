"""The part `zones` of the document."""

from __future__ import annotations

import pytest

from mappings.errors import MappingError
from sso_bridge.configuration.changing.basis import basis_of
from sso_bridge.configuration.changing.weighing import touches_limits
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.live import Live

OFFICES = {"by": "country", "values": {"US": "America/New_York", "CW": "America/Curacao"}}


def test_read():
    """What HR says of a job leads to a zone; everybody else is at home, also without the part."""
    zones = parse({"zones": OFFICES}).configuration.zones.around("Europe/Amsterdam")

    assert ("Europe/Amsterdam", "America/Curacao", "America/New_York") == zones.names
    assert ("country", (("CW", "America/Curacao"), ("US", "America/New_York"))) == (zones.by, zones.places)
    assert ("UTC",) == parse({}).configuration.zones.around("UTC").names


@pytest.mark.parametrize(
    ("stated", "path"),
    [
        ({"values": {"New York": "America/NewYork"}}, "zones.values.New York"),
        ({"values": {"New York": "../../etc/passwd"}}, "zones.values.New York"),
        ({"values": {"New York": ""}}, "zones.values.New York"),
        ({"by": "unit"}, "zones.by"),
        ({"places": {}}, "zones.places"),
        ("Europe/Amsterdam", "zones"),
    ],
)
def test_mistakes(stated, path):
    """A zone that there is not is refused when it is saved, with its path (AD-03)."""
    with pytest.raises(MappingError) as caught:
        parse({"zones": stated})

    assert [path] == [each.path for each in caught.value.problems]


def test_takes_two_people():
    """When somebody's last day ends is as much a limit as the guards are (AD-08)."""
    assert touches_limits({}, {"zones": OFFICES})


def test_plans_rest_on_them():
    """A plan that was made by other zones is not carried out any more (PR-03)."""
    document = {
        "platforms": {"chat": {"provisioning": {"connector": "memory"}, "mapping": "all"}},
        "mappings": {"all": {"attributes": {"userName": "person.email"}}},
    }

    def basis(stated):
        checked = parse(stated)
        return basis_of(Live(1, checked.configuration, checked.rules, stated), "chat")

    assert basis(document) != basis(document | {"zones": OFFICES})
