"""Microsoft Graph as its documentation and its issue tracker describe it: users, their managers, and what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

PER_PAGE = 5
USERS = "https://graph.microsoft.com/v1.0/users"
TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
LOGIN = f"https://login.microsoftonline.com/{TENANT}"
SOURCE = {"kind": "entra_people", "tenant": TENANT, "client_id": "x", "client_secret": "env:S", "per_page": PER_PAGE}
SERVICE = {"id": "svc", "employeeId": None, "givenName": "Backup", "accountEnabled": True}
Answer = tuple[int, dict[str, str], str]


class Graph:
    """What one tenant answers; `people` are looked at anew with each call. Links to changes hold what was there."""

    def __init__(self, manager: str) -> None:
        self.manager = manager
        self.known: list[dict[str, dict[str, Any]]] = []
        self.few = 2
        self.expired = False

    def discovery(self) -> Answer:
        """Answer msal's first question."""
        base = f"{LOGIN}/oauth2/v2.0"
        told = {"issuer": f"{LOGIN}/v2.0", "authorization_endpoint": f"{base}/authorize"}
        return 200, {}, json.dumps({**told, "token_endpoint": f"{base}/token"})

    def answer(self, people: list[Mapping[str, str]], url: str) -> Answer:
        """Answer one call."""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        users = {user["id"]: user for user in [*map(self._user, people), SERVICE]}
        if parts.path.endswith("/delta"):
            return self._delta(users, query)
        assert {"$select", "$expand"} <= query.keys()
        assert "$count" not in query, "a count comes out of an index that lags"
        condition, wanted = query.get("$filter", ""), list(users.values())
        if " in (" in condition:
            ids = condition.partition(" in (")[2].rstrip(")").replace("'", "").split(", ")
            assert 0 < len(ids) <= 15, "Graph takes no more"
            wanted = [users[one] for one in ids if one in users]
        at, size = int(query.get("$skiptoken", 0)), int(query.get("$top", 100))
        told: dict[str, Any] = {"@odata.context": "x", "value": wanted[at : at + size]}
        if at + size < len(wanted):
            told["@odata.nextLink"] = f"{url.partition('&$skiptoken')[0]}&$skiptoken={at + size}"
        return 200, {}, json.dumps(told)

    def _user(self, one: Mapping[str, str]) -> dict[str, Any]:
        empty = dict.fromkeys(("mail", "employeeType", "jobTitle", "officeLocation", "country", "companyName"))
        user = {**empty, "id": f"id-{one['number']}", "employeeId": one["number"], "givenName": one["given"],
                "surname": one["family"], "department": one["unit"],
                "userPrincipalName": f"{one['number']}@corp.example", "accountEnabled": True,
                "employeeOrgData": None, "employeeHireDate": "2020-01-01T00:00:00Z",
                "employeeLeaveDateTime": one.get("leaves")}  # fmt: skip
        if one["number"] != self.manager:
            user["manager"] = {
                "@odata.type": "#microsoft.graph.user",
                "id": f"id-{self.manager}",
                "employeeId": self.manager,
            }
        return user

    def _delta(self, users: Mapping[str, Any], query: Mapping[str, str]) -> Answer:
        """Give what changed since a link, a part of each, a few at a time; the same one may come again."""
        if query.get("$deltatoken") == "latest":
            assert "$expand" not in query, "it is ignored"
            assert "manager" in query["$select"].split(","), "changes of managers are tracked by this alone"
            return self._last({**users}, [])
        if self.expired:
            return 410, {"Location": f"{USERS}/delta"}, '{"error": {"code": "syncStateNotFound"}}'
        which, _, at = query.get("$deltatoken", query.get("$skiptoken", "")).partition("-")
        before, start = self.known[int(which)], int(at or 0)
        gone = [{"id": one, "@removed": {"reason": "changed"}} for one in before.keys() - users.keys()]
        changed = [{"id": one} for one, user in users.items() if before.get(one) != user]
        page = [*changed, *changed[:1], *gone][start : start + self.few]
        if start + self.few < len(changed) + len(changed[:1]) + len(gone):
            link = f"{USERS}/delta?$skiptoken={which}-{start + self.few}"
            return 200, {}, json.dumps({"value": page, "@odata.nextLink": link})
        return self._last({**users}, page)

    def _last(self, users: dict[str, Any], page: list[Any]) -> Answer:
        self.known.append(users)
        link = f"{USERS}/delta?$deltatoken={len(self.known) - 1}"
        return 200, {}, json.dumps({"value": page, "@odata.deltaLink": link})
