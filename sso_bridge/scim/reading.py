"""Resources and lists of them, as callers get them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sso_bridge.scim.asking import Question
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.discovery import LIST
from sso_bridge.scim.errors import NotFound
from sso_bridge.scim.limits import MOST_MEMBERS_ON_A_PAGE, MOST_TOLD_AFTER_PATCH
from sso_bridge.scim.schema import GROUP_KIND, USERS, ResourceKind
from sso_bridge.scim.telling import Wanted, told
from sso_bridge.scim.values import Json
from sso_bridge.scim.writing import Streamed
from sso_bridge.store.staff.scim_groups import ScimGroups
from sso_bridge.store.staff.scim_nesting import Group, ScimNesting
from sso_bridge.store.staff.scim_pages import After, Found, Page, ScimPages
from sso_bridge.store.staff.scim_users import ScimUsers


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what the caller's source owns. `base` is the address of the server."""

    users: ScimUsers
    groups: ScimGroups
    nesting: ScimNesting
    pages: ScimPages
    base: str
    most_on_a_page: int = MOST_MEMBERS_ON_A_PAGE
    most_told_again: int = MOST_TOLD_AFTER_PATCH

    def one(self, kind: ResourceKind, caller: Caller, uuid: str) -> Found:
        """Return the resource; NotFound."""
        found = (self.users if kind is USERS else self.groups).get(caller.source, uuid)
        if found is None:
            raise NotFound
        return found

    def is_large(self, kind: ResourceKind, found: Found) -> bool:
        """Return whether this is a group with more members than are worth telling again after each change."""
        return kind is GROUP_KIND and self.groups.has_more_than(found.id, self.most_told_again)

    def documents(self, kind: ResourceKind, found: Iterable[Found], wanted: Wanted) -> list[Json]:
        """Return the resources as they are told, in order."""
        found = list(found)
        told_with = {GROUP_KIND.name: self._with_members, USERS.name: self._with_groups}[kind.name]
        whole = [
            told(kind, self.base, one.resource, one.uuid, one.revision, (one.created_at, one.modified_at))
            for one in found
        ]
        return [wanted.cut(document) for document in told_with(found, whole, wanted)]

    def listed(self, kind: ResourceKind, question: Question) -> Json:
        """Return a page (RFC 7644 section 3.4.2, RFC 9865 section 2)."""
        page = self.pages.page(question.asked)
        if kind is GROUP_KIND and question.wanted.includes("members"):
            page = self._shortened(page)
        documents = self.documents(kind, page.items, question.wanted)
        page = _first(page, len(documents))
        made: dict[str, Any] = {
            "schemas": [LIST],
            "totalResults": page.total,
            "itemsPerPage": len(documents),
            "Resources": documents,
        }
        if not question.by_cursor:
            made["startIndex"] = question.start_index
        elif page.next is not None:
            made["nextCursor"] = question.cursor(page.next)
        return made

    def _shortened(self, page: Page) -> Page:
        """End the page before its groups have more members than one answer tells."""
        counts = self.groups.count(one.id for one in page.items)
        total = 0
        for place, one in enumerate(page.items):
            total += counts.get(one.id, 0)
            if place and total > self.most_on_a_page:
                return _first(page, place)
        return page

    def _with_groups(self, found: list[Found], documents: list[Json], wanted: Wanted) -> Iterator[Json]:
        """Yield the people with their groups, and none after those who have too many of them together."""
        if not wanted.includes("groups"):
            yield from documents
            return
        groups = self.nesting.of_people((one.id for one in found), self.most_on_a_page)
        for (direct, indirect), document in zip(groups, documents, strict=False):
            told = [self._membership(group, "direct") for group in direct]
            told += [self._membership(group, "indirect") for group in indirect]
            yield {**document, "groups": told} if told else document

    def _membership(self, group: Group, kind: str) -> Json:
        uuid, name = group
        return {"value": uuid, "$ref": f"{self.base}/Groups/{uuid}", "display": name, "type": kind}

    def _with_members(self, found: list[Found], documents: list[Json], wanted: Wanted) -> Iterator[Json]:
        for one, document in zip(found, documents, strict=True):
            if wanted.includes("members"):
                document["members"] = Streamed(_Members(self, one.id))
            yield document

    def members(self, id_: int) -> Iterator[Json]:
        """Yield the members of a group: people, and then groups."""
        for uuid in self.groups.members(id_):
            yield {"value": uuid, "$ref": f"{self.base}/Users/{quote(uuid, safe='')}", "type": "User"}
        for uuid in self.nesting.within_told(id_):
            yield {"value": uuid, "$ref": f"{self.base}/Groups/{uuid}", "type": "Group"}


def _first(page: Page, count: int) -> Page:
    """Return the page with the first resources only; the others are on the next."""
    if not 0 < count < len(page.items):
        return page
    after = After(page.keys[count - 1], page.items[count - 1].id)
    return Page(page.total, page.items[:count], page.keys[:count], after)


@dataclass(frozen=True, slots=True)
class _Members:
    reader: Reader
    id: int

    def __call__(self) -> Iterator[Json]:
        return self.reader.members(self.id)
