"""Made-up accounts for the promises: unmistakable values, so that a leak into a log can be found."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol
from uuid import UUID, uuid5

from mappings.desired import Account, Value

NAMESPACE = UUID("6f1d7f52-6a2f-4d1a-9f0e-0d5c3f1f6a11")


class Sample(Protocol):
    """Makes the account of a numbered person; a suite passes its own where a platform never forgets a name."""

    def __call__(self, number: int, **attributes: Value) -> Account:
        """Return a person's wanted account; the same number is the same person."""
        ...


def account(number: int, **attributes: Value) -> Account:
    """Return a person's wanted account; the same number is the same person."""
    own: dict[str, Value] = {
        "userName": f"p{number:05}",
        "displayName": f"Sample Person {number}",
        "emails": f"p{number:05}@corp.example",
    }
    return Account(
        platform="sample",
        person_id=number,
        person_uuid=str(uuid5(NAMESPACE, f"person {number}")),
        subject=str(uuid5(NAMESPACE, f"subject {number}")),
        state="active",
        attributes={**own, **attributes},
    )


def with_attributes(old: Account, **attributes: Value) -> Account:
    """Return the same person with other values."""
    return replace(old, attributes={**old.attributes, **attributes})
