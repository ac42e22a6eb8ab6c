"""Rows become people, units and leaves; wrong ones are kept out and told."""

from __future__ import annotations

import gzip
import io
from datetime import date

import pytest

from provisioners.errors import FeedRefused
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.records import collect
from provisioners.sync.collect.source import Source

PAYROLL = Source("payroll")


def read(text, source=PAYROLL):
    body = text if isinstance(text, bytes) else text.encode()
    return collect([Upload("hr.csv", io.BytesIO(body))], source)


def people(feed):
    return {person.key: person for person, _ in feed.people}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator(separator):
    """The separator is read from the header."""
    feed = read(f"employee_number{separator}given_name\n1{separator}Zoë\n")

    assert "Zoë" == people(feed)["1"].given_name


def test_byte_order_mark():
    """A UTF-8 file may begin with a byte order mark."""
    assert {"1"} == read("\ufeffemployee_number\n1\n").people.numbers


def test_packed():
    """A gzip file is unpacked by what it is, not by its name."""
    assert {"1"} == read(gzip.compress(b"employee_number\n1\n")).people.numbers


def test_own_column_names():
    """Another HR layout is mapped by `columns`, without regard to case; unknown columns are ignored."""
    source = Source("payroll", columns={"employee_number": "Pers.nr", "family_name": "Achternaam"})

    feed = read("PERS.NR;Achternaam;Burgerservicenummer\n7;de Boer;123456782\n", source)

    assert "de Boer" == people(feed)["7"].family_name


def test_json_lines():
    """JSON lines say the same as CSV."""
    feed = read('{"employee_number": 7, "primary": true, "fte": 0.8, "unit": "hr"}\n\n{"employee_number": "8"}\n')

    assert (0.8, True) == (people(feed)["7"].assignments[0].fte, people(feed)["7"].assignments[0].primary)
    assert {"7", "8"} == feed.people.numbers


def test_three_kinds():
    """Units and leaves are recognised by their header."""
    units = read("unit,name,head\nhr,Human resources,E1\n")
    leaves = read("employee_number,kind,valid_from\n7,parental,2026-01-01\n")

    assert ("Human resources", "E1") == (units.units["hr"][0].name, units.units["hr"][0].head)
    assert date(2026, 1, 1) == leaves.leaves["7"][0].valid_from


def test_two_jobs():
    """One row per job: the person's own facts come from the primary one."""
    feed = read("employee_number,assignment_id,email,primary\n7,a,old@x.nl,no\n7,b,new@x.nl,yes\n")

    assert ("new@x.nl", 2) == (people(feed)["7"].email, len(people(feed)["7"].assignments))


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("valid_from", "2026-02-30", "is not a date; write YYYY-MM-DD"),
        ("valid_from", "1066-10-14", "is before 1900"),
        ("fte", "much", "is not a number"),
        ("fte", "nan", "is not between 0 and 2"),
        ("primary", "perhaps", "is neither yes nor no"),
        ("email", "a b@x.nl", "is not a mail address"),
        ("email", "nobody", "is not a mail address"),
        ("status", "pensioned", "is none of active, inactive, leave, left"),
        ("given_name", "a\x07b", "holds a control character or a line break"),
        ("given_name", "x" * 1001, "longer than 1000 characters"),
        ("unit", "x" * 129, "longer than 128 characters"),
        ("employee_number", "", "is empty"),
    ],
)
def test_wrong_cell(column, cell, reason):
    """A wrong cell is told by line, column and reason, and never repeated."""
    cells = {"employee_number": "7", "title": "Coach", column: cell}

    feed = read(f"{','.join(cells)}\n{','.join(cells.values())}\n")

    assert [(2, column, reason)] == [(each.line, each.column, each.reason) for each in feed.problems]
    assert ([], 0) == (list(feed.people), len(feed.people))


def test_one_wrong_row_of_two():
    """Half a person is no person: whoever has one wrong row is left as known."""
    feed = read("employee_number,assignment_id,fte\n7,a,1\n7,b,x\n8,c,1\n")

    assert ({"8"}, {"7"}) == (feed.people.numbers, feed.doubtful)


def test_backwards_dates():
    """A job that ends before it begins is wrong."""
    feed = read("employee_number,valid_from,valid_to\n7,2026-02-01,2026-01-01\n")

    assert ["is before valid_from"] == [each.reason for each in feed.problems]


def test_same_job_twice():
    """The same job stated twice alike is no harm; stated twice differently it is a doubt."""
    alike = read("employee_number,assignment_id,title\n7,a,Coach\n7,a,Coach\n")
    differently = read("employee_number,assignment_id,title\n7,a,Coach\n7,a,Planner\n")

    assert (set(), {"7"}) == (alike.doubtful, differently.doubtful)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A1", "+1", "-1", "@SUM(1)", "${jndi:ldap://x}", "{{7*7}}", "<b>"])
def test_cells_are_data(text):
    """What looks like a formula or a template is a text like any other (AD-13)."""
    assert text == people(read(f'employee_number,family_name\n7,"{text}"\n'))["7"].family_name


@pytest.mark.parametrize("number", ["1", "0", "-1", "admin", "../../etc", "00000000-0000-4000-8000-000000000001"])
def test_numbers_are_text(number):
    """An HR number is text, whatever it looks like; it is never one of our ids (ID-03)."""
    person = people(read(f"employee_number\n{number}\n"))[number]

    assert (0, "", number) == (person.id, person.uuid, person.key)


def test_case_is_kept():
    """`Alice` and `alice` are two people (ID-02)."""
    assert {"Alice", "alice", "аlice"} == read("employee_number\nAlice\nalice\nаlice\n").people.numbers  # noqa: RUF001


def test_too_many_rows():
    """There is a limit of rows (AD-13)."""
    with pytest.raises(FeedRefused, match="more than 2 rows"):
        read("employee_number\n1\n2\n3\n", Source("payroll", max_rows=2))


def test_bomb():
    """A packed file that grows beyond all reason is refused while it is unpacked (AD-13)."""
    bomb = gzip.compress(b"employee_number,given_name\n" + (b"E1," + b"x" * 1000 + b"\n") * 10_000)

    with pytest.raises(FeedRefused, match="bytes"):
        read(bomb)


def test_endless_line():
    """A line without an end does not fill the memory."""
    with pytest.raises(FeedRefused):
        read("employee_number\n" + "x" * 300_000 + "\n")


def test_trailer_agreed():
    """Where a trailer is agreed, a file without one was cut off (PR-04)."""
    source = Source("payroll", trailer=True)

    with pytest.raises(FeedRefused, match="last line"):
        read("employee_number\n1\n", source)
    assert {"1"} == read("employee_number\n1\n# rows=1\n", source).people.numbers


def test_unknown_fields():
    """Fields we do not know are ignored, not mapped (PR-13)."""
    feed = read('{"employee_number": "7", "is_admin": true, "id": 1, "uuid": "x"}\n')

    assert (0, "") == (people(feed)["7"].id, people(feed)["7"].uuid)


def test_nested_record():
    """A JSON record with something inside it is a wrong row, not a guess."""
    feed = read('{"employee_number": {"$gt": ""}}\n{"employee_number": "7"}\n')

    assert (1, 1) == (feed.unnamed, len(feed.people))


def test_rows_far_apart():
    """The jobs of one person need not stand together; each job leads to its own line, a row said again comes last."""
    header = "employee_number,assignment_id,title\n"
    others = "".join(f"{each},a,Coach\n" for each in range(100, 2500))

    feed = read(f"{header}7,a,Coach\n8,a,Coach\n7,a,Coach\n{others}7,b,Planner\n")
    found = {person.key: ([job.id for job in person.assignments], places) for person, places in feed.people}

    assert (2402, (["a", "b"], (2, 2405, 4)), (["a"], (3,))) == (len(found), found["7"], found["8"])


def test_contradictions_in_their_place():
    """Rows that contradict an earlier one are told in the order of the file, among all others that are wrong."""
    feed = read("employee_number,assignment_id,fte\n7,a,1\n8,a,x\n7,a,0.5\n9,a,y\n7,a,0.4\n10,a,1\n")

    assert [(3, "fte"), (4, "assignment_id"), (5, "fte"), (6, "assignment_id")] == [
        (each.line, each.column) for each in feed.problems
    ]
    assert (["10"], {"7", "8", "9"}) == ([person.key for person, _ in feed.people], feed.doubtful)
    assert b"\0\0\0\0\0\0\0u" == feed.fates.files[0]
