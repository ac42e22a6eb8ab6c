"""A person whose every value is planted in every place that may hold it, table by table, column by column.

New tables are planted too: what a column may hold is read from `sso_bridge.store.privacy.holdings`.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Float, Integer, LargeBinary, Table, insert

from provisioners.sync.plan.change import Change, Phase
from sso_bridge.store.privacy.holdings import HOLDINGS
from sso_bridge.store.staff.facts import digest_of
from sso_bridge.store.sync.shadows import packed
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.base import Moment

HER, OTHER = 1, 2
UUID, OTHER_UUID = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEFT = date(2026, 1, 31)

FACTS: Mapping[str, Any] = {
    "given_name": "Tjitskje-Quirine", "name_prefix": "van 't", "family_name": "Zwaluwenbergh",
    "partner_name": "Østergård", "preferred_name": "Quirientje", "email": "tq.zwaluwenbergh@corp.example",
    "username": "tqzwaluw", "leaves_on": LEFT.isoformat(), "hired_on": "2019-03-01",
    "assignments": [{"id": "1", "unit": "sales", "title": "Engineer", "manager": "E90002"}],
}  # fmt: skip
NUMBER, SUBJECT, REMOTE, PHONE, ADDRESS = (
    "E90417",
    "cn=tqzwaluw-7781",
    "remote-acc-55190",
    "+31612345678",
    "198.51.100.77",
)
DISPLAY, LOGIN = "Tjitskje-Quirine van 't Zwaluwenbergh", "quirine.z@platform.example"
NAMED = ("given_name", "family_name", "partner_name", "preferred_name", "email", "username")
VALUES = (
    *(str(FACTS[name]) for name in NAMED), NUMBER, SUBJECT, REMOTE, PHONE, ADDRESS, DISPLAY, LOGIN,
)  # fmt: skip
SENTENCE = " / ".join((NUMBER, DISPLAY.upper(), str(FACTS["email"]), LOGIN, SUBJECT, REMOTE, PHONE, "Østergård"))
OTHERS = {
    "given_name": "Ada", "family_name": "Jansen", "email": "ada@corp.example", "username": "ada",
    "assignments": [{"id": "1", "unit": "sales", "title": "Engineer", "manager": NUMBER}],
}  # fmt: skip
ATTRIBUTES = {"userName": LOGIN, "displayName": DISPLAY, "phone": PHONE, "title": "Engineer"}


def spellings() -> dict[str, bytes]:
    """Return every way in which one of her values could stand in a file, by a name to be told."""
    found = {}
    for value in VALUES:
        for form in {value, unicodedata.normalize("NFD", value), value.lower(), value.upper()}:
            raw = form.encode()
            whole = {base64.b64encode(b" " * shift + raw)[4:-4] for shift in range(3) if len(raw) > 8}
            ways = {raw, json.dumps(form)[1:-1].encode(), quote(form).encode(), raw.hex().encode(), *whole}
            ways |= {form.encode("utf-16-le")}
            found.update({f"{form}: {way!r}": way for way in ways})
    return found


class Planting:
    """Puts her into every table; `rows` tells into which."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rows: list[str] = []

    def plant(self) -> None:
        """Fill every table but those of the audit, which has words of its own, and of the configuration in force."""
        skip = {"audit", "audit_head", "audit_checkpoint", "tombstone", "erased_name", "hr_upload", "key_ring",
                "signing_key", "configuration_state", "audit_shipment"}  # fmt: skip
        for table in metadata.sorted_tables:
            if table.name in skip:
                continue
            for row in self._rows(table):
                self.connection.execute(insert(table), row)
            self.rows.append(table.name)

    def _rows(self, table: Table) -> list[dict[str, Any]]:
        if table.name == "person":
            return [self._person(HER, UUID, NUMBER, FACTS), self._person(OTHER, OTHER_UUID, "E90002", OTHERS)]
        row = {column.name: self._value(table, column) for column in table.columns}
        return [row | {name: value for name, value in SPECIAL.get(table.name, {}).items() if name in row}]

    def _person(self, id_: int, uuid: str, key: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        row = {"id": id_, "uuid": uuid, "source": "payroll", "key": key, "facts": facts, "digest": digest_of(facts)}
        gone = LEFT if id_ == HER else None
        return row | {"strikes": 0, "gone_on": gone, "changed_at": NOW, "origin": {"file": "people.csv", "line": 7}}

    def _value(self, table: Table, column: Column[Any]) -> Any:
        holding = HOLDINGS[table.name]
        if column.name in holding.person:
            return HER
        for key in column.foreign_keys:
            return 1 if isinstance(key.column.type, Integer) else "1"
        says = column.name in (*holding.about, *holding.told)
        if isinstance(column.type, JSON):
            return {"said": [SENTENCE, {NUMBER: DISPLAY}]} if says else {}
        for kind, value in PLAIN:
            if isinstance(column.type, kind):
                return value
        length = getattr(column.type, "length", None) or 5000
        return (SENTENCE if length >= len(SENTENCE) else NUMBER)[:length] if says else "1"


PLAIN: tuple[tuple[type[Any], Any], ...] = (
    (Moment, NOW), (Date, LEFT), (Boolean, False), (Integer, 1), (Float, 1.0), (LargeBinary, b"12345678"),
)  # fmt: skip


def change(**more: Any) -> str:
    """Return a change of her account, as plans and the ledger keep it."""
    said = {"subject": SUBJECT, "remote_id": REMOTE, "before": {"displayName": "Y"}, "after": ATTRIBUTES} | more
    return Change(Phase.ACCOUNTS, "account_update", "chat", HER, UUID, reason=SENTENCE, **said).canonical()


SPECIAL: dict[str, dict[str, Any]] = {
    "plan_item": {"body": change(), "plan_id": 1},
    "action": {"change": change(), "target": f"person:{HER}", "state": "done", "run": 1},
    "account_shadow": {"attributes": ATTRIBUTES, "remote_id": REMOTE, "state": "deleted", "platform": "chat"},
    "group_shadow": {"members": packed([HER, OTHER]), "owners": packed([HER])},
    "link": {"subject_key": f"office\x1f\x1f\x1f{SUBJECT}"},
    "link_conflict": {"people": [HER, OTHER], "proposed_person": None},
    "bridge_session": {"subject": {"workplace": "office", "value": SUBJECT}, "address": ADDRESS},
    "session_use": {"subject": SUBJECT},
    "openid_grant": {"claims": {"phone_number": PHONE, "name": DISPLAY}, "subject": "pairwise-4711-sub"},
    "sign_in_trace": {"reference": "amber-boat-cedar-dawn", "address": ADDRESS, "steps": [{"what": SENTENCE}]},
    "sign_in_attempt": {"used_at": NOW},
    "scim_user": {"user_name": LOGIN, "external_id": NUMBER, "mail": FACTS["email"], "display_name": DISPLAY},
    "scim_mail": {"mail": FACTS["email"]},
    "scim_member": {"group_id": 1},
    "person_statement": {"facts": FACTS, "made": FACTS, "part_of": None},
    "hr_import": {"state": "taken"},
    "erasure": {"person_id": HER, "done_at": None},
    "unit": {"key": "sales", "facts": {"name": "Sales", "head": NUMBER, "deputy": "E90002"}},
    "configuration_revision": {"number": 1, "document": json.dumps({"mappings": {"chat": {"examples": [SENTENCE]}}})},
}  # fmt: skip
