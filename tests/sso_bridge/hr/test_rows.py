"""What came of each row, as HR jobs and administrators are told."""

from __future__ import annotations

import csv
import io
import json

import pytest

from sso_bridge.api.paging import cursor, mark_of
from tests.fakes.admin import AdminBridge

HEADER = "employee_number,assignment_id,given_name,fte,hired_on\n"
ROWS = ["E1,a,Ada,1,\n", "E2,a,Bob,1,\n", "E2,b,Bob,x,soon\n", "E3,a,=cmd|' /C calc'!A1,1,\n", ",a,Nobody,1,\n"]


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with Ada and Bob, who look different in the file."""
    return AdminBridge(store, clock, keys)


def send(bridge: AdminBridge, text: str, key: str = "k", complete: str = "false", who: str = "hr") -> str:
    """Send a file, let a worker take it; return the address of the import."""
    path = f"/hr/v1/snapshots?source=payroll&complete={complete}"
    headers = {"Content-Type": "text/csv", "Idempotency-Key": key}
    answer = bridge.call("POST", path, who, data=text.encode(), headers=headers)
    bridge.work()
    return answer.headers["Location"]


def rows(bridge: AdminBridge, address: str, query: str = "", who: str = "hr") -> list[dict]:
    """Return rows."""
    answer = bridge.call("GET", f"{address}/rows{query}", who)
    assert 200 == answer.status_code, answer.text
    return answer.json["items"]


def many(wrong: int = 0) -> str:
    """Return a file that is right but for some rows of the company."""
    right = "".join(f"R{each},a,Right,1,\n" for each in range(100))
    return HEADER + "".join(ROWS[:4]) + right + "".join(f"W{each},a,Wrong,9,\n" for each in range(wrong))


def test_every_row(bridge):
    """Each row has a fate: new, changed, wrong, held because another row of the same person is wrong."""
    address = send(bridge, many())
    found = {one["line"]: one for one in rows(bridge, address, "?limit=10000")}

    assert [2, 3, 4, 5] == sorted(found)[:4]
    assert ["changed", "held", "wrong", "new"] == [found[line]["fate"] for line in (2, 3, 4, 5)]
    assert {"new"} == {found[line]["fate"] for line in range(6, 106)}
    assert ["fte", "hired_on"] == [one["column"] for one in found[4]["problems"]]
    assert ("people", "E2", "people") == (found[4]["file"], found[4]["key"], found[4]["record"])
    assert "x" == found[4]["cells"]["fte"]


def test_again(bridge):
    """The same file again: who was as before is unchanged."""
    send(bridge, many())

    found = rows(bridge, send(bridge, many(), key="again"), "?fate=unchanged&limit=10000")

    assert 102 == len(found)


def test_pages(bridge):
    """A page says where the next one begins; together they are all rows, once each."""
    address, after, seen = send(bridge, many(3)), "", []
    while True:
        answer = bridge.call("GET", f"{address}/rows?fate=kept_out&limit=2{after}", "hr").json
        seen += [one["line"] for one in answer["items"]]
        if answer["next"] is None:
            break
        after = f"&after={answer['next']}"

    assert [3, 4, 106, 107, 108] == seen


def test_refused(bridge):
    """Of an import that was refused the wrong rows are told, and that the others were not taken."""
    address = send(bridge, many(20))

    assert "refused" == bridge.call("GET", address, "hr").json["state"]
    assert 21 == len(rows(bridge, address, "?fate=wrong"))
    assert 102 == len(rows(bridge, address, "?fate=not_taken&limit=1000"))


def test_csv(bridge):
    """AD-13: a spreadsheet runs no cell of the download."""
    text = HEADER + "=1+1,a,A,x,\n" + "".join(f"R{each},a,Right,1,\n" for each in range(100))
    answer = bridge.call("GET", f"{send(bridge, text)}/rows?fate=wrong&format=csv", "hr")

    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert "text/csv; charset=utf-8" == answer.headers["Content-Type"]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert [("people", "2", "wrong", "'=1+1", "fte", "is not a number")] == [
        tuple(row[name] for name in ("file", "line", "fate", "key", "column", "reason")) for row in table
    ]


def test_json_lines(bridge):
    """Machines get one object per line, and in a header where to go on."""
    answer = bridge.call("GET", f"{send(bridge, many(3))}/rows?fate=wrong&format=jsonl&limit=2", "hr")

    assert [4, 106] == [json.loads(line)["line"] for line in answer.text.splitlines()]
    assert answer.headers["X-Next"].startswith("106.")


def test_whose_business(bridge):
    """AD-02: a token of an HR job sees the rows it has sent itself, an administrator all."""
    bridge.token("other", "viewer", scopes=("hr",))
    address = send(bridge, many())
    admin = address.replace("/hr/", "/admin/")

    assert [200, 404, 200] == [
        bridge.call("GET", f"{address}/rows", who).status_code for who in ("hr", "other", "viewer")
    ]
    assert [403, 200] == [bridge.call("GET", f"{admin}/rows", who).status_code for who in ("hr", "viewer")]
    assert 404 == bridge.call("POST", f"{address}/replay", "other", headers={"Idempotency-Key": "r"}).status_code


@pytest.mark.parametrize("query", ["?fate=lost", "?format=xlsx", "?limit=0", "?limit=10001", "?after=-1", "?after=x"])
def test_wrong_question(bridge, query):
    """A question that is none is told."""
    assert 422 == bridge.call("GET", f"{send(bridge, many())}/rows{query}", "hr").status_code


def test_after_the_end(bridge):
    """After the last row there is none, also far behind it."""
    address = send(bridge, many())

    assert [] == rows(bridge, address, f"?after={cursor(99999999999999, mark_of(f'{address}/rows', {}))}")


def test_forgotten(bridge):
    """After a month the rows, with what was wrong in them, are gone."""
    address = send(bridge, many(20))
    bridge.clock.move(days=31)
    bridge.parts.crew.queue.enqueue("retention", {}, key="day", by="test")
    bridge.work()

    assert [] == rows(bridge, address)
    assert 409 == bridge.call("POST", f"{address}/replay", "hr", headers={"Idempotency-Key": "r"}).status_code
