"""Who may come in: a token with the scope scim, bound to one configured HR source of the kind scim (AD-05, AD-10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Request

from sso_bridge.api import problems
from sso_bridge.api.door import Door, Rate
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.pushed import SCIM_COLUMNS, ScimSource
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.errors import Forbidden, ScimRefused, TooOften, Unauthenticated

RATE: Final = Rate(token=(600, 0.02), stranger=(30, 2.0))
"""600 requests at once, then 50 a second for each token, in all processes together."""
_SAME: Final[Mapping[type[problems.Refused], type[ScimRefused]]] = {
    problems.Unauthenticated: Unauthenticated,
    problems.Forbidden: Forbidden,
    problems.TooMany: TooOften,
}


@dataclass(frozen=True, slots=True)
class ScimDoor:
    """Lets callers in. `door` is the one of all machines, with a rate of its own."""

    door: Door
    configuration: Callable[[], Configuration]

    def enter(self, request: Request, permission: str, reference: str) -> Caller:
        """Return who calls, for which source; Unauthenticated, Forbidden, TooOften."""
        try:
            token = self.door.enter(request)
            self.door.check(token, permission)
        except problems.Refused as why:
            raise _SAME[type(why)](why.detail, headers=why.headers) from None
        source = self.configuration().hr_sources.get(token.source) if token.source else None
        if not isinstance(source, ScimSource):
            raise Forbidden("the token is bound to no HR source of the kind scim")
        columns = {**SCIM_COLUMNS, **source.columns}
        return Caller(token.actor, token.source, columns, reference, request.remote_addr or "")
