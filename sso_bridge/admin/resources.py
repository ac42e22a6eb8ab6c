"""Single resources of the configuration: one platform, mapping, group ... is changed without sending all the others."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mappings.errors import MappingError
from sso_bridge.admin.asking import Why
from sso_bridge.admin.configuration import BASE, PLATFORMS, Applied, applied_told, limits_of, shown
from sso_bridge.admin.preconditions import NEW, OF_RESOURCE, check_seen
from sso_bridge.api.problems import Invalid
from sso_bridge.api.route import Answer, Call, Route, Taken, Told
from sso_bridge.api.translate import flaws_of
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.configuration.document.editing import PARTS, Edit, NoSuchResource, edited, resource, tag_of
from sso_bridge.configuration.document.portion import check_within

WRONG = "the configuration would have mistakes; nothing was changed"
PART = {"type": "string", "enum": list(PARTS)}
NAMED = {"type": "string", "maxLength": 63, "pattern": "^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$"}


class NewValue(Taken):
    """What a resource is to be, in the shape of the file."""

    value: dict[str, Any]
    why: Why = Field(default="", description="The reason, for the history and the audit.")


class Removal(Taken):
    """Why a resource is taken away."""

    why: Annotated[str, Field(max_length=500)] = Field(default="", description="The reason.")


class Resource(Told):
    """One resource as it was written. Secrets in it are references (AD-06)."""

    part: str
    name: str
    etag: str = Field(description="What `If-Match` takes; another resource does not change it.")
    value: Any


class ResourceList(Told):
    """All resources of one part, in the order of the document."""

    revision: int
    items: list[Resource]


class ResourceRoutes:
    """The routes of single resources. What they change is a draft of the whole document, weighed like any other."""

    def __init__(self, desk: ConfigurationDesk) -> None:
        self._desk = desk

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        part: dict[str, Any] = {"parameters": {"part": PART}, "within": PLATFORMS}
        one: dict[str, Any] = {"parameters": {"part": PART, "name": NAMED}, "within": PLATFORMS}
        etag = {"ETag": "The content of the resource, for `If-Match`."}
        change: dict[str, Any] = {"result": Applied, "problems": (400, 409, 412, 428), **one}
        takes = (
            "Brings the whole configuration with this change into force, if the resource still is what you have seen. "
            "What takes a second administrator is refused: make a draft of it (`POST .../drafts`)."
        )
        return (
            Route("GET", f"{BASE}/{{part}}", "configuration.read", self.all, "All resources of one part",
                  result=ResourceList, **part),
            Route("GET", f"{BASE}/{{part}}/{{name}}", "configuration.read", self.read, "One resource",
                  result=Resource, answer_headers=etag, **one),
            Route("PUT", f"{BASE}/{{part}}/{{name}}", "configuration.change", self.put, "Make or change one resource",
                  description=takes, body=NewValue, example={"value": {"title": "Chat"}, "why": "a new name"},
                  headers=(OF_RESOURCE, NEW), answer_headers=etag, **change),
            Route("DELETE", f"{BASE}/{{part}}/{{name}}", "configuration.change", self.remove, "Remove one resource",
                  description=takes, query=Removal, headers=(OF_RESOURCE,), **change),
        )  # fmt: skip

    def all(self, call: Call) -> Answer:
        """Return the resources of a part."""
        part, current = call.path["part"], self._desk.revisions.current()
        found = (shown(call, current.document).get(part) or {}) if current else {}
        items = [_told(part, name, value) for name, value in found.items()]
        return Answer(ResourceList(revision=current.number if current else 0, items=items))

    def read(self, call: Call) -> Answer:
        """Return one resource."""
        part, name = call.path["part"], call.path["name"]
        told = _told(part, name, resource(shown(call, self._desk.in_force()), part, name))
        return Answer(told, {"ETag": told.etag})

    def put(self, call: Call) -> Answer:
        """Make or change a resource."""
        return self._changed(call, call.body.value, call.body.why)

    def remove(self, call: Call) -> Answer:
        """Remove a resource."""
        return self._changed(call, None, call.query.why)

    def _changed(self, call: Call, value: dict[str, Any] | None, why: str) -> Answer:
        part, name = call.path["part"], call.path["name"]
        current = self._desk.revisions.current()
        number, document = (current.number, current.document) if current else (0, {})
        check_seen(call.request, _tag(shown(call, document), part, name))
        after = edited(document, [Edit(part, name, value)])
        if call.token.bounds.platforms:
            check_within(document, after, call.token.bounds.platforms)
        try:
            applied = self._desk.replace(after, expected=number, by=call.actor, why=why, check=limits_of(call))
        except MappingError as error:
            raise Invalid(WRONG, errors=flaws_of(error, (part, name))) from None
        return Answer(applied_told(applied), {} if value is None else {"ETag": f'"{tag_of(value)}"'})


def _tag(document: dict[str, Any], part: str, name: str) -> str | None:
    try:
        return tag_of(resource(document, part, name))
    except NoSuchResource:
        return None


def _told(part: str, name: str, value: Any) -> Resource:
    return Resource(part=part, name=name, etag=f'"{tag_of(value)}"', value=value)
