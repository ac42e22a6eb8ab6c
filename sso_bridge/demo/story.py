"""The demo from beginning to end: a bridge, a company, a plan, a rollout, and three logins."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from provisioners.sync.collect.opened import Upload
from provisioners.sync.trail.report import lines
from sso_bridge.admin.tokens import SCOPES
from sso_bridge.commands import init
from sso_bridge.config import load
from sso_bridge.demo import accounts
from sso_bridge.demo import folder as kept
from sso_bridge.demo.children import Children, DemoFailed, free_port, listens
from sso_bridge.demo.company import make_company
from sso_bridge.demo.document import BACKSTAGE, SOURCE, SQUARE, Addresses, document
from sso_bridge.demo.staff import Login, choose
from sso_bridge.demo.telling import Show, Teller
from sso_bridge.hr.intake import Intake
from sso_bridge.hr.sources import source_of
from sso_bridge.parts.site import SiteParts

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line. `files` are somebody's own HR files."""

    folder: Path
    people: int
    files: tuple[Path, ...]
    port: int
    keep: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What is there to see once everything serves."""

    at: Addresses
    logins: Sequence[Login]
    token: str
    plan: int


class Story:
    """Tells the story; every method is one chapter. Raises DemoFailed with what to do."""

    def __init__(self, wishes: Wishes, children: Children, teller: Teller, actor: str) -> None:
        self._wishes = wishes
        self._folder = wishes.folder
        self._children = children
        self._teller = teller
        self._actor = actor

    def tell(self) -> Told:
        """Make, import, plan, roll out and serve; return what to show."""
        again = kept.begin(self._folder, keep=self._wishes.keep)
        with self._teller.step("Making a bridge"):
            at, token = self._bridge(again=again)
            parts = SiteParts(load(self._folder / "bridge.toml"))
            token = token or self._token(parts)
        try:
            self._start_scim()
            if again:
                kept.forget_accounts(parts.store)
            else:
                self._import(parts)
            logins = self._open(parts, at, again=again)
            self._children.start("worker", self._command("worker", "--threads", "4"))
            number = self._plan(parts)
            self._start_web()
            self._roll_out(parts, number)
            with self._teller.step("Opening the doors"):
                self._wait_for_web(at)
        finally:
            parts.close()
        return Told(at, logins, token, number)

    def _bridge(self, *, again: bool) -> tuple[Addresses, str]:
        if again:
            at = kept.read_addresses(self._folder)
            if any(listens(_port(each)) for each in (at.bridge, at.square, at.backstage, at.scim)):
                raise DemoFailed(
                    "the ports of the kept demo are in use", hint="end what uses them, or leave out --keep"
                )
            return at, ""
        ports: list[int] = []
        for _ in range(4):
            ports.append(free_port(self._wishes.port, ports))
        bridge, square, backstage = (f"http://localhost:{port}" for port in ports[:3])
        at = Addresses(bridge, square, backstage, f"http://127.0.0.1:{ports[3]}/v2")
        settings = {"public_url": at.bridge, "bind": f"127.0.0.1:{ports[0]}", "outgoing_allow": ("127.0.0.0/8",)}
        token = init.make(self._folder, settings, self._actor)
        kept.write_addresses(self._folder, at)
        kept.write_secrets(self._folder)
        return at, token

    def _token(self, parts: SiteParts) -> str:
        with parts.store.writing():
            return parts.tokens.create(
                "demo", "owner", scopes=SCOPES, lifetime=init.FIRST_TOKEN_LIVES, created_by=self._actor
            )[1]

    def _start_scim(self) -> None:
        if not accounts.is_installed():
            raise DemoFailed("the demo needs a SCIM server", hint="install it with: pip install 'sso-bridge[demo]'")
        self._children.start(accounts.PROGRAM, [sys.executable, "-m", accounts.__name__, str(self._folder)])

    def _import(self, parts: SiteParts) -> None:
        self._bring(parts, {"hr_sources": {SOURCE: {"kind": "csv"}}})
        files = self._wishes.files
        if not files:
            with self._teller.step(f"Making up a company of {self._wishes.people:,} people"):
                company = make_company(self._wishes.people, on=parts.today())
                files = company.write(self._folder / "hr")
        title = "Importing the HR files" if self._wishes.files else f"Importing {self._wishes.people:,} people"
        with self._teller.step(title) as show, ExitStack() as stack:
            uploads = [Upload(path.name, stack.enter_context(path.open("rb"))) for path in files]
            source = source_of(parts.live.current().configuration, SOURCE)
            record = Intake(parts.store, parts.clock, parts.audit).take(
                uploads, source, complete=True, actor=self._actor, progress=lambda _phase, done: show(done, 0)
            )
        problems = [f"  {problem}" for problem in record.problems[:SHOWN]]
        if len(record.problems) > SHOWN:
            problems.append(f"  ... and {len(record.problems) - SHOWN} more")
        if record.state != "taken":
            told = "\n".join([f"What to do: {record.hint}.", *problems, "docs/hr.md tells what the files look like."])
            raise DemoFailed(f"the HR files were refused, nothing was taken: {record.refusal}", hint=told)
        if problems:
            self._teller.say(f"  {record.counts['rows_wrong']} wrong rows were kept out:", *problems)

    def _open(self, parts: SiteParts, at: Addresses, *, again: bool) -> Sequence[Login]:
        """Give passwords to three people, and bring the configuration into force."""
        logins = choose(parts.people.all(), parts.people.units(), parts.today())
        if not logins:
            raise DemoFailed("nobody in the HR files works there today", hint="look at status, hired_on and leaves_on")
        kept.write_users(self._folder, logins)
        if not again:
            self._bring(parts, document(at, [login.key for login in logins if login.insider]))
        return logins

    def _bring(self, parts: SiteParts, wanted: dict[str, object]) -> None:
        """Bring a configuration into force; whoever starts a demo is at its console."""
        draft = parts.configuration.propose(wanted, by=self._actor, why="the demo").draft
        weighed = parts.configuration.weigh(wanted, most=None)
        parts.configuration.approve(draft.id, by=self._actor)
        parts.configuration.apply(draft.id, by=self._actor, weighed=weighed)

    def _plan(self, parts: SiteParts) -> int:
        self._children.wait_for("scim2-server", lambda: listens(_port(kept.read_addresses(self._folder).scim)))
        with self._teller.step("Planning") as show:
            number, plan = parts.looking(progress=lambda _name, at: show(at, len(parts.people)))
        apart = [each.detail for each in plan.findings if each.what == "not_planned"]
        if apart:
            raise DemoFailed("the town square could not be planned", hint=apart[0])
        counts = ", ".join(
            f"{count:,} {kind.replace('_', ' ')}" for kinds in plan.counts().values() for kind, count in kinds.items()
        )
        self._teller.say(f"  Plan {number}: {counts or 'nothing to do'}")
        self._teller.say(*(f"  held by guard {held.guard}: {held.count} changes ({held.hint})" for held in plan.held))
        return number

    def _roll_out(self, parts: SiteParts, number: int) -> None:
        runs = parts.crew.runs
        runs.approve(number, self._actor)
        run = runs.open(number, self._actor)
        with self._teller.step(f"Rolling out plan {number}") as show:
            while runs.state(run) == "open":
                self._children.check()
                self._count(parts, run, show)
                time.sleep(0.2)
            self._count(parts, run, show)
        report = runs.report(run)
        if report is not None and report.troubles:
            self._teller.say(*(f"  {line}" for line in lines(report)))

    def _count(self, parts: SiteParts, run: int, show: Show) -> None:
        report = parts.crew.runs.report(run)
        if report is not None:
            show(report.total() - report.total("open"), report.total())

    def _start_web(self) -> None:
        self._children.start("serve", self._command("serve"))
        for name in (SQUARE, BACKSTAGE):
            module = [sys.executable, "-m", "sso_bridge.demo.serving", name, str(self._folder)]
            self._children.start(name, module)

    def _wait_for_web(self, at: Addresses) -> None:
        for name, address in (("serve", at.bridge), (SQUARE, at.square), (BACKSTAGE, at.backstage)):
            self._children.wait_for(name, lambda address=address: listens(_port(address)))  # type: ignore[misc]

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "sso_bridge.cli", "--settings", str(self._folder / "bridge.toml"), *words]


def _port(address: str) -> int:
    return urlsplit(address).port or 0
