"""Change one resource: by PATCH with the differences only, or by PUT where the service has no PATCH."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from provisioners.errors import TryAgain
from provisioners.platforms.http import Call, Http
from provisioners.platforms.scim2.attributes import ENTERPRISE

Json = dict[str, Any]
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
WITHOUT_DISCOVERY = (401, 403, 404, 405, 501)


class Abilities:
    """What the service says it can do (RFC 7643 section 5), asked once."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._asking = threading.Lock()
        self._known: Mapping[str, Any] | None = None

    def can(self, name: str, *, unless_told: bool) -> bool:
        """Return whether `patch`, `filter`, `etag` ... is supported; `unless_told` when the service keeps silent."""
        part = self.document().get(name)
        told = part.get("supported") if isinstance(part, dict) else None
        if isinstance(told, str):
            return told.strip().lower() == "true"
        return told if isinstance(told, bool) else unless_told

    def document(self) -> Mapping[str, Any]:
        """Return the service provider configuration; an empty one when the service does not publish it."""
        with self._asking:
            if self._known is None:
                path = "/ServiceProviderConfig"
                reply = self._http.get(path, "read the service description", accept=WITHOUT_DISCOVERY)
                self._known = reply.fields if reply.status not in WITHOUT_DISCOVERY else {}
            return self._known


class Writing:
    """Reads before it writes, so that nothing is sent when nothing differs."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.abilities = Abilities(http)

    def read(self, path: str, what: str) -> Json:
        """Return the resource; raise SkipAccount when it is gone."""
        return dict(self._http.get(path, what).fields)

    def bring(self, path: str, before: Mapping[str, Any], after: Mapping[str, Any], what: str) -> Mapping[str, Any]:
        """Make `before` into `after`; the answer of the service, or an empty one. No call when they are equal."""
        operations = differences(before, after)
        if not operations:
            return before
        headers = self._precondition(before)
        if self.abilities.can("patch", unless_told=True):
            return self.patch(path, operations, what, headers)
        body = {name: value for name, value in after.items() if name != "meta"}
        return self._http.send(Call("PUT", path, what, body, headers=headers)).fields

    def patch(
        self, path: str, operations: list[Json], what: str, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Send the operations as one PATCH (RFC 7644 section 3.5.2), which is done as a whole or not at all."""
        body = {"schemas": [PATCH], "Operations": operations}
        return self._http.send(Call("PATCH", path, what, body, headers=headers, repeatable=True)).fields

    def set_active(self, path: str, what: str, *, active: bool, is_active: Callable[[Mapping[str, Any]], bool]) -> None:
        """Set `active` and see that it is so: a polite answer that changed nothing is tried again (PR-09)."""
        before = self.read(path, what)
        if is_active(before) == active:
            return
        answer = self.bring(path, before, {**before, "active": active}, what)
        seen = answer if "active" in answer else self.read(path, what)
        if is_active(seen) != active:
            raise TryAgain(f"{what}: the platform said yes and did nothing")

    def _precondition(self, before: Mapping[str, Any]) -> Mapping[str, str]:
        meta = before.get("meta")
        version = meta.get("version") if isinstance(meta, dict) else None
        if version and self.abilities.can("etag", unless_told=False):
            return {"If-Match": str(version)}
        return {}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Json]:
    """Return the PATCH operations, each with its path, that make one resource into the other."""
    operations: list[Json] = []
    for name in sorted({*before, *after} - {"schemas", "meta", "id", "groups"}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        nested = name in {ENTERPRISE, "name"} and (isinstance(old, dict) or isinstance(new, dict))
        if not nested:
            operations.append(_operation(name, old, new))
            continue
        old, new = (part if isinstance(part, dict) else {} for part in (old, new))
        separator = ":" if name == ENTERPRISE else "."
        operations += [
            _operation(f"{name}{separator}{inner}", old.get(inner), new.get(inner))
            for inner in sorted({*old, *new})
            if old.get(inner) != new.get(inner)
        ]
    return operations


def _operation(path: str, old: Any, new: Any) -> Json:
    if new is None:
        return {"op": "remove", "path": path}
    return {"op": "replace" if old is not None else "add", "path": path, "value": new}
