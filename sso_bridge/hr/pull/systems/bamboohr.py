"""BambooHR: POST /api/v2/datasets/NAME/data with fields and a page -> {"data": [{"fields": {...}}], "meta": {...}}."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sso_bridge.configuration.hr_sources.pull import BambooSource, Numbered
from sso_bridge.hr.pull.description import Description, basic, stated

COLUMNS: Mapping[str, str] = {
    "employee_number": "employeeNumber",
    "given_name": "firstName",
    "family_name": "lastName",
    "email": "email",
    "unit": "jobInformationDepartment",
    "title": "jobInformationJobTitle",
    "location": "jobInformationLocation",
    "hired_on": "hireDate",
    "status": "status",
}


def bamboohr(source: BambooSource, secret: Callable[[str], str]) -> Description:
    """Return the description. The key is the user, and the password says nothing."""
    columns = stated(COLUMNS, source.columns)
    wanted = {*columns.values(), *([source.manager_key] if source.manager_key else [])}
    return Description(
        url=f"https://{source.company}.bamboohr.com/api/v2/datasets/{source.dataset}/data",
        body={"fields": sorted(wanted)},
        rows="data",
        total="meta/totalItems",
        columns={column: f"fields/{name}" for column, name in columns.items()},
        paging=Numbered(style="page", page="page", size="pageSize", per_page=source.per_page),
        access=basic(secret(source.api_key), "x"),
        statuses={"Active": "active", "Inactive": "inactive", **source.statuses},
        manager_key=source.manager_key and f"fields/{source.manager_key}",
    )
