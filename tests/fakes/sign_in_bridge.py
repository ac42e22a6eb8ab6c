"""The bridge with a real database and real pages, one platform that only says what it was told, and two workplaces."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from argon2 import PasswordHasher
from flask import Blueprint, Flask, request
from sqlalchemy import insert

from mappings.desired import Outcome
from mappings.employment import active_on
from mappings.people import Person
from sso_bridge.login.arrival import Limits
from sso_bridge.login.asked import Asked, PostForm, Redirect
from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile
from sso_bridge.login.build import Habits, Kept, build_sign_in, build_sign_out
from sso_bridge.login.portal import Portal
from sso_bridge.login.ports import Live, PlatformView
from sso_bridge.login.release.subject import PlatformSubjects
from sso_bridge.login.respond.bridge import BridgeItself
from sso_bridge.metrics import Metrics
from sso_bridge.session.cookie import SESSION
from sso_bridge.store.sign_in.attempts import Attempts
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.sign_in.externals import Externals
from sso_bridge.store.sign_in.factors import StoredFactors
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.sign_in.traces import Traces
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.staff.people import People
from sso_bridge.store.tables.organisation import person
from sso_bridge.web import errors, headers, logout, signin, workplace
from sso_bridge.web.answer import browser_of, to_response
from tests.fakes.clock import FakeClock
from tests.fakes.login import Remembered
from tests.fakes.office import Office

SITE = "https://bridge.test"
RIGHT = "correct horse"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(RIGHT)
ADA = Person(1, "00000000-0000-4000-8000-000000000001", "hr", "E1", given_name="Ada", family_name="Lovelace")
BOB = Person(2, "00000000-0000-4000-8000-000000000002", "hr", "E2", given_name="Bob", family_name="Bakker")
USERS = {"ada": "E1", "bob": "E2", "nobody": "E404", "keyless": ""}


class Chat:
    """A platform's protocol that writes what it is told into addresses."""

    protocol = "fake"

    def __init__(self) -> None:
        self.told: list[tuple[object, object]] = []

    def answer(self, asked, who, released):
        """Tell the platform."""
        self.told.append((who, released))
        if asked.details.get("post"):
            return PostForm("https://chat.test/acs", {"RelayState": asked.details["post"], "Answer": released.subject})
        return Redirect(f"https://chat.test/cb?sub={released.subject}")

    def refuse(self, asked, why):
        """Tell the platform why not."""
        return Redirect(f"https://chat.test/cb?error={why.code}")


class Rules:
    """Everybody is in scope but those on the list."""

    def __init__(self) -> None:
        self.out: set[str] = set()

    def outcome(self, platform, who, chart):
        """Say yes or no."""
        inside = who.key not in self.out and active_on(who, chart.on)
        return Outcome(platform, inside, "by the list", claims={"name": who.given_name, "sub": "admin"})


class SignInBridge:
    """`site` is the Flask app, `sign_in` the flow; people, clock, rules and workplaces may be changed."""

    def __init__(
        self, store, clock: FakeClock, folder: Path, limits: Limits | None = None, *, people: bool = True
    ) -> None:
        self.store, self.clock, self.audit, self.rules, self.chat = store, clock, Remembered(), Rules(), Chat()
        self.people = People(store, clock)
        self.sessions = Sessions(store, timedelta(hours=8))
        self.traces = Traces(store)
        self.file = folder / "users.yaml"
        lines = [f"  {name}: {{employee_number: '{key}', password: '{QUICK}'}}" for name, key in USERS.items()]
        self.file.write_text("users:\n" + "\n".join(lines))
        with store.writing() as connection:
            for one in (ADA, BOB) if people else ():
                given = {name: value for name, value in _row(one, clock()).items() if name != "id"}
                connection.execute(insert(person), given)
        self.workplaces = {"staff": PasswordFile(FileSettings("staff", self.file), clock)}
        self.manners: dict[str, Manner] = {}
        self.platforms = {"chat": PlatformView("chat", "Chat", launch="/fake?platform=chat")}
        kept = Kept(
            store,
            Attempts(store),
            self.sessions,
            Links(store),
            self.traces,
            Throttle(store),
            self.audit,
            Conflicts(store),
            Externals(store, clock),
            StoredFactors(store),
        )
        live = SimpleNamespace(current=self.live)
        self.metrics = Metrics()
        self.habits = Habits(limits=limits or Limits(account=(1000, 1.0), address=(1000, 1.0)))
        self.sign_in = build_sign_in(
            kept,
            live,
            self.people,
            PlatformSubjects(lambda: b"s" * 32),
            {"fake": self.chat, "bridge": BridgeItself()},
            clock,
            self.habits,
            self.metrics,
        )
        self.sign_out = build_sign_out(kept, live, self.sign_in, clock)
        self.site = self._app(Portal(live, self.people, lambda: clock().date()))

    def live(self) -> Live:
        """Return the configuration in force."""
        return Live(1, self.rules, self.workplaces, self.platforms, self.manners)

    def with_office(self, name: str = "office", *, only: bool = True) -> Office:
        """Add a workplace that has its own pages, in place of the others unless told otherwise, and return it."""
        if only:
            self.workplaces.clear()
        office = Office(name, self.clock)
        self.workplaces[name] = office
        return office

    def client(self):
        """Return a browser, a moment later: of what two of them do, one was first."""
        self.clock.move(microseconds=1)
        return Client(self.site.test_client())

    def change(self, one: Person, **facts) -> None:
        """Let HR say something else about somebody."""
        with self.store.writing() as connection:
            row = _row(replace(one, **facts), self.clock())
            connection.execute(person.update().where(person.c.id == one.id).values(facts=row["facts"]))

    def _app(self, portal: Portal) -> Flask:
        app = Flask("sso_bridge.web")
        app.config["SERVER_NAME"] = "bridge.test"
        headers.install(app, https=True)
        errors.install(app, self.sign_in.visits.lost)
        app.register_blueprint(signin.blueprint(self.sign_in, portal))
        app.register_blueprint(logout.blueprint(self.sign_in.desk, self.sign_out))
        app.register_blueprint(workplace.blueprint(self.sign_in, self.sign_out, SITE))
        fake = Blueprint("saml", __name__)

        @fake.route("/fake", methods=["GET", "POST"])
        def ask():
            given = request.values
            asked = Asked(
                "fake",
                given.get("platform", "chat"),
                force="force" in given,
                passive="passive" in given,
                max_age=int(given["max_age"]) if "max_age" in given else None,
                acr_values=tuple(given.get("acr", "").split()),
                login_hint=given.get("hint", ""),
                details={"post": given.get("post", "")},
            )
            go_on = self.sign_in.park if request.method == "POST" else self.sign_in.begin
            return to_response(go_on(asked, browser_of(request)))

        app.register_blueprint(fake)
        return app


class Client:
    """A browser of a test: keeps cookies, reads forms, follows our own redirects only when told."""

    def __init__(self, http) -> None:
        self.http = http

    def get(self, path: str, **given):
        """GET."""
        return self.http.get(path, base_url=SITE, **given)

    def post(self, path: str, data=None, **given):
        """POST."""
        return self.http.post(path, data=data, base_url=SITE, **given)

    def start(self, path: str = "/fake") -> dict[str, str]:
        """Begin, and return the hidden fields of the form one is led to."""
        return fields(self.get(self.get(path).location).text)

    def sign_in(self, name: str = "ada", password: str = RIGHT, path: str = "/fake"):
        """Begin, and send the form."""
        return self.post("/login/staff", self.start(path) | {"username": name, "password": password})

    def go_away(self, path: str = "/fake") -> str:
        """Begin, and return the address of the workplace one is sent to."""
        place = self.get(path).location
        while place.startswith("/"):
            place = self.get(place).location
        return place

    def come_back(self, office, location: str, **other: str):
        """Come back from the office by another site's form: without the session cookie, as browsers do it."""
        return self.post_from_elsewhere(f"/workplace/{office.name}/saml/acs", office.answer(location, **other))

    def post_from_elsewhere(self, path: str, data):
        """POST as another site's form does: SameSite=Lax cookies stay at home."""
        kept = self.cookie(SESSION.name)
        if kept:
            self.http.delete_cookie(SESSION.name, domain="bridge.test")
        answer = self.post(path, data, headers={"Sec-Fetch-Site": "cross-site"})
        if kept and SESSION.name not in answer.headers.get("Set-Cookie", ""):
            self.http.set_cookie(SESSION.name, kept, domain="bridge.test", secure=True)
        return answer

    def sign_in_at(self, office, path: str = "/fake", **other: str):
        """Begin, go to the office and come back."""
        return self.come_back(office, self.go_away(path), **other)

    def cookie(self, name: str) -> str:
        """Return the value of a cookie, empty without one."""
        kept = self.http.get_cookie(name, domain="bridge.test")
        return kept.value if kept else ""


def fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def _row(one: Person, now: datetime) -> dict[str, object]:
    facts = person_facts(one)
    same = {"uuid": one.uuid, "source": one.source, "key": one.key}
    return {"id": one.id, **same, "facts": facts, "digest": b"12345678", "strikes": 0, "changed_at": now}
