"""Expressions: declared names, errors with their place, values that are always checked."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from cel_expr_python import cel
from hypothesis import given
from hypothesis import strategies as st

from mappings.errors import EvaluationError, MappingError
from mappings.expression import REMEMBERED, TIMED_FROM, Language, Program
from mappings.facts import OWN_TO_ONE, TYPES, VARIABLES, FactSource
from mappings.people import Assignment
from mappings.syntax import Reading, read_tree
from tests.fakes.org import ANN, EVE, company, someone

LANGUAGE = Language(TYPES, VARIABLES, OWN_TO_ONE)
ANY = ("text", "flag", "whole", "number", "texts")


def value(source, person=ANN, *more):
    """Compile and run."""
    facts = FactSource(company(*more))
    return LANGUAGE.compile(source, "x", *ANY).run(LANGUAGE.bind(facts.facts(person), facts.unit))


def problems(source, *kinds):
    """Return what is wrong with it."""
    with pytest.raises(MappingError) as caught:
        LANGUAGE.compile(source, "mappings.chat.attributes.title", *(kinds or ANY))
    return caught.value.problems


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("person.email.lowerAscii()", "e2@example.org"),
        ("person.displayName", "Ann Smit"),
        ("'sales' in person.unitPath && primary.location.country == 'NL'", True),
        ("unit.name", "Sales"),
        ("unit('root').head", "E1"),
        ("unit('nowhere').head", ""),
        ("manager.displayName", "Bo Baas"),
        ("manager.id in person.managers", True),
        ("assignments.exists(a, a.unit == 'sales')", True),
        ("assignments.map(a, a.unitName)", ("Sales",)),
        ("unit.path", ("root", "sales")),
        ("unit.depth", 2),
        ("primary.fte", 1.0),
        ("person.active ? 'in' : 'out'", "in"),
        ("has(person.partnerName)", False),
        ("'x' + string(unit.depth)", "x2"),
    ],
)
def test_value(source, expected):
    """An expression sees the person, the jobs, the unit and the manager."""
    assert expected == value(source)


def test_all_mistakes_with_line_and_column():
    """Every unknown fact is told at once, each with its line and column, and what was probably meant."""
    first, second = problems("person.emial +\n  primary.titel")

    assert (1, 7, "did you mean email?") == (first.line, first.column, first.hint)
    assert (2, 10, "did you mean title?") == (second.line, second.column, second.hint)
    assert str(first).startswith("mappings.chat.attributes.title:1:7: undefined field 'emial'")


@pytest.mark.parametrize(
    ("source", "kinds", "message"),
    [
        ("person.email + 1", (), "found no matching overload"),
        ("person.email", ("flag",), "gives STRING where flag is needed"),
        ("1 +", (), "Syntax error"),
        ("person", (), "gives Person where"),
        ("nobody.email", (), "undeclared reference to 'nobody.email'"),
        ("(" * 40 + "1" + ")" * 40, (), "nested too deeply"),
        ("'" + "x" * 3000 + "'", (), "at most 2000 characters"),
        (7, (), "at most 2000 characters"),
        ("", (), "Syntax error"),
        ("dyn(person.email)", (), "gives"),
        ("string(dyn(person.email))", (), "dyn() is not available"),
        ("type(person) == type(manager)", (), "type() is not available"),
        ("facts.Unit{key: 'x'}.key", (), "Unit{} cannot be built"),
        ("{'a': person.email}['a'] + facts.Location{}.name", (), "Location{} cannot be built"),
        ("assignments.all(a, assignments.all(b, assignments.all(c, a == b)))", (), "steps, 50,000 are allowed"),
        ("person.email.matches('x')", (), "undeclared reference to 'matches'"),
    ],
)
def test_refused_at_save(source, kinds, message):
    """What cannot give a value of the right type is refused when it is saved."""
    (first, *_) = problems(source, *kinds)

    assert message in first.message


def test_error_is_no_value():
    """PR-02: a run-time error of the engine, which looks like a text, never becomes one; it repeats no fact."""
    for source in ("person.unitPath[9]", "person.email.split('@')[7] + ''", "{'a': 'b'}[person.email]"):
        with pytest.raises(EvaluationError) as caught:
            value(source)
        assert "Example" not in str(caught.value)
    for source in ("1 / unit.depth.min == 1",):
        assert problems(source)
    with pytest.raises(EvaluationError):
        value("int(person.email)")


def test_long_values_are_refused():
    """PR-02: a value of more than 4 KiB is refused, counted in bytes."""
    long = someone(5, title="€" * 1000)
    assert 3000 == len(str(value("primary.title", long)).encode())

    with pytest.raises(EvaluationError, match="4 KiB"):
        value("primary.title + primary.title", long)


def test_too_many_facts_are_refused():
    """PR-02: more than 64 KiB of facts are refused, not cut."""
    jobs = tuple(Assignment(f"a{at}", title="x" * 1000, location="y" * 1000) for at in range(40))
    with pytest.raises(EvaluationError, match="64 KiB"):
        value("assignments.exists(a, a.title == 'z')", someone(6, assignments=jobs))


def test_remembered_by_what_is_read():
    """A remembered result is only given to people with the same facts."""
    program = LANGUAGE.compile("'sales-north' in person.unitPath", "x", "flag")
    facts = FactSource(company())

    assert program.remembers
    assert [False, True, False] == [program.run(LANGUAGE.bind(facts.facts(one), facts.unit)) for one in (ANN, EVE, ANN)]
    assert not LANGUAGE.compile("person.email.trim()", "x", "text").remembers
    assert not LANGUAGE.compile("unit(primary.unit).head", "x", "text").remembers


def test_threads_do_not_mix():
    """Many threads share one program, each gets the value of its own person."""
    program = LANGUAGE.compile("person.email + '/' + unit(primary.unit).name", "x", "text")
    facts = FactSource(company())
    bounds = {one.email: LANGUAGE.bind(facts.facts(one), facts.unit) for one in (ANN, EVE)}

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: (at, program.run(bounds[at])), [*bounds] * 200))

    assert {("E2@Example.org", "E2@Example.org/Sales"), ("E3@Example.org", "E3@Example.org/Sales North")} == set(found)


@given(st.text(max_size=200))
def test_any_text_compiles_or_is_refused(source):
    """PR-02: no text whatever crashes the compiler: a program or problems, nothing else."""
    with suppress(MappingError):
        assert LANGUAGE.compile(source, "x", *ANY).steps <= 50_000


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_texts_go_through_unchanged(name):
    """A fact comes out as the text it was, whatever characters it has."""
    assert name + "!" == value("primary.title + '!'", someone(7, title=name))


def facts_with(**values):
    """Return a person's facts, some of them as they should never be."""
    facts = dict(FactSource(company()).facts(ANN))
    return LANGUAGE.bind({**facts, "person": {**facts["person"], **values}}, lambda _: {})


@pytest.mark.parametrize(
    ("source", "values", "message"),
    [
        ("person.email.lowerAscii()", {"email": "a\ud800"}, "no text that can be written down"),
        ("person.email + 'x'", {"email": "a\ud800"}, "no text that can be written down"),
        ("person.email.trim()", {"email": "x" * 5000}, "a function refused its input"),
        ("person.email.trim() + 'x'", {"email": "x" * 5000}, "a function refused its input"),
        ("person.email", {"email": 7}, "another type than declared"),
        ("person.email", {"email": "x" * 5000}, "4 KiB"),
    ],
)
def test_facts_that_are_no_texts(source, values, message):
    """PR-02: whatever the facts are, the answer is a value of the declared type or an error that repeats no fact."""
    program = LANGUAGE.compile(source, "x", "text")

    with pytest.raises(EvaluationError, match=message) as caught:
        program.run(facts_with(**values))

    assert "xxxx" not in str(caught.value)


class Engine:
    """An engine that answers what a test wants, instead of the compiled expression."""

    def __init__(self, answer, kind=cel.Type.STRING):
        self._answer, self._kind = answer, kind

    def eval(self, _activation):
        return self

    def type(self):
        return self._kind

    def plain_value(self):
        return self._answer()


def broken(text):
    """Return an engine that fails."""
    engine = Engine(lambda: "")

    def fail(_activation):
        raise RuntimeError(text)

    engine.eval = fail
    return engine


def slow():
    """Return an engine that works for longer than 50 ms."""
    engine = Engine(lambda: "x")

    def work(_activation):
        began = time.thread_time()
        while time.thread_time() - began < 0.06:
            sum(range(1000))
        return engine

    engine.eval = work
    return engine


@pytest.mark.parametrize(
    ("engine", "kind", "message"),
    [
        (broken("loop budget exceeded"), "text", "too many steps"),
        (broken("something else"), "text", "the engine failed"),
        (slow(), "text", "longer than 50 ms"),
        (Engine(lambda: "NOT_FOUND: Ann", cel.Type.ERROR), "text", "a key that is not in the map"),
        (Engine(lambda: 7, cel.Type.INT), "text", "a wrong place, number or conversion"),
        (Engine(lambda: ["a", 7]), "texts", "holds more than texts"),
        (Engine(lambda: ["a" * 4000, "b" * 100]), "texts", "4 KiB"),
    ],
)
def test_whatever_the_engine_says(engine, kind, message):
    """PR-02: an engine that fails, dawdles or gives something else than declared gives no value."""
    tree = Reading(frozenset(), frozenset({"split"}), frozenset(), steps=TIMED_FROM)
    program = Program("source", kind, engine, tree, shared=False)

    with pytest.raises(EvaluationError, match=message):
        program.run(facts_with())


def test_light_work_is_not_timed():
    """A small expression is not measured: its bound on steps is enough."""
    tree = Reading(frozenset(), frozenset(), frozenset(), steps=TIMED_FROM - 1)

    assert "x" == Program("source", "text", slow(), tree, shared=False).run(facts_with())


def test_remembers_so_much():
    """What is remembered is let go before it fills the memory; the answers stay right."""
    program = LANGUAGE.compile("person.kind + '!'", "x", "text")
    assert program.remembers

    for at in (*range(REMEMBERED + 1), 0):
        assert f"{at}!" == program.run(facts_with(kind=str(at)))


def test_tree_of_another_engine():
    """A tree that cannot be read is never taken for a small one."""
    with pytest.raises(ValueError, match="unknown form"):
        read_tree(b"\x0d\x00\x00\x00\x00")


@pytest.mark.parametrize(("source", "steps"), [("{'a': 1}['a']", 5), ("{'a': 1, 'b': 2}.size()", 6), ("1.5", 1)])
def test_steps(source, steps):
    """Every part of an expression counts, those of a map too."""
    assert steps == LANGUAGE.compile(source, "x", *ANY).steps
