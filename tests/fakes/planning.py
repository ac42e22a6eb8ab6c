"""The look at a platform without any database: stated people, known accounts and groups, remembered answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from hashlib import blake2b

from mappings.days import home_day
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import OURS
from provisioners.spool import Scratch
from provisioners.sync.compose.chart import Chart, inside
from provisioners.sync.compose.near import seen
from provisioners.sync.plan.diff import Target, plan_platforms, together
from provisioners.sync.plan.focus import Focus
from provisioners.sync.plan.ownership import Protected, names_of
from provisioners.sync.plan.sheaf import Drafts
from tests.fakes.org import TODAY
from tests.fakes.rules import FakeRules

CHAT = Descriptor(
    "fake", "Fake", attributes=frozenset({"userName", "displayName", "title", "manager"}),
    required=frozenset({"userName"}), deletes=True,
)  # fmt: skip
TEAMS = replace(CHAT, groups=True, owners=True)


class Told:
    """Somebody as HR stated them; counts how often the facts are read."""

    def __init__(self, person, digest=None, part_of=0):
        self.part_of = part_of
        self.id, self.uuid, self.key = person.id, person.uuid, person.key
        self.digest = digest or blake2b(repr(person).encode(), digest_size=8).digest()
        self.read = 0
        self._person = person

    def person(self):
        self.read += 1
        return self._person


class Kept:
    """Remembered blocks in a dictionary."""

    def __init__(self):
        self.of = {}

    def blocks(self, platform, rules):
        return dict(self.of.get((platform, rules), {}))

    def keep(self, platform, rules, blocks):
        self.of.setdefault((platform, rules), {}).update(blocks)


class KnownAccounts:
    """What was last known of the platforms."""

    def __init__(self, accounts=(), groups=()):
        self.rows = list(accounts)
        self.teams = list(groups)
        self.met = set()
        self.owned = {}

    def states(self, platform):
        return [(each.person_id, each.fingerprint, each.state, each.management) for each in self._people(platform)]

    def some(self, platform, person_ids):
        return {each.person_id: each for each in self._people(platform) if each.person_id in set(person_ids)}

    def unowned(self, platform):
        return iter([each for each in self.rows if each.platform == platform and not each.person_id])

    def holders(self, platform, names):
        found = {}
        for each in self._people(platform):
            for name in names_of(each.attributes) & set(names) if each.state != "deleted" else ():
                found[name] = found.get(name, frozenset()) | {each.person_id}
        return found

    def given(self, platform, attribute, values):
        return {value: self.owned[value.casefold()] for value in values if value.casefold() in self.owned}

    def sizes(self, platform, most=None):
        active = [each for each in self._people(platform) if each.state == "active" and each.management in OURS]
        return len(active[:most]), sum(len(team.members) for team in self.groups(platform))

    def group(self, platform, key):
        return next((each for each in self.groups(platform) if each.key == key), None)

    def groups(self, platform):
        return iter([each for each in self.teams if each.platform == platform])

    def keep_accounts(self, shadows):
        self.rows.extend(shadows)

    def keep_group(self, shadow):
        self.teams.append(shadow)

    def mark_contacted(self, platform):
        self.met.add(platform)

    def _people(self, platform):
        return [each for each in self.rows if each.platform == platform and each.person_id]


class Around:
    """The people and units stated, for a plan that reads only a few; `read` tells whom."""

    def __init__(self, people, units, shadows):
        self.people, self.units, self.known = people, units, shadows
        self.read = []

    def stated(self, ids):
        return [Told(person) for person in self.people if person.id in ids]

    def day(self, on):
        return Chart(on, map(Told, self.people), self.units)

    def by_id(self, id_):
        self.read.append(id_)
        return next((person for person in self.people if person.id == id_), None)

    def by_uuid(self, uuid):
        return next((person for person in self.people if person.uuid == uuid), None)

    def led_by(self, key):
        return [unit.key for unit in self.units if unit.head == key]

    def below(self, keys):
        return inside(keys, ((unit.key, unit.parent) for unit in self.units))

    def shadows(self, ids):
        return SomeOf(ids, self.known)


class SomeOf(KnownAccounts):
    """The same, but of states and groups only those of a few people."""

    def __init__(self, ids, known):
        super().__init__(known.rows, known.teams)
        self.ids = ids

    def states(self, platform):
        return [each for each in super().states(platform) if each[0] in self.ids]

    def groups(self, platform):
        return iter([each for each in super().groups(platform) if self.ids & (each.members | each.owners)])

    def sizes(self, platform, most=None):
        return KnownAccounts(self.rows, self.teams).sizes(platform, most)

    def group(self, platform, key):
        return KnownAccounts(self.rows, self.teams).group(platform, key)


class NothingDone:
    """A ledger of a bridge that has carried out nothing yet."""

    def done_since(self, platform, kinds, since):
        return 0

    def still_open(self, platform, kinds, besides):
        return 0

    def small_since(self, platform, kinds, since, besides):
        return 0

    def small_updates(self, platform, since):
        return iter(())


class TheseOnly:
    """A staff register of these people."""

    def __init__(self, people, units):
        self._people, self._units = people, units

    def everyone(self):
        return map(Told, self._people)

    def units(self):
        return self._units

    def version(self):
        return 1


class Look:
    """`at(people)` returns the plan for them; `accounts` and `groups` are what is known of the platform."""

    def __init__(self, *, accounts=(), groups=(), units=(), descriptor=CHAT, protected=(), limits=None):
        self.shadows = KnownAccounts(accounts, groups)
        self.units = units
        self.targets = [Target("chat", descriptor, limits or {}, Protected.of(protected))]
        self.rules = FakeRules()
        self.kept = None
        self.told = []

    def at(self, *people, on=TODAY, only=0, near=False, focus=None):
        everybody, focus = TheseOnly(people, self.units), focus or Focus.on(only)
        around = Around(people, self.units, self.shadows) if near else None
        chart, shadows, kept = seen(on, focus.ids, around, everybody, self.shadows, self.kept)
        drafts = Drafts(Scratch())
        parts = plan_platforms(
            self.targets, rules=self.rules, chart=chart, drafts=drafts, shadows=shadows, ledger=NothingDone(),
            subject=lambda platform, uuid: f"{platform}:{uuid}", now=datetime.combine(home_day(on), time(9), UTC),
            remembered=kept, only=focus, progress=lambda name, at: self.told.append((name, at)),
        )  # fmt: skip
        return together(drafts, parts, {}, on=on, revision=1, organisation=1, only=focus)


def kinds(plan):
    """Return the kinds of the changes in order."""
    return [change.kind for change in plan.changes]
