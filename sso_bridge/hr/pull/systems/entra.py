"""Microsoft Entra ID: GET /users with $expand=manager -> {"value": [...], "@odata.nextLink"}; changes by /users/delta.

Graph tells how many there are only out of an index that lags, so everybody is read twice instead. `/users/delta`
ignores `$expand`, and gives parts of what changed: it is asked for ids, and those are read as everybody is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import requests

from provisioners.errors import FeedRefused
from sso_bridge.configuration.hr_sources.pull import EntraPeopleSource, NextLink
from sso_bridge.errors import BridgeError
from sso_bridge.hr.pull.description import Changes, Description, Minted, stated
from sso_bridge.login.authenticate.entra.microsoft import own_token
from sso_bridge.login.authenticate.entra.settings import CLOUDS

COLUMNS: Mapping[str, str] = {
    "employee_number": "employeeId",
    "given_name": "givenName",
    "family_name": "surname",
    "email": "mail",
    "username": "userPrincipalName",
    "kind": "employeeType",
    "unit": "department",
    "title": "jobTitle",
    "manager": "manager/employeeId",
    "location": "officeLocation",
    "country": "country",
    "legal_entity": "companyName",
    "cost_centre": "employeeOrgData/costCenter",
    "hired_on": "employeeHireDate",
    "leaves_on": "employeeLeaveDateTime",
    "status": "accountEnabled",
}
STATUSES: Mapping[str, str] = {"true": "active", "false": "inactive"}
MANAGER = "manager"


def entra_people(source: EntraPeopleSource, secret: Callable[[str], str]) -> Description:
    """Return the description. An account without an employee number is no employee."""
    cloud = CLOUDS[source.cloud]
    users = f"https://{cloud.graph}/v1.0/users"
    columns = stated(COLUMNS, source.columns)
    fields = sorted({path.partition("/")[0] for path in columns.values()} - {MANAGER})
    inner = sorted({path.partition("/")[2] for path in columns.values() if path.startswith(f"{MANAGER}/")})
    managed = {"$expand": f"{MANAGER}($select={','.join(['id', *inner])})"} if inner else {}
    query = {"$select": ",".join(["id", *fields]), **managed}
    filtered = {"$filter": source.filter} if source.filter else {}

    def narrowed(ids: Sequence[str]) -> Mapping[str, str]:
        listed = ", ".join(f"'{one}'" for one in ids)
        both = f"({source.filter}) and id in ({listed})" if source.filter else f"id in ({listed})"
        return {**query, "$filter": both}

    tracked = ",".join(["id", *fields, *([MANAGER] if inner else [])])
    return Description(
        url=users,
        query={**query, **filtered, "$top": str(source.per_page)},
        rows="value",
        columns=columns,
        paging=NextLink(style="next_link", next="@odata.nextLink"),
        access=Minted(_minting(source, secret, cloud.login, f"https://{cloud.graph}/.default")),
        statuses={**STATUSES, **source.statuses},
        manager_key=source.manager_key,
        moments=frozenset({"hired_on", "leaves_on"}),
        always={"assignment_id": "1"},
        numbered_only=True,
        changes=Changes(f"{users}/delta", {"$select": tracked, "$deltatoken": "latest"}, narrowed),
    )


def _minting(
    source: EntraPeopleSource, secret: Callable[[str], str], login: str, scope: str
) -> Callable[[requests.Session], str]:
    credential: str | Mapping[str, str]
    if source.certificate is None:
        credential = secret(source.client_secret or "")
    else:
        credential = {
            "private_key": secret(source.private_key or ""), "public_certificate": secret(source.certificate)
        }  # fmt: skip

    def token(session: requests.Session) -> str:
        try:
            return own_token(source.client_id, credential, f"https://{login}/{source.tenant}", session, scope)
        except BridgeError as why:
            raise FeedRefused(
                why.cause, hint="check the application in Entra, its secret and its permissions"
            ) from None

    return token
