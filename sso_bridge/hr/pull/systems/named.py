"""Which description belongs to which kind of source."""

from __future__ import annotations

from collections.abc import Callable

from sso_bridge.configuration.hr_sources.pull import (
    AfasSource,
    BambooSource,
    PersonioSource,
    PulledSource,
    SuccessFactorsSource,
    WorkdaySource,
)
from sso_bridge.hr.pull.description import Description
from sso_bridge.hr.pull.systems.afas import afas
from sso_bridge.hr.pull.systems.bamboohr import bamboohr
from sso_bridge.hr.pull.systems.personio import personio
from sso_bridge.hr.pull.systems.rest import rest
from sso_bridge.hr.pull.systems.successfactors import successfactors
from sso_bridge.hr.pull.systems.workday import workday


def describe(source: PulledSource, secret: Callable[[str], str]) -> Description:
    """Return the description of a source, with its secrets resolved."""
    match source:
        case AfasSource():
            return afas(source, secret)
        case WorkdaySource():
            return workday(source, secret)
        case SuccessFactorsSource():
            return successfactors(source, secret)
        case BambooSource():
            return bamboohr(source, secret)
        case PersonioSource():
            return personio(source, secret)
        case _:
            return rest(source, secret)
