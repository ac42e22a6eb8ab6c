"""Every documented answer is one that a request really gets; what nobody can bring about is not documented.

`answers.toml` has the requests that need to be just so; the others are alike on every route and made here.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from provisioners.ports import AccountShadow
from sso_bridge.api.route import Route
from sso_bridge.login.authenticate.saml_sp.ports import Held
from sso_bridge.parts.machines import routes
from sso_bridge.store.sign_in.peers import Peers
from sso_bridge.store.staff.facts import digest_of
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables.correlation import correlation_pair
from sso_bridge.store.tables.organisation import person
from tests.fakes.admin import DOCUMENT
from tests.fakes.lived_in import CONFIGURATION, LivedIn
from tests.fakes.login import Remembered
from tests.fakes.saml_platform import rsa_key
from tests.fakes.saml_workplace import Idp
from tests.fakes.sign_in_bridge import ADA, BOB

STEPS = tomllib.loads((Path(__file__).parent / "answers.toml").read_text())["steps"]
DOOR = {401, 403, 413, 415, 429, 500}
"""What the door answers on every route: see `test_access.py`, `tests/attacks/test_admin_api.py`."""
ELSEWHERE = {("POST /admin/v1/workplaces/{workplace}/examination", 409): "test_examination.py::test_one_at_a_time"}
"""What takes two requests at the same moment."""
WAVES = {"open": "all", "steps": [{"name": "pilot", "people": [ADA.key]}, {"name": "all", "percent": 100}]}
NOBODY = "99999999-9999-4999-8999-999999999999"
KEPT_OUT = "employee_number,assignment_id,hired_on\n" + "".join(f"E{one},a,\n" for one in range(10, 60)) + "E9,a,soon\n"


class Story(LivedIn):
    """One of everything, and what some answers need; `seen` has the answers of each route."""

    def __init__(self, store: Any, clock: Any, keys: Any, folder: Path) -> None:
        super().__init__(store, clock, keys, base_dir=folder)
        self.routes = {f"{one.method} {one.path}": one for one in routes(self.parts)}
        self.seen: dict[str, set[int]] = {name: set() for name in self.routes}
        document = copy.deepcopy(DOCUMENT)
        document["platforms"]["chat"]["waves"] = WAVES
        document["guards"] = {"default": {"create": {"count": 1}}}
        document["workplaces"]["office"] = {"kind": "saml", "metadata_url": "https://127.0.0.1:9/metadata"}
        self.known |= {"old draft": self._draft(DOCUMENT), "platform": "chat", "part": "platforms", "name": "chat"}
        desk = self.parts.configuration
        made = self._draft(document)
        desk.approve(made, by="colleague")
        desk.apply(made, by="cli")
        self.known["with wiki"] = 4
        self.known["wrong draft"] = desk.revisions.keep_draft('{"platforms": {"x": 1}}', by="cli", why="").id
        self.known["old digest"] = desk.revisions.draft(self.known["old draft"]).digest
        self.known |= {"left": self._left(), "workplace": "office", "pair": self._pair()}
        self.known["current key"] = next(one.kid for one in keys.records() if one.state == "current")
        self.known["fingerprint"] = self._held()
        self.known["simulation"] = self._simulated()

    def ask(self, name: str, path: str, who: str = "owner", **more: Any) -> Any:
        """Ask, and note the answer under the route."""
        self.clock.move(minutes=1)
        answer = self.call(name.split(maxsplit=1)[0], path, who, **more)
        self.seen[name].add(answer.status_code)
        return answer

    def filled(self, value: Any) -> Any:
        """Return what stands for `{name}` in it."""
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if not isinstance(value, str):
            return value
        if value in {"{nothing}", "{in force}"}:
            return None if value == "{nothing}" else self.call("GET", CONFIGURATION).json["configuration"]
        whole = value.strip("{}")
        if value == f"{{{whole}}}" and whole in self.known:
            return self.known[whole]
        for name, there in self.known.items():
            value = value.replace(f"{{{name}}}", str(there))
        return value

    def too_many_webhooks(self) -> None:
        """As many webhooks as there may be."""
        for number in range(50):
            self.parts.telling.webhooks.add(f"n{number}", "https://x.example/", ["run.failed"], "cli")

    def no_webhooks(self) -> None:
        """No webhooks."""
        for one in self.parts.telling.webhooks.all():
            self.parts.telling.webhooks.remove(one.id)

    def a_new_plan(self) -> None:
        """A plan that nobody has approved."""
        number, digest = self.made_plan()
        self.known |= {"new plan": number, "new digest": digest}

    def kept_out(self) -> None:
        """An import with a row that was kept out."""
        headers = {"Content-Type": "text/csv", "Idempotency-Key": "kept-out"}
        sent = self.call("POST", "/hr/v1/snapshots?source=payroll", "hr", data=KEPT_OUT, headers=headers)
        assert sent.status_code == 202, sent.text
        self.known["import"] = sent.json["id"]
        self.work()

    def _draft(self, document: Any) -> int:
        return self.parts.configuration.propose(document, by="cli").draft.id

    def _left(self) -> str:
        """Keep somebody who left long ago, and an account that is nobody's; return her id."""
        StoredShadows(self.store, self.clock).keep_account(AccountShadow("chat", 0, "r9", management="unmanaged"))
        facts = {"given_name": "Carol", "leaves_on": "2026-01-31"}
        row = {"id": 77, "uuid": NOBODY.replace("9", "7"), "source": "payroll", "key": "E77", "facts": facts}
        with self.store.writing() as connection:
            more = {"digest": digest_of(facts), "strikes": 0, "changed_at": self.clock()}
            connection.execute(insert(person), row | more)
        return str(row["uuid"])

    def _pair(self) -> int:
        now = self.clock()
        row = {"kind": "people", "where": "payroll", "key": ADA.key, "source": "payroll", "number": BOB.key,
               "score": 80, "strong": False, "rules": ["alike"], "state": "open", "first_at": now, "last_at": now,
               "proposed_by": "", "decided_by": "", "why": "", "moved": {}}  # fmt: skip
        with self.store.writing() as connection:
            return connection.execute(insert(correlation_pair).values(**row)).inserted_primary_key[0]

    def _held(self) -> str:
        """Hold another description of the office than the one that is trusted; return its fingerprint."""
        peers, now = Peers(self.store, Remembered()), self.clock()
        other = Idp(key=rsa_key("attacker")).metadata()
        source = "https://127.0.0.1:9/metadata\x1f\x1f"
        peers.may_ask("office", source, timedelta(0), now)
        peers.keep("office", Idp().metadata(), {"before": None, "after": {}}, now)
        peers.hold("office", Held(other, "none of the keys that we trust is left", now), {}, now)
        return self.call("GET", "/admin/v1/workplaces/office/metadata").json["held_fingerprint"]

    def _simulated(self) -> str:
        headers = {"Content-Type": "text/csv"}
        sent = self.call("POST", "/admin/v1/simulations", data="employee_number\nE1\n", headers=headers)
        return str(sent.json["id"])


@pytest.fixture
def bridge(store, clock, keys, tmp_path) -> Story:
    """The application, lived in."""
    return Story(store, clock, keys, tmp_path)


def test_every_documented_answer(bridge: Story) -> None:
    """AD-15: each route answers what its documentation says, and each documented answer can be got."""
    for name, route in bridge.routes.items():
        for _ in usual(bridge, name, route):
            pass
    wrong = [f"{step['ask']}: {found} instead of {step['is']}" for step in STEPS if (found := told(bridge, step))]

    documented = {name: {route.status, *route.statuses} - DOOR for name, route in bridge.routes.items()}
    documented = {
        name: said | ({304} if bridge.routes[name].conditional else set()) for name, said in documented.items()
    }
    for (name, status), where in ELSEWHERE.items():
        file, case = where.split("::")
        assert f"def {case}(" in (Path(__file__).parent / file).read_text()
        bridge.seen[name].add(status)
    got = {name: seen - DOOR for name, seen in bridge.seen.items()}
    differ = [f"{name}: documented {sorted(documented[name] - got[name])}, got {sorted(got[name] - documented[name])}"
              for name in documented if documented[name] != got[name]]  # fmt: skip
    assert not (wrong + differ), "\n".join(["", *wrong, *differ])


def told(bridge: Story, step: dict[str, Any]) -> str:
    """Take a step; return what was wrong with the answer."""
    name = step["ask"]
    for sentence in step.get("before", "").split(", "):
        acts = {"as many webhooks as there may be": bridge.too_many_webhooks, "no webhooks": bridge.no_webhooks,
                "a new plan": bridge.a_new_plan, "an import with a row that was kept out": bridge.kept_out}  # fmt: skip
        if sentence:
            acts[sentence]()
    method, path = name.split(" ", 1)
    route = bridge.routes[f"{method} {step.get('route', path)}"]
    path = bridge.filled(path.replace("{part}/{name}", step.get("at", "{part}/{name}")))
    body = (
        {**(route.example or {}), "person": ADA.uuid}
        if step.get("body") == "{example}"
        else bridge.filled(step.get("body"))
    )
    headers = {"Idempotency-Key": step["key"]} if "key" in step else {}
    headers |= {"If-None-Match": "*"} if step.get("new") else {}
    more: dict[str, Any] = {"query_string": step.get("query", {}), "seen": bridge.filled(step.get("seen", ""))}
    if "text" in step:
        more["data"], headers["Content-Type"] = step["text"], step["media"]
    elif body is not None:
        more["json"] = body
    answer = bridge.ask(f"{method} {route.path}", path, step.get("as", "owner"), headers=headers, **more)
    for known, field in step.get("keep", {}).items():
        bridge.known[known] = answer.json.get(field, "")
    return "" if answer.status_code == step["is"] else f"{answer.status_code} {answer.text[:300]}"


def usual(bridge: Story, name: str, route: Route) -> Iterator[Any]:
    """Ask for what is alike everywhere, each with a request that is good in all else."""
    path, good = there(bridge, route), {"headers": {}, "query_string": plain(route)}
    if route.example is not None:
        good["json"] = route.example
    matched = any(one.name == "If-Match" for one in route.headers)
    known = (
        CONFIGURATION if route.path.startswith(CONFIGURATION) and not route.parameters else path.removesuffix("/secret")
    )
    seen, media = (
        {"seen": known} if matched else {},
        {"Content-Type": route.media[0], "Idempotency-Key": "x"} if route.streams else {},
    )
    if route.parameters:
        yield bridge.ask(name, nowhere(route), **good | ({"headers": {"If-Match": f'"{"0" * 32}"'}} if matched else {}))
    if route.query is not None:
        yield bridge.ask(name, path, **good | seen | {"query_string": {"nobody": "knows"}})
    if route.body is not None:
        yield bridge.ask(name, path, **good | seen | {"json": {"nobody": "knows"}})
        broken = {name: value for name, value in good.items() if name != "json"} | {"data": b"{"}
        yield bridge.ask(name, path, **broken | {"headers": {"Content-Type": "application/json"}} | seen)
    elif matched:
        yield bridge.ask(name, path, **good | {"headers": {"If-Match": "nonsense"} | media})
    if route.streams:  # more was announced than came
        yield bridge.ask(name, path, **good | {"headers": media, "environ_overrides": {"CONTENT_LENGTH": "99"}})
    if matched:
        yield bridge.ask(name, path, **good | {"headers": media})
        other = '"99"' if known == CONFIGURATION else f'"{"0" * 32}"'
        yield bridge.ask(name, path, **good | {"headers": {"If-Match": other} | media})
    if route.method == "GET":
        yield bridge.ask(name, path, **good)
    if route.conditional:
        tag = bridge.call("GET", path).headers["ETag"]
        yield bridge.ask(name, path, headers={"If-None-Match": tag})


def there(bridge: Story, route: Route) -> str:
    """Return the address of something that is there."""
    return str(bridge.filled(route.path))


def plain(route: Route) -> dict[str, str]:
    """Return the parameters that a question of this route must have."""
    must = (
        [] if route.query is None else [one for one, field in route.query.model_fields.items() if field.is_required()]
    )
    return {one: {"source": "payroll", "what": "account"}.get(one, "chat") for one in must}


def nowhere(route: Route) -> str:
    """Return an address of this route at which there is nothing."""
    path = route.path
    for name, schema in route.parameters.items():
        usual = {"integer": "2147483647", "string": "f" * 16}[schema["type"]]
        path = path.replace(f"{{{name}}}", NOBODY if schema.get("format") == "uuid" else usual)
    return path
