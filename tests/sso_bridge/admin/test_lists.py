"""Lists over the API: filters that SQL carries out, pages that stay in their list, and nothing beyond one's bounds."""

from __future__ import annotations

from datetime import timedelta
from types import UnionType
from typing import Any, get_args

import pytest
from sqlalchemy import Select, insert, text, update

from sso_bridge.admin.asking import Filtered
from sso_bridge.api.paging import HOW
from sso_bridge.audit.events import Event
from sso_bridge.login.trace import TraceRecord
from sso_bridge.parts.machines import routes
from sso_bridge.store.administration.audit import Wanted, audit
from sso_bridge.store.administration.overview import traces_query
from sso_bridge.store.staff.facts import person_facts
from sso_bridge.store.staff.people_list import PeopleList
from sso_bridge.store.tables.login import link
from sso_bridge.store.tables.organisation import person, unit
from tests.fakes.admin import AdminBridge
from tests.fakes.lived_in import LivedIn
from tests.fakes.sign_in_bridge import ADA, BOB

PEOPLE, TRACES, AUDIT = "/admin/v1/people", "/admin/v1/traces", "/admin/v1/audit"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with Ada, who works in a unit below sales, Bob who is gone, and some sign-ins and acts."""
    made = AdminBridge(store, clock, keys)
    jobs = {"assignments": [{"id": "1", "unit": "sales-nl"}], "email": "Ada@Corp.example"}
    with store.writing() as connection:
        for key, parent in (("sales", ""), ("sales-nl", "sales"), ("it", "")):
            row = {"source": "payroll", "key": key, "facts": {"parent": parent}, "digest": b"12345678", "strikes": 0}
            connection.execute(insert(unit), row)
        hers = update(person).where(person.c.id == ADA.id)
        connection.execute(hers.values(facts=person_facts(ADA) | jobs))
        connection.execute(update(person).where(person.c.id == BOB.id).values(gone_on=clock().date()))
        values = {"workplace": "staff", "subject_key": "a", "person_id": ADA.id, "made_by": "x", "made_at": clock()}
        connection.execute(insert(link), values)
    for number in range(6):
        refused = number % 2
        step = {"at": "", "leg": "platform", "what": "x", "outcome": "no_link", "reason": "unknown_subject"}
        began = clock() + timedelta(minutes=number)
        made.parts.traces.put(
            TraceRecord(
                f"a-{number}", began, "saml", "chat" if number < 4 else "wiki", "staff", ADA.id if refused else None,
                "no_link" if refused else "answered", prompted=False, address="", steps=(step,) if refused else (),
            )
        )  # fmt: skip
    made.parts.audit.record(*(Event("plan.made", f"cli:{n % 2}", f"plan:{n}") for n in range(4)))
    made.parts.audit.record(Event("planet.seen", "cli:0", "sky", result="refused"))
    return made


def found(bridge: AdminBridge, address: str, what: str, who: str = "viewer") -> list[Any]:
    """Return what a list says of this field."""
    answer = bridge.call("GET", address, who)
    assert answer.status_code == 200, answer.text
    return [one[what] for one in answer.json["items"]]


def test_people(bridge: AdminBridge) -> None:
    """People are found by unit with all below it, state, workplace, source, number and mail; all filters hold."""
    expected = {
        "unit=sales": ["E1"],
        "unit=sales-nl": ["E1"],
        "unit=it": [],
        "state=active": ["E1"],
        "state=inactive": ["E2"],
        "state=gone": ["E2"],
        "workplace=staff": ["E1"],
        "workplace=other": [],
        "number=E2": ["E2"],
        "number=e2": [],
        "mail=ADA@corp.example": ["E1"],
        "mail=corp.example": [],
        "source=payroll&q=ada": ["E1"],
        "source=other": [],
        "unit=sales&state=gone": [],
    }

    assert expected == {query: found(bridge, f"{PEOPLE}?{query}", "number") for query in expected}


def test_traces(bridge: AdminBridge) -> None:
    """Sign-ins are found by person, outcome, platform, reason and time."""
    expected = {
        "reason=unknown_subject": ["a-5", "a-3", "a-1"],
        "outcome=answered&platform=wiki": ["a-4"],
        f"person={ADA.uuid}&platform=chat": ["a-3", "a-1"],
        f"person={BOB.uuid}": [],
        "since=2026-11-02T09:04:00Z": ["a-5", "a-4"],
        "until=2026-11-02T10:01:00%2B01:00": ["a-0"],
        "protocol=oidc": [],
        "workplace=staff&since=2026-11-02T09:05:00Z": ["a-5"],
    }

    assert expected == {query: found(bridge, f"{TRACES}?{query}", "reference") for query in expected}


def test_audit(bridge: AdminBridge) -> None:
    """Acts are found by who, what (or its beginning, with the dot), to what, how it ended, and time."""
    expected = {
        "what=plan.&actor=cli:0": ["plan:2", "plan:0"],
        "what=plan": [],
        "what=plan.made&target=plan:3": ["plan:3"],
        "result=refused": ["sky"],
        "what=planet.": ["sky"],
        "what=plan.&until=2026-11-02T09:00:00Z": [],
    }

    assert expected == {query: found(bridge, f"{AUDIT}?{query}", "target") for query in expected}


def test_plans_runs_and_jobs(bridge: AdminBridge) -> None:
    """Plans go from waiting to approved to rolled out, and are found so; runs and jobs by platform, maker and plan."""
    number, digest = bridge.made_plan()
    by = bridge.kept["operator"].actor
    plans, runs, jobs = "/admin/v1/plans", "/admin/v1/runs", "/admin/v1/jobs"

    assert [number] == found(bridge, f"{plans}?state=waiting&platform=chat&by={by}", "number")
    bridge.call("POST", f"{plans}/{number}/approve", "operator", json={"digest": digest})
    assert [number] == found(bridge, f"{plans}?state=approved", "number")
    assert "approved" == bridge.call("GET", f"{plans}/{number}").json["state"]
    bridge.call("POST", f"{plans}/{number}/rollout", "operator")
    bridge.work()
    assert [number] == found(bridge, f"{plans}?state=rolled_out&since=2026-11-02T09:00:00Z", "number")
    assert [] == found(bridge, f"{plans}?platform=wiki", "number")
    assert [number] == found(bridge, f"{runs}?platform=chat&plan={number}&by={by}", "plan")
    assert [] == found(bridge, f"{runs}?platform=wiki", "plan")
    assert ["account_create"] == found(bridge, f"{runs}/1/actions?kind=account_create", "kind")
    assert [] == found(bridge, f"{runs}/1/actions?code=held", "kind")
    assert ["rollout"] == found(bridge, f"{jobs}?what=rollout&state=done&by={by}", "what")
    assert [] == found(bridge, f"{jobs}?what=rollout&until=2026-11-02T09:00:00Z", "what")


def test_an_empty_plan(bridge: AdminBridge) -> None:
    """A plan without changes waits for nobody."""
    bridge.call("POST", "/admin/v1/plans", "operator", json={"person": BOB.uuid})
    bridge.work()

    assert [1] == found(bridge, "/admin/v1/plans?state=empty", "number")
    assert [] == found(bridge, "/admin/v1/plans?state=waiting", "number")


def test_small_lists(bridge: AdminBridge) -> None:
    """Tokens, clients, webhooks, keys and what waits for a second person are found by their state and maker."""
    mine = bridge.kept["owner"].actor
    assert ["revoked"] == found(bridge, "/admin/v1/tokens?state=revoked", "name", "owner")
    assert ["hr", "owner"] == sorted(found(bridge, "/admin/v1/tokens?scope=hr&state=good", "name", "owner"))
    for address, body in (
        ("clients", {"name": "board", "role": "viewer"}),
        ("webhooks", {"name": "desk", "url": "https://hooks.example.org/", "events": ["run.failed"]}),
        ("keys/proposals", {"act": "rotate", "target": "saml"}),
        ("erasures", {"person": BOB.uuid, "why": "GDPR-1", "forced": True}),
    ):
        place, what = f"/admin/v1/{address}", "made_by" if "/" in address or address == "erasures" else "created_by"
        made = bridge.call("POST", place, json=body)
        assert made.status_code == 201, made.text
        assert [mine] == found(bridge, f"{place}?by={mine}", what, "owner")
        assert [] == found(bridge, f"{place}?by=token:other", what, "owner")
    assert ["board"] == found(bridge, "/admin/v1/clients?state=good&role=viewer", "name", "owner")
    assert ["desk"] == found(bridge, "/admin/v1/webhooks?event=run.failed&state=enabled", "name", "owner")
    assert [] == found(bridge, "/admin/v1/webhooks?event=person.left", "name", "owner")
    assert {"saml"} == set(found(bridge, "/admin/v1/keys?purpose=saml&state=current", "purpose"))
    for place in ("/admin/v1/keys/proposals", "/admin/v1/erasures"):
        assert 1 == len(found(bridge, f"{place}?state=proposed", "id", "owner"))
    bridge.clock.move(hours=25)
    for place in ("/admin/v1/keys/proposals", "/admin/v1/erasures"):
        assert 1 == len(found(bridge, f"{place}?state=ended", "id", "owner"))
        assert 0 == len(found(bridge, f"{place}?state=proposed", "id", "owner"))
    assert [BOB.uuid] == found(bridge, f"/admin/v1/erasures?person={BOB.uuid}", "person", "owner")
    assert [] == found(bridge, f"/admin/v1/erasures?person={ADA.uuid}", "person", "owner")


def test_pages_under_a_filter(bridge: AdminBridge) -> None:
    """All pages of a narrowed list together are that list, each entry once; the last one has no `next`."""
    for address, what in ((f"{TRACES}?reason=unknown_subject", "reference"), (f"{AUDIT}?what=plan.", "target")):
        whole, pages, after = found(bridge, address, what), [], ""
        while after is not None:
            page = bridge.call("GET", f"{address}&limit=2{after and f'&before={after}'}", "viewer").json
            pages += [one[what] for one in page["items"]]
            assert len(page["items"]) <= 2
            after = page["next"]
        assert whole == pages


def test_a_page_of_another_list(bridge: AdminBridge) -> None:
    """The `next` of one list does not go on in another one, or under another filter: it would skip entries unseen."""
    place = bridge.call("GET", f"{TRACES}?outcome=answered&limit=1", "viewer").json["next"]
    assert 200 == bridge.call("GET", f"{TRACES}?limit=9&outcome=answered&before={place}", "viewer").status_code

    for other in (f"{TRACES}?outcome=no_link", f"{TRACES}?outcome=answered&platform=chat", f"{TRACES}?outcome=",
                  TRACES, f"{AUDIT}?what=plan."):  # fmt: skip
        answer = bridge.call("GET", f"{other}{'&' if '?' in other else '?'}before={place}", "viewer")
        assert (422, "before") == (answer.status_code, answer.json["errors"][0]["parameter"])
        assert place not in answer.text


def test_made_up_places(bridge: AdminBridge) -> None:
    """AD-03: a place that no page gave is refused in a sentence, whatever stands in it."""
    for made_up in ("12", "12.", ".00000000", "-1.00000000", "x", "1.00000000", "9" * 90):
        answer = bridge.call("GET", f"/admin/v1/jobs?before={made_up}", "viewer")
        assert (422, "before") == (answer.status_code, answer.json["errors"][0]["parameter"])


def test_unknown_filters(bridge: AdminBridge) -> None:
    """AD-03: a filter that a list does not know is refused, with those it knows; it never means «all»."""
    for who, address in (("viewer", f"{PEOPLE}?unti=sales"), ("viewer", "/admin/v1/me?state=good")):
        answer = bridge.call("GET", address, who)
        (flaw,) = answer.json["errors"]
        assert (422, "is not known here") == (answer.status_code, flaw["detail"])
        assert ("unit" in flaw["hint"]) == ("unti" in address)


def test_bounds_stay(store, clock, keys) -> None:
    """AD-02: no filter shows to delegated rights what they do not reach, and it is not told that it is there."""
    bridge = LivedIn(store, clock, keys)

    assert [] == found(bridge, f"{PEOPLE}?number=E1", "number", "sales owner")
    assert [] == found(bridge, f"{TRACES}?person={ADA.uuid}&platform=chat", "reference", "sales owner")
    assert 1 == len(found(bridge, f"{TRACES}?person={ADA.uuid}&platform=chat", "reference", "chat owner"))
    assert [] == found(bridge, f"{AUDIT}?actor={bridge.kept['owner'].actor}", "actor", "chat owner")
    assert [] == found(bridge, "/admin/v1/plans?state=rolled_out", "number", "sales owner")


def test_every_filter_is_known_to_sql(store, clock, keys) -> None:
    """Every filter of every list is carried out: no parameter is documented and then ignored, or breaks."""
    bridge = LivedIn(store, clock, keys)
    document = bridge.call("GET", "/admin/openapi.json", "nobody").json
    for route in routes(bridge.parts):
        if route.query is None or not issubclass(route.query, Filtered):
            continue
        path = route.path
        for name in route.parameters:
            path = path.replace(f"{{{name}}}", str(bridge.known.get(name, "1")))
        for parameter in document["paths"][route.path]["get"]["parameters"]:
            if parameter["in"] != "query" or parameter["name"] in HOW:
                continue
            bridge.clock.move(minutes=1)
            kind = parameter["schema"]
            value = parameter.get("example") or (kind.get("enum") or ["x"])[0]
            answer = bridge.call("GET", path, query_string={parameter["name"]: value})
            assert answer.status_code == 200, (path, parameter, answer.text)
            assert "example" in parameter or "enum" in kind or name_is_plain(route.query, parameter["name"])


def name_is_plain(query: type[Filtered], name: str) -> bool:
    """Return whether a field without an example is one of a free text."""
    kind = query.model_fields[name].annotation
    return str in (get_args(kind) if isinstance(kind, UnionType) else (kind,))


def explained(store: Any, query: Select[Any]) -> str:
    """Return how the database would answer; PostgreSQL without what pays only for short tables."""
    with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
                connection.execute(text(f"SET LOCAL {setting} = off"))
            how = "EXPLAIN "
        else:
            how = "EXPLAIN QUERY PLAN "
        said = query.compile(connection, compile_kwargs={"literal_binds": True})
        return "\n".join(str(row) for row in connection.exec_driver_sql(how + str(said).replace("%", "%%")))


def reads(store: Any, query: Select[Any], index: str) -> bool:
    """Return whether this index answers; of an empty table PostgreSQL may take any of them, but it never reads all."""
    told = explained(store, query)
    on_a_server = store.engine.dialect.name == "postgresql"
    return ("Index Scan" in told and "Seq Scan" not in told) if on_a_server else index in told


def test_traces_by_an_index(store) -> None:
    """A page of sign-ins is read in the order of an index, also of the rare ones; nothing is sorted."""
    for wanted, index in (
        ({"outcome": "no_link"}, "outcome_began_at"), ({"person_id": 1}, "person_id_began_at"),
        ({"platform": "chat"}, "platform_began_at"), ({}, "ix_sign_in_trace_began_at"),
    ):  # fmt: skip
        assert reads(store, traces_query(50, None, wanted), index)


def test_audit_by_an_index(store) -> None:
    """A page of acts by who, what or to what is read in the order of an index."""
    for wanted, index in (
        (Wanted(actor="cli:root"), "ix_audit_actor_seq"), (Wanted(what="plan.made"), "ix_audit_what_seq"),
        (Wanted(target="plan:1"), "ix_audit_target_seq"), (Wanted(reference="a"), "ix_audit_reference_seq"),
    ):  # fmt: skip
        assert reads(store, wanted.narrowed(audit.select().order_by(audit.c.seq.desc()).limit(50)), index)


def test_people_by_an_index(bridge: AdminBridge) -> None:
    """Somebody is found by number without looking at all, and who is linked at a workplace by its links."""
    for wanted, index in (({"number": "E1"}, "key"), ({"workplace": "staff"}, "link")):
        told = explained(bridge.store, PeopleList(bridge.parts.people).query(50, 0, wanted))
        assert index in told
        assert "Seq Scan on person" not in told
