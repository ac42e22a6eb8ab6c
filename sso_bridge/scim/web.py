"""`/scim/v2` over HTTP: methods, media types, entity tags and errors (RFC 7644 section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from sso_bridge.scim.asking import from_query, from_search, wanted_by
from sso_bridge.scim.body import body_of
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.desk import ScimDesk
from sso_bridge.scim.discovery import Discovery, as_list
from sso_bridge.scim.door import ScimDoor
from sso_bridge.scim.errors import Broken, Forbidden, NotFound, NotOffered, ScimRefused, TooLarge, WrongMethod
from sso_bridge.scim.schema import KINDS, ResourceKind
from sso_bridge.scim.telling import version
from sso_bridge.scim.writing import pieces
from sso_bridge.store.staff.scim_pages import Found

BASE: Final = "/scim/v2"
MEDIA: Final = "application/scim+json"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
READ, WRITE = "scim.read", "scim.write"
View = Callable[..., Response]
log = structlog.get_logger(__name__)


class ScimSite:
    """The views; each is let in by the door before anything is read."""

    def __init__(self, desk: ScimDesk, door: ScimDoor) -> None:
        self._desk = desk
        self._door = door
        self._discovery = Discovery(desk.reader.base)

    def blueprint(self) -> Blueprint:
        """Return all addresses; whatever else is asked below `/scim/v2` is not found, or is not taken."""
        made = Blueprint("scim", __name__)
        for kind in KINDS:
            self._add(made, kind.endpoint, {"GET": (READ, self._list(kind)), "POST": (WRITE, self._create(kind))})
            self._add(made, f"{kind.endpoint}/.search", {"POST": (READ, self._search(kind))})
            one = {"GET": (READ, self._read(kind)), "DELETE": (WRITE, self._delete(kind))}
            writing = {method: (WRITE, self._change(kind, method)) for method in ("PUT", "PATCH")}
            self._add(made, f"{kind.endpoint}/<id>", {**one, **writing})
        self._add(made, "/Bulk", {"POST": (WRITE, self._bulk)})
        self._add(made, "/ServiceProviderConfig", {"GET": (READ, lambda _: answer(self._discovery.configuration()))})
        for path, items in (("/ResourceTypes", self._discovery.kinds), ("/Schemas", self._discovery.schemas)):
            self._add(made, path, {"GET": (READ, _listed(items))})
            self._add(made, f"{path}/<id>", {"GET": (READ, _picked(items))})
        for path, why in (("/Me", "a token is no person here"), ("/.search", "search in /Users or in /Groups")):
            self._add(
                made, path, {method: (READ, _refusing(NotOffered, why)) for method in METHODS if method != "HEAD"}
            )
        for path in ("", "/", "/<path:rest>"):
            self._add(made, path, {method: (READ, _refusing(NotFound)) for method in METHODS if method != "HEAD"})
        return made

    def _add(self, made: Blueprint, path: str, does: Mapping[str, tuple[str, View]]) -> None:
        """Serve a path; other methods than these are refused, to those who may read."""
        label = path.replace("/", "_").replace(".", "_").replace("<", "").replace(">", "").replace(":", "_") or "_root"
        for method, (permission, view) in does.items():
            made.add_url_rule(
                f"{BASE}{path}", f"{method.lower()}{label}", self._guarded(permission, view), methods=[method],
                provide_automatic_options=False,
            )  # fmt: skip
        rest = [method for method in METHODS if method not in does and not (method == "HEAD" and "GET" in does)]
        if rest:
            refusing = _refusing(WrongMethod, allow=", ".join(sorted(does)))
            made.add_url_rule(
                f"{BASE}{path}", f"other{label}", self._guarded(READ, refusing), methods=rest,
                provide_automatic_options=False,
            )  # fmt: skip

    def _guarded(self, permission: str, view: View) -> View:
        """Turn every way to fail into a SCIM error; the cause of our own faults goes to the log only (AD-15)."""

        def guarded(**values: str) -> Response:
            try:
                caller = self._door.enter(request, permission, g.get("request_id", ""))
                return view(caller, **values)
            except ScimRefused as why:
                return refusal(why)
            except HTTPException as error:
                return refusal(TooLarge() if error.code == TooLarge.status else ScimRefused())
            except Exception as error:  # whatever it is, no traceback leaves
                log.exception("unexpected", error=type(error).__name__)
                return refusal(Broken())

        return guarded

    def _list(self, kind: ResourceKind) -> View:
        def view(caller: Caller) -> Response:
            question = from_query(kind, caller.source, request.args.to_dict(flat=False))
            return answer(self._desk.reader.listed(kind, question))

        return view

    def _search(self, kind: ResourceKind) -> View:
        def view(caller: Caller) -> Response:
            return answer(self._desk.reader.listed(kind, from_search(kind, caller.source, body_of(request))))

        return view

    def _read(self, kind: ResourceKind) -> View:
        def view(caller: Caller, id: str) -> Response:  # noqa: A002 - the name in the path
            found = self._desk.reader.one(kind, caller, id)
            tag = version(found.revision, found.created_at)
            known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
            if tag.removeprefix("W/") in known or "*" in known:
                return Response(status=304, headers={"ETag": tag})
            return self._told(kind, found, 200)

        return view

    def _create(self, kind: ResourceKind) -> View:
        def view(caller: Caller) -> Response:
            return self._told(kind, self._desk.writer(kind).create(caller, body_of(request)), 201)

        return view

    def _change(self, kind: ResourceKind, method: str) -> View:
        def view(caller: Caller, id: str) -> Response:  # noqa: A002
            writer = self._desk.writer(kind)
            write = writer.replace if method == "PUT" else writer.patch
            found = write(caller, id, body_of(request), request.headers.get("If-Match", ""))
            if method == "PATCH" and not _asks_for_attributes() and self._desk.reader.is_large(kind, found):
                return Response(status=204, headers={"ETag": version(found.revision, found.created_at)})
            return self._told(kind, found, 200)

        return view

    def _delete(self, kind: ResourceKind) -> View:
        def view(caller: Caller, id: str) -> Response:  # noqa: A002
            self._desk.writer(kind).delete(caller, id, request.headers.get("If-Match", ""))
            return Response(status=204)

        return view

    def _bulk(self, caller: Caller) -> Response:
        return answer(self._desk.bulk(caller, body_of(request)))

    def _told(self, kind: ResourceKind, found: Found, status: int) -> Response:
        wanted = wanted_by(kind, request.args.to_dict(flat=False))
        response = answer(self._desk.reader.documents(kind, [found], wanted)[0], status)
        response.headers["ETag"] = version(found.revision, found.created_at)
        response.headers["Location"] = f"{self._desk.reader.base}{kind.endpoint}/{found.uuid}"
        return response


def answer(document: Any, status: int = 200) -> Response:
    """Return a document, written as it is read."""
    return Response(pieces(document), status=status, content_type=MEDIA)


def refusal(why: ScimRefused) -> Response:
    """Return an error."""
    log.info("refused", status=why.status, kind=why.kind)
    response = answer(why.document(), why.status)
    for name, value in why.headers.items():
        response.headers[name] = value
    return response


def _asks_for_attributes() -> bool:
    """Return whether the caller says what to tell: then it is told after a PATCH, too (RFC 7644 section 3.5.2)."""
    return any(name.lower() in {"attributes", "excludedattributes"} for name in request.args)


def _listed(items: Callable[[], list[dict[str, Any]]]) -> View:
    def view(_caller: Caller) -> Response:
        if "filter" in request.args:
            raise Forbidden("these lists cannot be filtered")
        return answer(as_list(items()))

    return view


def _picked(items: Callable[[], list[dict[str, Any]]]) -> View:
    def view(_caller: Caller, id: str) -> Response:  # noqa: A002
        found = next((one for one in items() if one["id"].lower() == id.lower()), None)
        if found is None:
            raise NotFound
        return answer(found)

    return view


def _refusing(kind: type[ScimRefused], detail: str = "", *, allow: str = "") -> View:
    def view(_caller: Caller, **_values: str) -> Response:
        raise kind(detail, headers={"Allow": allow} if allow else None)

    return view
