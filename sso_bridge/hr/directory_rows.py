"""One entry of a directory -> one row of the HR files, in the same words; what the gate reads afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from provisioners.errors import FeedRefused
from sso_bridge.login.authenticate.ldap.account import NEVER, Unreadable, refusal_in
from sso_bridge.login.authenticate.ldap.flavours import Flavour
from sso_bridge.login.authenticate.ldap.wire import Entry

ENDED = frozenset({"account_disabled", "account_expired"})
"""States that mean that somebody does not work here; a lock or an old password does not."""

COLUMNS: Mapping[str, str] = {
    "given_name": "givenName",
    "family_name": "sn",
    "email": "mail",
    "title": "title",
    "kind": "employeeType",
    "manager": "manager",
}
WINDOWS: Mapping[str, str] = {"unit": "department", "location": "physicalDeliveryOfficeName", "country": "c"}
OTHERS: Mapping[str, str] = {"unit": "departmentNumber", "location": "l"}
_WINDOWS_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def attributes_of(flavour: Flavour, number: str, stated: Mapping[str, str]) -> dict[str, str]:
    """Return which attribute each of our columns is read from; what the configuration says comes first."""
    usual = {**COLUMNS, **(WINDOWS if flavour.windows else OTHERS)}
    return {**usual, "username": flavour.login, "employee_number": number, **stated}


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes rows. `units` are keys by the distinguished name of an organizational unit; empty for an attribute."""

    flavour: Flavour
    columns: Mapping[str, str]
    now: datetime
    units: Mapping[str, str]

    def row(self, entry: Entry) -> dict[str, str]:
        """Return the row of a person, the manager still as a distinguished name.

        FeedRefused when the account's state cannot be read: nobody may guess it.
        """
        row = {column: entry.text(attribute) for column, attribute in self.columns.items()}
        if self.units:
            row["unit"] = next((self.units[dn] for dn in above(entry.dn) if dn in self.units), "")
        try:
            ended = refusal_in(entry, self.flavour, self.now) in ENDED
        except Unreadable as what:
            raise FeedRefused(
                f"the service account cannot read {what}", hint="let it read the attributes that tell who is disabled"
            ) from None
        row["status"] = "inactive" if ended else "active"
        last = _last_day(entry) if self.flavour.windows else ""
        return {**row, "leaves_on": last} if last and not ended else row


def above(dn: str) -> list[str]:
    """Return the distinguished names of what this entry lies in, nearest first, in lower case."""
    found: list[str] = []
    rest = dn.casefold()
    while True:
        at = _comma(rest)
        if at < 0:
            return found
        rest = rest[at + 1 :]
        found.append(rest)


def _comma(text: str) -> int:
    """Return where the first name ends: a comma that no backslash protects (RFC 4514)."""
    escaped = False
    for at, letter in enumerate(text):
        if letter == "," and not escaped:
            return at
        escaped = letter == "\\" and not escaped
    return -1


def _last_day(entry: Entry) -> str:
    """Return the day on which an account ends that is dated; it ends at that moment, the day before counts."""
    text = entry.text("accountExpires")
    if not text.isdigit() or int(text) in NEVER:
        return ""
    try:
        return f"{_WINDOWS_EPOCH + timedelta(microseconds=int(text) // 10) - timedelta(seconds=1):%Y-%m-%d}"
    except OverflowError:
        return ""
