"""Personio: GET /v1/company/employees with offset and limit -> {"metadata": {...}, "data": [{"attributes": {...}}]}."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sso_bridge.configuration.hr_sources.pull import Offset, PersonioSource
from sso_bridge.hr.pull.description import Description, TokenCall, stated

BASE = "https://api.personio.de/v1"
COLUMNS: Mapping[str, str] = {
    "employee_number": "attributes/id/value",
    "given_name": "attributes/first_name/value",
    "family_name": "attributes/last_name/value",
    "email": "attributes/email/value",
    "unit": "attributes/department/value/attributes/name",
    "title": "attributes/position/value",
    "manager": "attributes/supervisor/value/attributes/id/value",
    "location": "attributes/office/value/attributes/name",
    "hired_on": "attributes/hire_date/value",
    "leaves_on": "attributes/termination_date/value",
    "status": "attributes/status/value",
}
STATUSES: Mapping[str, str] = {"onboarding": "active"}


def personio(source: PersonioSource, secret: Callable[[str], str]) -> Description:
    """Return the description. They give a hundred on one page at most."""
    said = {"client_id": source.client_id, "client_secret": secret(source.client_secret)}
    return Description(
        url=f"{BASE}/company/employees",
        rows="data",
        total="metadata/total_elements",
        columns=stated(COLUMNS, source.columns),
        paging=Offset(style="offset", per_page=source.per_page),
        access=TokenCall(f"{BASE}/auth", said, as_json=True, answer="data/token"),
        statuses={**STATUSES, **source.statuses},
        manager_key=source.manager_key or "attributes/id/value",
    )
