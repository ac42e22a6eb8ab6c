"""Every column says what it holds about people: erasing and telling a person are complete by construction."""

from __future__ import annotations

from sso_bridge.store.privacy.holdings import HOLDINGS, unsaid
from sso_bridge.store.tables import metadata

HOW = (
    "say it in sso_bridge/store/privacy/people.py or work.py: `person` (our id of the person whose row it is), "
    "`about` (her facts), `told` (texts or JSON that may name anybody), `people` (ids of several), or `nothing`; with "
    "`person`, `end` says what erasing her does with the row. Is it personal? See docs/privacy.md"
)


def test_each_column_says_what_it_holds() -> None:
    """A column that nobody classified would be forgotten when a person is erased (GDPR art. 17, PR-15)."""
    found = unsaid(metadata)

    assert [] == found, f"{'; '.join(found)}: {HOW}"


def test_each_row_of_a_person_has_an_end() -> None:
    """Whatever belongs to one person says what becomes of it when she is erased."""
    endless = [name for name, holding in HOLDINGS.items() if holding.person and not holding.end]

    assert [] == endless, f"{', '.join(endless)} belong to a person and do not say their end: {HOW}"


def test_references_to_a_person_belong_to_her() -> None:
    """A foreign key to a person is `person` or `people`: otherwise the erasure would not find the row."""
    lost = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys) and table.name != "tombstone"
        if column.name not in (*HOLDINGS[table.name].person, *HOLDINGS[table.name].people)
    ]

    assert [] == lost, HOW
