"""What the SCIM server answers instead of a result (RFC 7644 section 3.12). It repeats nothing that came in (AD-15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimRefused(Exception):
    """Root of all refusals; `kind` is the `scimType`."""

    status = 400
    kind = ""
    sentence = "The request cannot be read"

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None) -> None:
        self.detail = detail or self.sentence
        self.headers = dict(headers or {})
        super().__init__(self.detail)

    def document(self) -> dict[str, Any]:
        """Return the error as SCIM clients read it."""
        made: dict[str, Any] = {"schemas": [ERROR], "status": str(self.status), "detail": self.detail}
        return made | ({"scimType": self.kind} if self.kind else {})


class InvalidSyntax(ScimRefused):
    """The body is no JSON, or not the message it should be."""

    kind = "invalidSyntax"


class InvalidValue(ScimRefused):
    """A value is missing, of the wrong type, or no rule could work with it."""

    kind = "invalidValue"


class InvalidFilter(ScimRefused):
    """The filter cannot be read, or asks for what is not served."""

    kind = "invalidFilter"


class InvalidPath(ScimRefused):
    """A path names nothing of the published schemas."""

    kind = "invalidPath"


class NoTarget(ScimRefused):
    """A path with a filter found nothing."""

    kind = "noTarget"


class Mutability(ScimRefused):
    """The attribute cannot be changed."""

    kind = "mutability"


class TooMany(ScimRefused):
    """So many resources are not searched one by one."""

    kind = "tooMany"


class InvalidCursor(ScimRefused):
    """The cursor is none of ours, or belongs to another question (RFC 9865 section 2.1)."""

    kind = "invalidCursor"
    sentence = "The cursor cannot be used here; begin anew without one"


class Unauthenticated(ScimRefused):
    """No token, or one that opens nothing."""

    status = 401
    sentence = "A bearer token is needed"


class Forbidden(ScimRefused):
    """The token may not."""

    status = 403
    sentence = "The token may not do this"


class NotFound(ScimRefused):
    """There is no such resource that the caller may see."""

    status = 404
    sentence = "There is no such resource"


class WrongMethod(ScimRefused):
    """The address is there, the method is not."""

    status = 405
    sentence = "This address does not take that method"


class Uniqueness(ScimRefused):
    """Another resource has this value."""

    status = 409
    kind = "uniqueness"


class Changed(ScimRefused):
    """The resource is another one by now (If-Match)."""

    status = 412
    sentence = "The resource has been changed since it was read"


class TooLarge(ScimRefused):
    """The body or the number of operations is over the limit."""

    status = 413
    sentence = "The request is too large"


class WrongMedia(ScimRefused):
    """The body is of another kind."""

    status = 415
    sentence = "The body must be application/scim+json or application/json"


class TooOften(ScimRefused):
    """Too many requests; `Retry-After` says how long to wait."""

    status = 429
    sentence = "Too many requests"


class Broken(ScimRefused):
    """A fault of ours, told to the log only."""

    status = 500
    sentence = "Something went wrong on our side"


class NotOffered(ScimRefused):
    """The standard knows it, this server does not do it."""

    status = 501
