"""HR systems in the configuration: each mistake is told with its path."""

from __future__ import annotations

import copy

import pytest

from mappings.errors import MappingError
from sso_bridge.configuration.document.parse import parse
from tests.fakes.hr_systems import SOURCES


def mistakes(kind: str, path: str, value: object) -> list[str]:
    """Return what is told about a source in which one thing was changed; ... removes it."""
    source = copy.deepcopy(dict(SOURCES[kind][0]))
    *way, last = path.split("/")
    place = source
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    try:
        parse({"hr_sources": {"staff": source}})
    except MappingError as error:
        return [str(one) for one in error.problems]
    return []


@pytest.mark.parametrize("kind", SOURCES)
def test_right(kind):
    """Each kind can be written."""
    source = dict(SOURCES[kind][0])

    assert source["kind"] == parse({"hr_sources": {"staff": source}}).configuration.hr_sources["staff"].kind


@pytest.mark.parametrize(
    ("kind", "path", "value", "told"),
    [
        ("afas", "kind", "afass", "kind: unknown kind (did you mean afas?)"),
        ("afas", "token", "s3cret", "token: a secret is written as env:NAME"),
        ("afas", "order_by", ..., "order_by: is missing"),
        ("afas", "connector", "../x", "connector: string should match"),
        ("afas", "columns", {"given_name": "x"}, "columns: must say where employee_number stands"),
        ("afas", "columns/emplyee_number", "x", "columns.emplyee_number: unknown key (did you mean employee_number?)"),
        ("afas", "statuses", {"A": "working"}, "statuses.A: must be 'active', 'leave'"),
        ("entra_people", "per_page", 1000, "per_page: must be less than or equal to 999"),
        ("workday", "auth", ..., "auth: is missing"),
        ("workday", "auth", {"style": "header", "token": "env:S"}, "auth.style: unknown style (there are: basic"),
        ("workday", "auth/password", ..., "auth.password: is missing"),
        ("workday", "auth/password", "s3cret", "auth.password: a secret is written as env:NAME"),
        ("workday", "auth/pasword", "env:S", "auth.pasword: unknown key (did you mean password?)"),
        ("odata", "url", "ftp://x", "url: must be an address that begins with https://"),
        ("odata", "url", "", "url: value should have at least 1 item"),
        ("odata", "paging/style", ..., "paging.style: is missing (there are: cursor, next_link, none, offset, page)"),
        ("odata", "paging/next", ..., "paging.next: is missing"),
        ("odata", "paging", {"style": "page", "per_page": 0}, "paging.per_page: must be greater than or equal to 1"),
        ("odata", "auth/client_secret", 1, "auth.client_secret: must be a valid string"),
        ("odata", "every", "daily", "every: must be a span"),
        ("bamboohr", "company", "corp.evil", "company: string should match"),
        ("personio", "columns", {"employee_number": ""}, "columns: must not leave employee_number out"),
        ("personio", "per_page", "100", "per_page: must be a valid integer"),
        ("successfactors", "assertion", ..., "assertion: is missing"),
    ],
)  # fmt: skip
def test_mistake(kind, path, value, told):
    """AD-03: with its path, and what was probably meant; a value is never repeated."""
    said = mistakes(kind, path, value)

    assert any(one.startswith(f"hr_sources.staff.{told}") for one in said), said
    assert not any("s3cret" in one for one in said)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("tenant", "common", "tenant must be one tenant"),
        ("client_secret", ..., "either client_secret, or certificate and private_key"),
        ("certificate", "env:C", "either client_secret, or certificate and private_key"),
        ("private_key", "env:S", "either client_secret, or certificate and private_key"),
    ],
)
def test_entra_as_a_whole(path, value, told):
    """Entra has one tenant, and one way in which we prove who we are."""
    assert [f"hr_sources.staff: {told}"] == mistakes("entra_people", path, value)
