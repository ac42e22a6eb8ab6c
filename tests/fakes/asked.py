"""A little company from HR files, a configuration, and somebody who asks about it."""

from __future__ import annotations

import io

from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.explaining.told import Explainer
from sso_bridge.configuration.live import Live
from sso_bridge.hr.intake import Intake
from sso_bridge.store.staff.origins import Origins
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.reordered import Orders
from sso_bridge.store.sync.last_seen import History
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.shadows import StoredShadows
from tests.fakes.org import TODAY

PEOPLE = """employee_number,assignment_id,given_name,family_name,email,unit,title,manager,country,leaves_on
E1,a1,Bo,Baas,bo@example.org,root,Head,,NL,
E2,a2,Ann,Smit,ann@example.org,sales,Seller,E1,NL,
E3,a3,Eve,Noord,eve@example.org,north,,E2,BE,
E4,a4,Gus,Weg,gus@example.org,sales,Seller,E1,NL,2026-10-31
E5,a5,Ida,Stil,,sales,Seller,E1,NL,
"""
UNITS = "unit,name,parent,head\nroot,Company,,E1\nsales,Sales,root,E2\nnorth,North,sales,\n"
LOGIN = {"protocol": "oidc", "client_id": "c", "redirect_uris": ["https://c.example/cb"], "token_auth_method": "none"}
CHAT = {"login": LOGIN, "provisioning": {"connector": "memory"}, "mapping": "chat"}
DOCUMENT = {
    "platforms": {
        "chat": CHAT,
        "wiki": {"login": LOGIN | {"client_id": "w"}, "mapping": "wiki"},
        "off": CHAT | {"login": {"protocol": "none"}, "enabled": False},
    },
    "mappings": {
        "chat": {
            "for": "person.kind != 'supplier' && primary.country in ['NL', 'BE']",
            "attributes": {
                "userName": "person.email.lowerAscii()", "title": "primary.title", "department": "unit.name",
                "nickName": "person.givenName",
            },
            "release": ["name", "email", "title"],
        },
        "wiki": {"for": "primary.country == 'NL'", "release": ["name"]},
    },
    "groups": {
        "sales-nl": {"on": ["chat"], "members": "'sales' in person.unitPath && primary.country == 'NL'"},
        "units": {"on": ["chat"], "each": "unit", "members": "unit.key in person.unitPath"},
        "crew": {"on": ["chat"], "members": ["E1"]},
        "elsewhere": {"on": ["wiki"], "members": "person.active"},
    },
}  # fmt: skip


class Asking:
    """`why_not("E3", "chat", "group:sales-nl")`; `explain("E3", "chat")`."""

    def __init__(self, store, clock, audit, document=None):
        self.store, self.clock, self.audit = store, clock, audit
        self.people = People(store, clock)
        self.shadows = StoredShadows(store, clock)
        history = History(store, self.shadows, StoredNearby(self.people, store, clock))
        orders = Orders(store, clock, lambda: TODAY)
        self.explainer = Explainer(self.people, Origins(store), history, lambda: b"s" * 32, orders)
        self.configure(document or DOCUMENT)
        self.send(people=PEOPLE, units=UNITS)

    def configure(self, document):
        checked = parse(document)
        self.live = Live(1, checked.configuration, checked.rules, document)

    def send(self, **files):
        uploads = [Upload(f"{name}.csv", io.BytesIO(text.encode())) for name, text in files.items()]
        taken = Intake(self.store, self.clock, self.audit).take(
            uploads, Source("payroll"), complete=False, actor="cli:ann"
        )
        assert "taken" == taken.state, taken.refusal
        return taken

    def why_not(self, key, platform, what, day=TODAY):
        person = self.people.by_any_key(key)
        return self.explainer.why_not(self.live, person, day, platform, what)

    def reasons(self, key, platform, what, day=TODAY):
        """Return (rule, text) of each reason."""
        return [(one.rule, one.text) for one in self.why_not(key, platform, what, day).reasons]

    def explain(self, key, platform, day=TODAY):
        (told,) = self.explainer.explain(self.live, self.people.by_any_key(key), day, platform)
        return told
