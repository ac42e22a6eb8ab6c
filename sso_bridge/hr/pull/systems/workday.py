"""Workday: a report as a service, GET with format=json -> {"Report_Entry": [{...}]}, all of it in one answer."""

from __future__ import annotations

from collections.abc import Callable

from sso_bridge.configuration.hr_sources.pull import OnePage, WorkdaySource
from sso_bridge.hr.pull.description import Description
from sso_bridge.hr.pull.systems.rest import access


def workday(source: WorkdaySource, secret: Callable[[str], str]) -> Description:
    """Return the description."""
    return Description(
        url=source.url,
        query={**source.query, "format": "json"},
        rows="Report_Entry",
        columns=source.columns,
        paging=OnePage(style="none"),
        access=access(source.auth, secret),
        statuses=source.statuses,
        manager_key=source.manager_key,
    )
