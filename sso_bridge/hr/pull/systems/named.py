"""Which description belongs to which kind of source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sso_bridge.configuration.hr_sources.pull import (
    AfasSource,
    BambooSource,
    EntraPeopleSource,
    PersonioSource,
    PulledSource,
    RestSource,
    SuccessFactorsSource,
    WorkdaySource,
)
from sso_bridge.hr.pull.description import Description
from sso_bridge.hr.pull.systems.afas import afas
from sso_bridge.hr.pull.systems.bamboohr import bamboohr
from sso_bridge.hr.pull.systems.entra import entra_people
from sso_bridge.hr.pull.systems.personio import personio
from sso_bridge.hr.pull.systems.rest import rest
from sso_bridge.hr.pull.systems.successfactors import successfactors
from sso_bridge.hr.pull.systems.workday import workday

KNOWN: Final[Mapping[type[PulledSource], Callable[[Any, Callable[[str], str]], Description]]] = {
    AfasSource: afas,
    WorkdaySource: workday,
    SuccessFactorsSource: successfactors,
    BambooSource: bamboohr,
    PersonioSource: personio,
    EntraPeopleSource: entra_people,
    RestSource: rest,
}


def describe(source: PulledSource, secret: Callable[[str], str]) -> Description:
    """Return the description of a source, with its secrets resolved."""
    return KNOWN[type(source)](source, secret)
