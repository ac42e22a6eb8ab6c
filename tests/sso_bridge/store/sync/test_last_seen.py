"""What is known of one person on a platform is read without the groups of all others."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from provisioners.ports import GroupShadow
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.last_seen import History
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.shadows import StoredShadows

ANN = 7


class Reads:
    """Counts the rows of groups that come from the database."""

    def __init__(self, store, clock):
        self.store, self.shadows = store, StoredShadows(store, clock)
        self.history = History(store, self.shadows, StoredNearby(People(store, clock), store, clock))
        self.statements = []
        event.listen(store.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_):
        if "FROM group_shadow" in statement:
            self.statements.append(statement)

    def of_ann(self):
        """Return her groups, and the statements that read groups."""
        self.statements.clear()
        return self.history.of("chat", ANN).member_of, list(self.statements)


@pytest.fixture
def reads(store, clock):
    """Two groups with her in them, one that she owns, on another platform one more."""
    reads = Reads(store, clock)
    for platform, key, members, owners in [
        ("chat", "a", {ANN, 8}, ()), ("chat", "b", {1, ANN}, ()), ("chat", "c", {8}, {ANN}), ("wiki", "d", {ANN}, ()),
    ]:  # fmt: skip
        shadow = GroupShadow(platform, key, key, members=frozenset(members), owners=frozenset(owners))
        reads.shadows.keep_group(shadow)
    return reads


def test_her_groups_only(reads):
    """However many groups there are, those of one person are found by one statement and read one by one."""
    found, few = reads.of_ann()
    for number in range(300):
        others = frozenset(range(100 + number, 150 + number))
        reads.shadows.keep_group(GroupShadow("chat", f"g{number}", f"g{number}", members=others))

    again, many = reads.of_ann()

    assert {"a", "b"} == found == again
    assert few == many
    assert 4 == len(many)  # one finds the three groups that she is in or owns
    assert 1 == sum("instr(" in one or "POSITION" in one.upper() for one in many)
