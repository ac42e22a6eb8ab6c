"""Who is calling, and for which HR source: a token is bound to one source, and what it does happens there only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor for the audit, the source, its columns (ours -> attributes of SCIM), the request's id and address."""

    actor: str
    source: str
    columns: Mapping[str, str]
    reference: str = ""
    address: str = ""
