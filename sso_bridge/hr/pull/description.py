"""What the engine must know of an HR system. Secrets in it are resolved, so it lives as long as one pull."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from sso_bridge.configuration.hr_sources.pull import Paging


@dataclass(frozen=True, slots=True)
class Header:
    """A header that goes with every call."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenCall:
    """How a bearer token is asked for. `said` goes as a form, or as JSON; `answer` is where the token stands."""

    url: str
    said: Mapping[str, str] = field(repr=False)
    basic: Header | None = None
    as_json: bool = False
    answer: str = "access_token"


@dataclass(frozen=True, slots=True)
class Minted:
    """A bearer token that somebody else's library gets for us, with our session; FeedRefused."""

    token: Callable[[requests.Session], str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Changes:
    """How a system tells what changed (OData 4 delta): `url` with `latest` gives a link, the link gives ids.

    `narrowed` is the query that reads some ids in full; rows come by it as in a reading of everybody.
    """

    url: str
    latest: Mapping[str, str]
    narrowed: Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Description:
    """One HR system. With a `body` the call is a POST, and what pages need goes into it.

    `columns` are our columns -> paths in a row; `statuses` their words -> ours; `total` is where an answer says how
    many rows there are in all, if it does; `manager_key` is the path of what `manager` names a row by. `moments` are
    columns with a moment where HR has a day; `always` is said of every row; where `numbered_only`, rows without an
    employee number are nobody of ours.
    """

    url: str
    rows: str
    columns: Mapping[str, str]
    paging: Paging
    access: Header | TokenCall | Minted
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    total: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)
    manager_key: str = ""
    moments: frozenset[str] = frozenset()
    always: Mapping[str, str] = field(default_factory=dict)
    numbered_only: bool = False
    changes: Changes | None = None


def basic(user: str, password: str) -> Header:
    """Return the header of RFC 7617."""
    return Header("Authorization", "Basic " + b64encode(f"{user}:{password}".encode()).decode())


def stated(known: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the columns we know of a system with what the configuration says about them; empty ones are left out."""
    return {column: path for column, path in {**known, **columns}.items() if path}
