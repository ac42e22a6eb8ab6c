"""The demo as somebody meets it: one command, a browser, Ctrl-C."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.lab.bridge import COMMAND
from tests.lab.process import Process, free_port, wait_until

LOGIN = re.compile(r"^  (\S+) +([a-z]+-[a-z]+-[a-z]+)\s+(.+?), (.+)$", re.MULTILINE)
PLACE = re.compile(r"^(The portal|A platform|Behind the scenes) +(http://\S+)", re.MULTILINE)
PEOPLE = """\
employee_number,given_name,name_prefix,family_name,email,status,unit
900,Noor,van 't,Hoff,noor@example.org,active,
901,Jürgen,,Müller,jurgen@example.org,active,
902,Fatima,El,Amrani,fatima@example.org,active,
903,Left,,Long Ago,left@example.org,gone,
904,Sanne,de,Wit,sanne@example.org,active,
"""


@dataclass
class Demo:
    """A running demo."""

    process: Process
    folder: Path

    @property
    def said(self) -> str:
        return self.process.log.read_text()

    @property
    def logins(self) -> list[tuple[str, str, str, str]]:
        return LOGIN.findall(self.said)

    @property
    def places(self) -> dict[str, str]:
        return dict(PLACE.findall(self.said))

    def end(self, how: signal.Signals) -> int:
        """Send a signal to the one process a person knows of, and return its exit status."""
        self.process.popen.send_signal(how)
        return self.process.popen.wait(30)

    def left_behind(self) -> list[str]:
        """Return the command lines of everything that still runs for this demo."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                ours = str(self.folder) in line
            except OSError:
                continue
            if entry.name.isdigit() and ours:
                found.append(line)
        return found


Start = Callable[..., Demo]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a demo; with `ready`, when it has printed everything."""
    running: list[Process] = []

    def start(*words: str, ready: bool = True) -> Demo:
        folder = tmp_path / "house"
        port = str(free_port("127.0.0.1"))
        command = [COMMAND, "demo", "--folder", str(folder), "--port", port, *words]
        demo = Demo(Process(f"demo-{len(running)}", command, tmp_path), folder)
        running.append(demo.process)
        if ready:
            demo.process.ready(lambda: "Ctrl-C stops everything." in demo.said, patience=120)
        return demo

    yield start
    for process in running:
        process.stop()


def _sign_in(page: Page, login: tuple[str, str, str, str]) -> None:
    page.locator("#username").fill(login[0])
    page.locator("#password").fill(login[1])
    page.locator("#password").press("Enter")


def _sso_bridge(demo: Demo, *words: str) -> str:
    settings = str(demo.folder / "bridge.toml")
    command = Process("command", [COMMAND, "--settings", settings, *words], demo.folder.parent)
    assert 0 == command.popen.wait(60), command.tail()
    return command.log.read_text()


@pytest.mark.peer("chromium")
@pytest.mark.peer("scim2-server")
def test_whole_company(start: Start, browser: Browser) -> None:
    """TM-02, AD-12: sign in, see the own account and groups, look at plan and trace; Ctrl-C leaves nothing behind."""
    demo = start("--people", "120")
    head, _, supplier = demo.logins
    assert ("head of a unit", "an employee", "a supplier") == tuple(one[3].split(":")[0] for one in demo.logins)

    page = browser.new_page()
    page.goto(demo.places["A platform"])
    page.get_by_text("Sign in with your workplace").click()
    _sign_in(page, head)
    page.get_by_text(f"Welcome, {head[2]}").wait_for()
    assert "Everyone at work" in page.content()
    assert head[0] in page.get_by_role("main").inner_text()

    page.goto(demo.places["The portal"])
    page.get_by_text("Behind the scenes").click()
    page.locator("a[href='/plans/1']").first.click()
    page.get_by_text("account create").first.wait_for()
    page.goto(demo.places["Behind the scenes"])
    page.locator("a[href^='/traces/']").last.click()
    assert "Bridge to workplace:" in page.locator("pre").inner_text()
    page.context.close()

    page = browser.new_page()
    page.goto(f"{demo.places['A platform']}/sign-in")
    _sign_in(page, supplier)
    words = page.locator(".reference strong").inner_text()
    told = _sso_bridge(demo, "trace", words)
    assert "outside mappings.square.for" in told
    assert supplier[1] not in told
    page.goto(demo.places["Behind the scenes"])
    assert "You have no access to this platform." in page.content()
    page.context.close()

    assert 0 == demo.end(signal.SIGINT)
    assert "Everything has stopped." in demo.said
    assert [] == demo.left_behind()


@pytest.mark.peer("scim2-server")
def test_own_people(start: Start, tmp_path: Path) -> None:
    """Somebody's own file is taken, and the first three who work there get a password; a plan finds nothing to do."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    demo = start("--hr", str(tmp_path / "people.csv"))

    assert ["Noor van 't Hoff", "Jürgen Müller", "Fatima El Amrani"] == [login[2] for login in demo.logins]
    assert "Nothing to do" in _sso_bridge(demo, "plan")
    assert 0 == demo.end(signal.SIGTERM)
    assert [] == demo.left_behind()


@pytest.mark.peer("scim2-server")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "What to do: "),
        ("name,age\nJan,3\n", "What to do: "),
        ("employee_number,hired_on\n" + "".join(f"{n},yesterday\n" for n in range(40)), "people.csv:2: hired_on"),
    ],
    ids=["empty", "another table", "all wrong"],
)
def test_broken_file(start: Start, tmp_path: Path, content: str, said: str) -> None:
    """PR-02: a file that cannot be believed is refused with what to do; nothing is left running."""
    (tmp_path / "people.csv").write_text(content)
    demo = start("--hr", str(tmp_path / "people.csv"), ready=False)

    assert 1 == demo.process.popen.wait(60)
    assert "the HR files were refused, nothing was taken" in demo.said
    assert said in demo.said
    assert "Traceback" not in demo.said
    assert [] == demo.left_behind()


@pytest.mark.peer("scim2-server")
def test_killed(start: Start) -> None:
    """TM-02: kill -9 of the demo ends all its processes too."""
    demo = start("--people", "30")

    demo.end(signal.SIGKILL)

    wait_until(lambda: not demo.left_behind(), "the end of all processes")


@pytest.mark.peer("scim2-server")
def test_stopped_half_way(start: Start) -> None:
    """Ctrl-C in the middle of the rollout ends everything, with an exit status that tells."""
    demo = start("--people", "800", ready=False)
    demo.process.ready(lambda: "Rolling out" in demo.said, patience=120)

    assert 1 == demo.end(signal.SIGINT)
    assert "Traceback" not in demo.said
    assert [] == demo.left_behind()


@pytest.mark.peer("scim2-server")
def test_kept(start: Start) -> None:
    """With --keep the same bridge goes on: same addresses, same people, all accounts made again in the new service."""
    first = start("--people", "30")
    assert 0 == first.end(signal.SIGINT)

    again = start("--keep")

    assert first.places == again.places
    assert [login[0] for login in first.logins] == [login[0] for login in again.logins]
    assert "account create" in again.said.rpartition("Planning")[2]


def test_foreign_folder(start: Start, tmp_path: Path) -> None:
    """A folder that no demo has made is left as it is."""
    house = tmp_path / "house"
    house.mkdir()
    (house / "thesis.txt").write_text("years of work")

    demo = start(ready=False)

    assert 1 == demo.process.popen.wait(60)
    assert "name another folder: --folder DIR" in demo.said
    assert "years of work" == (house / "thesis.txt").read_text()
