"""A company whose groups are made by real rules, synced to a platform in memory that can do everything."""

from __future__ import annotations

from dataclasses import replace

from mappings.rules import compile_rules
from provisioners.platforms.memory import DESCRIPTOR
from provisioners.platforms.memory.connector import Memory
from provisioners.sync.plan.diff import Target
from tests.fakes.syncs import Syncs

FLAT = replace(DESCRIPTOR, nests=False)
MAPPING = {"attributes": {"userName": "person.email"}}


class Grouped(Syncs):
    """`rule(name, **body)` states a rule; then as `Syncs`. Groups are told by key, people by HR number."""

    def __init__(self, store, clock, descriptor=DESCRIPTOR):
        super().__init__(store, clock, Memory("chat"))
        self.source = replace(self.source, strikes=1)
        self.bodies: dict[str, dict] = {}
        self.waves = None
        self.kind = descriptor
        self.target = Target("chat", descriptor, {})

    def rule(self, name, **body):
        self.bodies[name] = {"on": ["chat"], **body}
        self.ruled()
        return self

    def ruled(self, mapping=MAPPING):
        platform = {"mapping": "m"} | ({"waves": self.waves} if self.waves else {})
        self.rules = compile_rules({"platforms": {"chat": platform}, "mappings": {"m": mapping}, "groups": self.bodies})

    def unit(self, key, parent="", name="", head="", deputy=""):
        self.units[key] = f"{key},{name or key.title()},{parent},{head},{deputy}\n"

    def guarded(self):
        self.target = Target("chat", self.kind)

    def told(self, *releases):
        """Send, sync, and return how often each kind of change was planned."""
        self.send()
        return self.counts(self.sync(*releases)[0])

    def rooms(self):
        """Return by name the HR numbers of members, owners, and the names of the groups inside."""
        key_of = {row.remote_id: self.people.by_uuid(row.external_id).key for row in self.chat.people.values()}
        names = {room.remote_id: room.name for room in self.chat.rooms.values()}
        return {
            room.name: (
                sorted(key_of[one] for one in room.members),
                sorted(key_of[one] for one in room.owners),
                sorted(names[one] for one in room.groups),
            )
            for room in self.chat.rooms.values()
        }

    def members(self, name):
        """Return who is in a group, also by groups inside it, as the platform counts."""
        rooms = self.rooms()
        found, ahead = set(), [name]
        while ahead:
            direct, _, inner = rooms[ahead.pop()]
            found |= set(direct)
            ahead += inner
        return found
