"""HR systems as they answer, by the shapes their makers document, behind `responses`; any call can go wrong."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import responses

from tests.fakes import graph_people

PER_PAGE = 5
PEOPLE = tuple(
    {"number": f"E{one:03}", "given": f"Given{one}", "family": f"Family{one}", "unit": "Sales" if one % 2 else "IT"}
    for one in range(1, 39)
)
"""Eight pages; everybody but the first is managed by the first."""
MANAGER = PEOPLE[0]["number"]
Answer = tuple[int, Mapping[str, str], str]
Fault = Callable[[Answer, str], Answer]
"""Gets the right answer and the one before; gives what comes instead."""


class HrSystem:
    """One system: where it is, how its source is configured, and what it says to a call."""

    def __init__(self, kind: str) -> None:
        self.kind, self.people = kind, list(PEOPLE)
        self.source, self.prefix = SOURCES[kind]
        self.calls: list[requests.PreparedRequest] = []
        self.faults: dict[int, Fault] = {}
        self.tokens, self.before = 0, "{}"
        self.graph = graph_people.Graph(MANAGER)

    def listen(self, wire: responses.RequestsMock) -> None:
        """Answer from now on."""
        for method in ("GET", "POST"):
            for prefix in (self.prefix, graph_people.LOGIN):
                wire.add_callback(method, re.compile(re.escape(prefix)), self._answer, content_type="application/json")

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        if request.url and request.url.endswith(("/oauth/token", "/v1/auth", "/token")):
            return self._token(request)
        if request.url and request.url.startswith(graph_people.LOGIN):
            return self.graph.discovery()
        self.calls.append(request)
        right = self._right(request)
        fault = self.faults.get(len(self.calls))
        answer, self.before = (fault(right, self.before) if fault else right), right[2]
        return answer

    def _token(self, request: requests.PreparedRequest) -> Answer:
        said = str(request.body)
        assert any(one in said for one in ("client_credentials", "assertion=s3cret", '"client_secret": "s3cret"'))
        self.tokens += 1
        token = f"token{self.tokens}"
        return 200, {}, json.dumps({"access_token": token, "success": True, "data": {"token": token}})

    def _right(self, request: requests.PreparedRequest) -> Answer:
        if not self._allowed(request.headers.get("Authorization") or ""):
            return 401, {}, '{"error": "unauthorized"}'
        if self.kind == "entra_people":
            return self.graph.answer(self.people, request.url or "")
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url or "").query).items()}
        return 200, {}, json.dumps(SHAPES[self.kind](self.people, query, json.loads(request.body or "{}")))

    def _allowed(self, header: str) -> bool:
        if self.kind == "afas":
            given = b64decode(header.removeprefix("AfasToken ")).decode()
            return given == "<token><version>1</version><data>s3cret</data></token>"
        if self.kind in {"workday", "bamboohr"}:
            user = "isu:s3cret" if self.kind == "workday" else "s3cret:x"
            return b64decode(header.removeprefix("Basic ")).decode() == user
        return header in {"Bearer s3cret", f"Bearer token{self.tokens}"}


def _managed(one: Mapping[str, str]) -> str | None:
    return None if one["number"] == MANAGER else MANAGER


def _afas(people: list[Any], query: Mapping[str, str], _body: Mapping[str, Any]) -> Any:
    skip, take = int(query["skip"]), int(query["take"])
    assert query["orderbyfieldids"] == "EmployeeId"
    rows = [
        {"EmployeeId": one["number"], "FirstName": one["given"], "LastName": one["family"], "OrgUnit": one["unit"],
         "Manager": _managed(one), "Start": "2020-01-01T00:00:00Z"}
        for one in people[skip : skip + take]
    ]  # fmt: skip
    return {"skip": skip, "take": take, "rows": rows}


def _workday(people: list[Any], query: Mapping[str, str], _body: Mapping[str, Any]) -> Any:
    assert query["format"] == "json"
    rows = [
        {"Employee_ID": one["number"], "First": one["given"], "Last": one["family"], "Org": one["unit"],
         "Manager_ID": _managed(one) or ""}
        for one in people
    ]  # fmt: skip
    return {"Report_Entry": rows}


def _successfactors(people: list[Any], query: Mapping[str, str], _body: Mapping[str, Any]) -> Any:
    assert query["paging"] == "snapshot"
    at = int(query.get("$skiptoken", "0"))
    nothing = dict.fromkeys(("jobTitle", "location", "costCenter", "company"))
    results = [
        {"__metadata": {"uri": f"EmpJob('{one['number']}')"}, **nothing, "userId": one["number"],
         "department": one["unit"], "managerId": _managed(one) or "NO_MANAGER",
         "userNav": {"firstName": one["given"], "lastName": one["family"], "email": None, "username": None},
         "employmentNav": {"startDate": "/Date(1577836800000)/", "endDate": None}}
        for one in people[at : at + PER_PAGE]
    ]  # fmt: skip
    answer: dict[str, Any] = {"__count": str(len(people)), "results": results}
    if at + PER_PAGE < len(people):
        start = "https://api12.sapsf.eu/odata/v2/EmpJob?paging=snapshot"
        answer["__next"] = f"{start}&$skiptoken={at + PER_PAGE}"
    return {"d": answer}


def _bamboohr(people: list[Any], _query: Mapping[str, str], body: Mapping[str, Any]) -> Any:
    page, size = body["page"], body["pageSize"]
    fields = dict.fromkeys(body["fields"])
    rows = [
        {"fields": {**fields, "employeeNumber": one["number"], "firstName": one["given"], "lastName": one["family"],
         "jobInformationDepartment": one["unit"], "status": "Active", "boss": _managed(one),
         "hireDate": "2020-01-01"}}
        for one in people[(page - 1) * size : page * size]
    ]  # fmt: skip
    meta = {"page": page, "pageSize": size, "totalPages": -(-len(people) // size), "totalItems": len(people)}
    return {"data": rows, "links": {}, "meta": meta}


def _personio(people: list[Any], query: Mapping[str, str], _body: Mapping[str, Any]) -> Any:
    offset, limit = int(query["offset"]), int(query["limit"])

    def attribute(value: Any) -> dict[str, Any]:
        return {"label": "x", "value": value}

    def row(one: Mapping[str, str]) -> Any:
        boss = _managed(one) and {"type": "Employee", "attributes": {"id": attribute(_managed(one))}}
        unit = {"type": "Department", "attributes": {"id": 1, "name": one["unit"]}}
        said = {"id": one["number"], "first_name": one["given"], "last_name": one["family"], "department": unit,
                "supervisor": boss, "status": "onboarding", "email": None, "position": None, "office": None,
                "hire_date": "2020-01-01T00:00:00+01:00", "termination_date": None}  # fmt: skip
        return {"type": "Employee", "attributes": {name: attribute(value) for name, value in said.items()}}

    meta = {"total_elements": len(people), "current_page": offset // limit, "total_pages": -(-len(people) // limit)}
    return {"success": True, "metadata": meta, "data": [row(one) for one in people[offset : offset + limit]]}


def _rest(people: list[Any], query: Mapping[str, str], _body: Mapping[str, Any]) -> Any:
    at = int(query.get("$skiptoken", "0"))
    rows = [
        {"id": one["number"], "name": {"first": one["given"], "last": one["family"]}, "team": one["unit"],
         "boss": _managed(one)}
        for one in people[at : at + PER_PAGE]
    ]  # fmt: skip
    link = {"@odata.nextLink": f"people?$skiptoken={at + PER_PAGE}"} if at + PER_PAGE < len(people) else {}
    return {"value": rows, **link}


def _cursor(people: list[Any], query: Mapping[str, str], _body: Mapping[str, Any]) -> Any:
    at = int(query.get("cursor", "c0")[1:])
    rows = _rest(people, {"$skiptoken": str(at)}, {})["value"]
    return {"data": rows, "meta": {"next": f"c{at + PER_PAGE}" if at + PER_PAGE < len(people) else None}}


SHAPES: Mapping[str, Callable[..., Any]] = {
    "afas": _afas, "workday": _workday, "successfactors": _successfactors, "bamboohr": _bamboohr,
    "personio": _personio, "odata": _rest, "cursor": _cursor, "entra_people": dict,
}  # fmt: skip
"""Entra's shape is its own (`graph_people`)."""
_COLUMNS = {"employee_number": "id", "given_name": "name/first", "family_name": "name/last", "unit": "team",
            "manager": "boss"}  # fmt: skip
_OAUTH = {"style": "oauth", "token_url": "https://hr.example.org/token", "client_id": "x", "client_secret": "env:S"}
SOURCES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "afas": (
        {"kind": "afas", "url": "https://1.rest.afas.online/ProfitRestServices", "connector": "HR", "token": "env:S",
         "order_by": "EmployeeId", "per_page": PER_PAGE,
         "columns": {"employee_number": "EmployeeId", "given_name": "FirstName", "family_name": "LastName",
                     "unit": "OrgUnit", "manager": "Manager", "hired_on": "Start"}},
        "https://1.rest.afas.online/ProfitRestServices/connectors/HR",
    ),
    "workday": (
        {"kind": "workday", "url": "https://wd.example.org/ccx/service/customreport2/corp/isu/Staff",
         "auth": {"style": "basic", "user": "isu", "password": "env:S"},
         "columns": {"employee_number": "Employee_ID", "given_name": "First", "family_name": "Last", "unit": "Org",
                     "manager": "Manager_ID"}},
        "https://wd.example.org/",
    ),
    "successfactors": (
        {"kind": "successfactors", "url": "https://api12.sapsf.eu", "company": "corp", "client_id": "x",
         "assertion": "env:S"},
        "https://api12.sapsf.eu/",
    ),
    "bamboohr": (
        {"kind": "bamboohr", "company": "corp", "api_key": "env:S", "per_page": PER_PAGE,
         "columns": {"manager": "boss"}},
        "https://corp.bamboohr.com/api/v2/datasets/employee/data",
    ),
    "personio": ({"kind": "personio", "client_id": "x", "client_secret": "env:S", "per_page": PER_PAGE}, "https://api.personio.de/v1/"),
    "entra_people": (graph_people.SOURCE, graph_people.USERS),
    "odata": (
        {"kind": "rest", "url": "https://hr.example.org/people", "rows": "value", "auth": _OAUTH,
         "paging": {"style": "next_link", "next": "@odata.nextLink"}, "columns": _COLUMNS},
        "https://hr.example.org/",
    ),
    "cursor": (
        {"kind": "rest", "url": "https://hr.example.org/people", "rows": "data",
         "auth": {"style": "header", "token": "env:S"}, "paging": {"style": "cursor", "next": "meta/next"},
         "columns": _COLUMNS, "query": {"limit": "5"}},
        "https://hr.example.org/",
    ),
}  # fmt: skip
