"""What may leave: the claims the rules allow, minus what no rule may ever send.

A closed table: every fact HR states about a person is on exactly one of two lists, and a test compares them with
`mappings.people.Person`. Who adds a fact must say here whether it may leave under its own name.
"""

from __future__ import annotations

from mappings.desired import Outcome
from sso_bridge.errors import NotForYou
from sso_bridge.login.asked import Released

RELEASABLE = frozenset({
    "given_name", "name_prefix", "family_name", "partner_prefix", "partner_name", "name_order",
    "preferred_name",
    "email", "username", "key", "kind", "assignments",
})  # fmt: skip
"""Facts a mapping's `release` may name."""

WITHHELD = frozenset({
    "id", "uuid", "source", "status", "hired_on", "leaves_on", "leaves", "birth_date", "other_number",
    "source_groups",
})  # fmt: skip
"""Facts that never leave at sign-in: our own ids (the subject is there for that), why somebody is away, and what only
tells whether two rows are one person."""

PROTOCOL = frozenset({
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "acr", "amr", "auth_time", "at_hash", "c_hash",
    "sid", "cnf", "events", "client_id", "scope",
})  # fmt: skip
"""Claims that belong to the protocols: a mapping cannot say who somebody is or how they signed in."""

NEVER = WITHHELD | PROTOCOL


def released(outcome: Outcome, subject: str) -> Released:
    """Return what this platform is told; NotForYou when the person is outside the mapping's scope."""
    if not outcome.in_scope:
        raise NotForYou(f"the mapping of {outcome.platform} leaves this person out: {outcome.reason}")
    if not subject:
        raise NotForYou(f"there is no subject for {outcome.platform}")
    return Released(subject, {name: value for name, value in outcome.claims.items() if name not in NEVER})
