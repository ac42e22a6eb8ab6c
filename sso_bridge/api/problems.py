"""Errors for machines: RFC 9457 problem documents. They name the place of a mistake, never the value (AD-03, AD-15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel, Field

MEDIA: Final = "application/problem+json"


class Flaw(BaseModel):
    """One mistake in a request."""

    detail: str = Field(description="What is wrong there.", examples=["is missing"])
    pointer: str | None = Field(default=None, description="Where in the body: a JSON pointer (RFC 6901) as a fragment.")
    parameter: str | None = Field(
        default=None, description="Which query parameter or header, when it is not in the body."
    )
    line: int | None = Field(default=None, description="Line of an expression or text.")
    column: int | None = Field(default=None, description="Column of an expression or text.")
    hint: str | None = Field(default=None, description="What may be meant.")


class ProblemDocument(BaseModel):
    """What every error looks like (RFC 9457)."""

    type: str = Field(description="Where this kind of problem is explained.", examples=["/admin/docs#not_found"])
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What happened this time.")
    code: str = Field(description="The kind of problem for programs; it stays the same.", examples=["not_found"])
    reference: str = Field(description="The id of this request in our log.")
    errors: list[Flaw] = Field(default_factory=list, description="Each mistake and its place.")


class Refused(Exception):
    """Root of what the API answers instead of a result."""

    status = 400
    code = "malformed"
    title = "The request cannot be read"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Iterable[Flaw] = (),
        headers: Mapping[str, str] | None = None,
        code: str = "",
    ) -> None:
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.code = code or type(self).code
        super().__init__(self.detail)

    def document(self, reference: str) -> dict[str, Any]:
        """Return the problem document."""
        made = ProblemDocument(
            type=f"/admin/docs#{self.code}", title=self.title, status=self.status, detail=self.detail,
            code=self.code, reference=reference, errors=list(self.errors),
        )  # fmt: skip
        return made.model_dump(mode="json", exclude_none=True)


class Malformed(Refused):
    """Not JSON, or a header that does not say what it must."""


class Unauthenticated(Refused):
    """No token, or none that opens anything now; which of these is not told."""

    status, code, title = 401, "unauthenticated", "A valid bearer token is needed"


class Forbidden(Refused):
    """The token is good and may not do this."""

    status, code, title = 403, "forbidden", "The token does not allow this"


class NotFound(Refused):
    """There is no such thing, or it is none of the caller's business (AD-02)."""

    status, code, title = 404, "not_found", "There is no such thing"


class WrongMethod(Refused):
    """The address is right, the method is not."""

    status, code, title = 405, "wrong_method", "This address does not take that method"


class Conflict(Refused):
    """The present state does not allow it."""

    status, code, title = 409, "conflict", "The present state does not allow this"


class Moved(Refused):
    """`If-Match` names another state than the present one."""

    status, code, title = 412, "revision_moved", "Somebody else changed it meanwhile"


class TooLarge(Refused):
    """More bytes than agreed."""

    status, code, title = 413, "too_large", "The request is too large"


class WrongMedia(Refused):
    """The body is of another kind than this address takes."""

    status, code, title = 415, "wrong_media", "The body is of the wrong kind"


class Invalid(Refused):
    """Readable, but not what this address takes; `errors` names each place."""

    status, code, title = 422, "invalid", "The request has mistakes"


class Unconditional(Refused):
    """A change without `If-Match` could undo somebody else's (RFC 6585)."""

    status, code, title = 428, "unconditional", "Say with If-Match which state you have seen"


class TooMany(Refused):
    """Throttled; `Retry-After` tells how long (AD-10)."""

    status, code, title = 429, "too_many_requests", "Too many requests"


class Broken(Refused):
    """Our fault; the log tells more under the reference (AD-15)."""

    status, code, title = 500, "bridge_error", "Something went wrong on our side"


KINDS: Final[Mapping[int, type[Refused]]] = {
    kind.status: kind
    for kind in (
        Malformed, Unauthenticated, Forbidden, NotFound, WrongMethod, Conflict, Moved, TooLarge, WrongMedia, Invalid,
        Unconditional, TooMany, Broken,
    )
}  # fmt: skip
"""HTTP status -> kind of problem; there is one for each."""
