"""SAP SuccessFactors: EmpJob by OData 2 -> {"d": {"results": [...], "__count", "__next"}}.

`paging=snapshot` keeps the list of keys on their side, so that no row is lost or doubled between pages. Basic
authentication is gone there: a signed SAML assertion is exchanged for a token (RFC 7522).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sso_bridge.configuration.hr_sources.pull import NextLink, SuccessFactorsSource
from sso_bridge.hr.pull.description import Description, TokenCall, stated

COLUMNS: Mapping[str, str] = {
    "employee_number": "userId",
    "given_name": "userNav/firstName",
    "family_name": "userNav/lastName",
    "email": "userNav/email",
    "username": "userNav/username",
    "unit": "department",
    "title": "jobTitle",
    "manager": "managerId",
    "location": "location",
    "cost_centre": "costCenter",
    "legal_entity": "company",
    "hired_on": "employmentNav/startDate",
    "leaves_on": "employmentNav/endDate",
}
GRANT = "urn:ietf:params:oauth:grant-type:saml2-bearer"


def successfactors(source: SuccessFactorsSource, secret: Callable[[str], str]) -> Description:
    """Return the description. `managerId` can be a word such as NO_MANAGER, so it must name somebody."""
    base, columns = source.url.rstrip("/"), stated(COLUMNS, source.columns)
    selected = {*columns.values(), source.manager_key or "userId"}
    said = {"company_id": source.company, "client_id": source.client_id, "grant_type": GRANT}
    return Description(
        url=f"{base}/odata/v2/EmpJob",
        query={
            "$format": "json",
            "$inlinecount": "allpages",
            "paging": "snapshot",
            "$select": ",".join(sorted(selected)),
            "$expand": ",".join(sorted({path.rpartition("/")[0] for path in selected if "/" in path})),
        },
        rows="d/results",
        total="d/__count",
        columns=columns,
        paging=NextLink(style="next_link", next="d/__next"),
        access=TokenCall(f"{base}/oauth/token", {**said, "assertion": secret(source.assertion)}),
        statuses=source.statuses,
        manager_key=source.manager_key or "userId",
    )
