"""A folder that HR drops files into: whole files, once each, put away with a report."""

from __future__ import annotations

import gzip
import io
import os
from contextlib import contextmanager
from hashlib import sha256

import pytest

from mappings.errors import MappingError
from sso_bridge.hr.pickup.place import Entry
from sso_bridge.jobs.timetable import EverySource
from tests.fakes.admin import AdminBridge
from tests.sso_bridge.hr.pickup.conftest import PEOPLE, names, report


def test_taken(desk, folder):
    """A file that has not changed for a while is imported, and moved to `done` with its report."""
    (folder / "people.csv").write_bytes(PEOPLE)

    first, second = desk.look(), desk.settled()
    desk.work()
    third, fourth = desk.look(), desk.look()

    assert [{"left": 1}, {"received": 1}, {"done": 1}, {}] == [first, second, third, fourth]
    assert ["done/people.csv", "done/people.csv.report.json"] == names(folder)
    assert ("taken", 2) == (report(folder, "done")["state"], report(folder, "done")["counts"]["people_new"])
    assert {"E1", "E2"} == set(desk.register.present("payroll"))


def test_growing(desk, folder):
    """A file that grows is left until it does not any more (PR-04)."""
    for size in range(20, 30):
        (folder / "people.csv").write_bytes(PEOPLE[:size])
        assert {"left": 1} == desk.look()
        desk.clock.move(minutes=2)

    assert 0 == len(desk.imports.newest())


def test_refused(desk, folder):
    """A file that the gate refuses goes to `refused`, with what to do."""
    (folder / "people.csv").write_bytes(b"employee_number\n")
    desk.settled()
    desk.work()

    assert {"refused": 1} == desk.look()
    told = report(folder, "refused")
    assert ("refused", "people.csv has a header and no rows") == (told["state"], told["refusal"])
    assert "run the export again" in told["hint"]


def test_marker(desk, folder):
    """With `ready: marker` a file counts when NAME.done lies beside it; the marker goes along."""
    desk.configured(**{**desk.source, "ready": "marker"})
    (folder / "people.csv").write_bytes(PEOPLE)
    assert {"left": 1} == desk.settled()
    (folder / "people.csv.done").touch()

    assert {"received": 1} == desk.look()
    desk.work()
    desk.look()
    assert ["done/people.csv", "done/people.csv.done", "done/people.csv.report.json"] == names(folder)


@pytest.mark.parametrize("style", ["{}", "{}  people.csv\n", "{} *people.csv\r\n"])
def test_checksum(desk, folder, style):
    """PR-15: with `ready: checksum` a file counts when NAME.sha256 tells of exactly this file."""
    desk.configured(**{**desk.source, "ready": "checksum"})
    (folder / "people.csv").write_bytes(PEOPLE)
    (folder / "people.csv.sha256").write_text(style.format(sha256(PEOPLE).hexdigest()))

    assert {"received": 1} == desk.look()


@pytest.mark.parametrize("beside", ["0" * 64, "nonsense", ""])
def test_swapped_feed(desk, folder, beside):
    """PR-15: a swapped file, or a checksum that is none, is refused once it does not change any more."""
    desk.configured(**{**desk.source, "ready": "checksum"})
    (folder / "people.csv").write_bytes(PEOPLE)
    (folder / "people.csv.sha256").write_text(beside)

    assert [{"left": 1}, {"refused": 1}] == [desk.look(), desk.settled()]
    assert "people.csv.sha256" in report(folder, "refused")["refusal"]
    assert () == desk.imports.newest()


def test_killed_in_between(desk, folder):
    """PR-10: killed after the file was received, before it was put away: it is imported once."""
    (folder / "people.csv").write_bytes(PEOPLE)
    desk.settled()
    desk.restarted()
    assert {"left": 1} == desk.look()
    desk.work()
    desk.restarted()

    assert {"done": 1} == desk.look()
    assert 1 == len(desk.imports.newest())


def test_same_content_later(desk, folder):
    """The same content on another day is another snapshot."""
    for _ in range(2):
        (folder / "people.csv").write_bytes(PEOPLE)
        desk.settled()
        desk.work()
        desk.look()
        desk.clock.move(hours=24)

    assert 2 == len(desk.imports.newest())


def test_in_order(desk, folder):
    """Files are taken in the order of their times, not of their names."""
    for number, name in enumerate(["b.csv", "a.csv"]):
        (folder / name).write_bytes(PEOPLE + f"N{number},X\n".encode())
        os.utime(folder / name, (1000 + number, 1000 + number))

    assert {"received": 2} == desk.settled()
    assert ["a.csv", "b.csv"] == [one.files[0] for one in desk.imports.newest()]


def test_changes(desk, folder):
    """Files that hold changes make nobody absent."""
    desk.configured(**{**desk.source, "holds": "changes"})
    (folder / "people.csv").write_bytes(PEOPLE)
    desk.settled()

    assert not desk.imports.newest(1)[0].complete


@pytest.mark.parametrize(
    "name", [".people.csv", "people.txt", "people.csv.report.json", "people.csv.done", "notes.doc"]
)
def test_not_ours(desk, folder, name):
    """Hidden files, markers, reports and whatever is not agreed stay where they are."""
    (folder / name).write_bytes(PEOPLE)

    assert {} == desk.settled()
    assert [name] == names(folder)


def test_links(desk, folder, tmp_path):
    """AD-13: neither a symbolic link nor a second name leads to a file outside; they are not read, not moved."""
    (tmp_path / "secret.csv").write_bytes(PEOPLE)
    (folder / "soft.csv").symlink_to(tmp_path / "secret.csv")
    os.link(tmp_path / "secret.csv", folder / "hard.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()

    assert {} == desk.settled()
    assert () == desk.imports.newest()


@pytest.mark.parametrize("into", ["done", "refused"])
def test_linked_folder(desk, folder, tmp_path, into):
    """AD-13: `done` that is a link leads nowhere: an error, and nothing is moved out."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / into).symlink_to(outside)
    (folder / "people.csv").write_bytes(PEOPLE if into == "done" else b"employee_number\n")
    desk.settled()
    desk.work()

    assert "no report can be written" in desk.look()["error"]
    assert [] == list(outside.iterdir())
    assert (folder / "people.csv").exists()


def test_swapped_while_read(desk, folder, tmp_path):
    """A file that becomes a link between the look and the reading is not read."""
    (folder / "people.csv").write_bytes(PEOPLE)
    entries = desk.place(None).__enter__().entries()
    (folder / "people.csv").unlink()
    (folder / "people.csv").symlink_to("/etc/hostname")
    place = desk.place(None).__enter__()

    with pytest.raises(Exception, match="cannot be opened"), place.opened(entries["people.csv"]):
        pass
    place.__exit__()


def test_too_large(desk, folder):
    """AD-13: a file that is too large is refused before it is read."""
    desk.restarted(largest=10)
    (folder / "people.csv").write_bytes(PEOPLE)

    assert {"refused": 1} == desk.settled()


def test_bomb(desk, folder):
    """AD-13: a packed file that grows beyond all reason is refused while it is unpacked."""
    bomb = gzip.compress(b"employee_number,given_name\n" + (b"E1," + b"x" * 1000 + b"\n") * 10_000)
    (folder / "people.csv.gz").write_bytes(bomb)
    desk.settled()
    desk.work()

    assert {"refused": 1} == desk.look()


def test_no_folder(desk, folder):
    """A folder that is not there is an error, and nobody is absent because of it (PR-04)."""
    folder.rmdir()

    assert "cannot be opened" in desk.look()["error"]


def test_schedule(desk):
    """The place is looked at once per turn, however many workers ask."""
    for _ in range(2):
        desk.schedule.tick()

    assert {"source": "payroll"} == dict(desk.queue.lease("w").arguments)
    assert desk.queue.lease("w") is None


@pytest.mark.parametrize(
    ("key", "value"), [("names", ["../*.csv"]), ("names", []), ("ready", "now"), ("path", ""), ("encoding", "latin-9")]
)
def test_mistakes(desk, key, value):
    """AD-03: mistakes in the configuration are told."""
    with pytest.raises(MappingError):
        desk.configured(**{**desk.source, key: value})


def test_workers_do_it(store, clock, keys, folder):
    """A worker knows the job, and the crew's schedule asks for it."""
    bridge = AdminBridge(store, clock, keys, configured=False)
    desk = bridge.parts.configuration
    document = {"hr_sources": {"payroll": {"kind": "folder", "path": str(folder), "ready": "marker"}}}
    desk.apply(desk.propose(document, by="cli").draft.id, by="cli")
    (folder / "people.csv").write_bytes(PEOPLE)
    (folder / "people.csv.done").touch()

    for _ in range(2):
        for schedule in bridge.parts.crew.worker()._schedules:
            if isinstance(schedule, EverySource):
                schedule.tick()
        bridge.work()
        clock.move(minutes=1)

    assert ["done/people.csv", "done/people.csv.done", "done/people.csv.report.json"] == names(folder)


class Endless:
    """A server's folder that tells of files without an end."""

    def __init__(self, *names: str) -> None:
        self.sizes, self.read = {name: 1 << 60 if name in names else 9 for name in ("p.csv", "p.csv.sha256")}, []

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        return

    def entries(self):
        return {name: Entry(name, size, 0) for name, size in self.sizes.items()}

    @contextmanager
    def opened(self, entry):
        self.read.append(entry.name)
        yield io.BytesIO(b"0" * 64)

    def put_away(self, *_: object) -> None:
        return

    def write(self, *_: object) -> None:
        return


@pytest.mark.parametrize("endless", ["p.csv", "p.csv.sha256"])
def test_sizes_before_reading(desk, endless):
    """AD-13: what is too large is not even opened, to be checked or otherwise: a server may tell any size."""
    place = Endless(endless)
    desk.place = lambda _source: place
    desk.configured(kind="folder", path="x", ready="checksum")
    desk.restarted()

    assert {"refused": 1} == desk.settled()
    assert endless not in place.read
