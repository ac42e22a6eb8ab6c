"""A route as data: everything that serving it, checking it and describing it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Request
from pydantic import BaseModel, ConfigDict

from sso_bridge.admin.beyond import why_beyond
from sso_bridge.admin.bounds import BOTH, Bound
from sso_bridge.admin.tokens import ApiToken

Method = Literal["GET", "POST", "PUT", "DELETE"]


class Taken(BaseModel):
    """What a caller may send: listed fields only, and of the right type (AD-03)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


class Told(BaseModel):
    """What a caller is told."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One checked request. `path`, `query` and `body` are instances of the route's models.

    `mark` names the list that is asked for, under its filters (`paging.mark_of`).
    """

    token: ApiToken
    request: Request
    request_id: str
    path: Mapping[str, Any]
    query: Any = None
    body: Any = None
    mark: str = ""

    @property
    def actor(self) -> str:
        """Return who is calling, for the audit."""
        return self.token.actor


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route gives back: a model (or nothing), headers, and a text or lines where the answer is no JSON."""

    body: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    media: str = "application/json"
    stream: Iterable[str] | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """A request header that the route reads itself."""

    name: str
    description: str
    required: bool = False
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "maxLength": 200})


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address. `permission` is a key of the closed table; there is no default (AD-01).

    `parameters` gives the JSON schema of each `{name}` in the path: a text that does not fit is not found. `problems`
    are the statuses it may answer besides those that every route may. `streams` leaves the body to the handler, which
    reads it in pieces, up to its own limit; `media` are the kinds of body it takes. `within` names the bounds of
    delegated tokens that the route keeps, object by object; a token with any other bound is refused (AD-02).
    """

    method: Method
    path: str
    permission: str
    does: Callable[[Call], Answer]
    summary: str
    description: str = ""
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    query: type[Taken] | None = None
    body: type[Taken] | None = None
    example: Mapping[str, Any] | None = None
    headers: tuple[Header, ...] = ()
    status: int = 200
    result: type[BaseModel] | None = None
    answers_with: tuple[str, ...] = ("application/json",)
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[int, ...] = ()
    media: tuple[str, ...] = ("application/json",)
    streams: bool = False
    within: tuple[Bound, ...] = ()

    @property
    def beyond(self) -> str:
        """Return why it keeps not every bound; empty when it keeps them all."""
        return why_beyond(self.path) if set(self.within) != set(BOTH) else ""

    @property
    def conditional(self) -> bool:
        """Return whether callers may ask for it only if it has changed."""
        return self.method == "GET" and "ETag" in self.answer_headers

    @property
    def tag(self) -> str:
        """Return the resource it belongs to: the word after the version."""
        return self.path.split("/")[3] if self.path.startswith("/admin/") else "hr"

    @property
    def name(self) -> str:
        """Return a name that is unique among all routes, for the `operationId`."""
        words = [word.strip("{}") for word in self.path.split("/")[1:] if word != "v1"]
        return "_".join([self.method.lower(), *words]).replace("-", "_")

    @property
    def statuses(self) -> tuple[int, ...]:
        """Return the statuses of all problems it may answer."""
        found = {401, 403, 429, 500, *self.problems}
        if self.parameters:
            found.add(404)
        if self.query or self.body:
            found.add(422)
        if self.body or self.streams:
            found |= {400, 413, 415}
        return tuple(sorted(found))


NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2_147_483_647}
UUID: Mapping[str, Any] = {"type": "string", "format": "uuid"}
