"""CEL, the expression language (cel.dev), by cel-expr-python: the only file that touches it.

Facts are declared as message types, so that an unknown name or a wrong type is refused when a rule is saved, with line
and column. Surprises of cel-expr-python 0.1.3, each with a test:

* a run-time error comes back as a value whose text looks like any other: `Program.run` checks the type, always;
* the loop limit (10,000 rounds) raises RuntimeError instead;
* an activation belongs to the thread that made it ("No PyCelArena found" in any other): `Bound` makes one for each;
* loops are limited, the work inside one round is not: `syntax.py` bounds it from the tree;
* nesting is limited to 32, reported without a place;
* columns are counted in characters from 1, and the message repeats the source line, which we cut off.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from mappings.bound import Bound
from mappings.complaints import complaints, spoken
from mappings.desired import Value
from mappings.errors import EvaluationError, MappingError, Problem
from mappings.extent import LONGEST_LIST
from mappings.functions import LONGEST_TEXT, OWN
from mappings.limits import missing_tables, place_of, refusals
from mappings.people import Facts
from mappings.syntax import read_tree

Kind = Literal["text", "flag", "whole", "number", "texts"]

LONGEST_SOURCE: Final = 2000
MOST_INPUT: Final = 65_536
MOST_SECONDS: Final = 0.05
TIMED_FROM: Final = 500
REMEMBERED: Final = 4096
SHORT: Final = LONGEST_TEXT // 4
"""Fewer letters than this are never too many bytes."""
_NO_STANDARD: Final = "name: mappings\nstdlib:\n  exclude_functions:\n    - name: matches\n"
_SCALARS: Final = {"string": 9, "bool": 8, "double": 1, "int": 3}
_PYTHON: Final[dict[Kind, type]] = {"text": str, "flag": bool, "whole": int, "number": float, "texts": list}
_MISSING: Final = object()
_NO_TEXT: Final = "a fact is no text that can be written down"
_REFUSED: Final = "the expression has no value: a function refused its input"
_OWN: Final = {own.name: own.does for own in OWN if len(own.parameters) == 1}


class Program:
    """One checked expression. Pure, may be run by several threads; remembers results by what it reads."""

    def __init__(self, source: str, kind: Kind, compiled: Any, tree: Any, shared: bool) -> None:  # noqa: FBT001
        self.source = source
        self.kind = kind
        self.reads: tuple[str, ...] = tuple(sorted(tree.paths))
        self.looks_up: bool = "unit" in tree.calls
        """Whether it reads units beside those in `reads`, by `unit('key')`."""
        self._paths = tuple(tuple(read.split(".")) for read in self.reads)
        self.variables: tuple[str, ...] = tuple(sorted({path[0] for path in self._paths}))
        self.steps: int = tree.steps
        self.units: int = tree.units
        self.place: tuple[int, int] = place_of(source, tree.fallible)
        """Line and column of the first operation that may have no value."""
        self._does = _OWN.get(tree.applied)
        self.plain: tuple[str, ...] = ()
        """The fact that is the value, or from which one of our functions makes it, without the engine."""
        if tree.plain and kind in {"text", "flag"} and (self._does or not tree.applied):
            self.plain = tuple(tree.plain.split("."))
        self.remembers = shared and not self.looks_up
        self._compiled = compiled
        self._type = {"text": cel.Type.STRING, "flag": cel.Type.BOOL}.get(kind)
        self._known: dict[tuple[object, ...], Value] = {}

    def run(self, bound: Bound) -> Value:
        """Return the value for these facts; EvaluationError when there is none, or a limit is passed."""
        if self.plain:
            value = bound.at(self.plain)
            if self._does is None and type(value) is str and len(value) < SHORT and self.kind == "text":
                return value
            return self._checked(self._applied(value))
        if not self.remembers:
            return self._evaluate(bound)
        key = tuple(map(bound.at, self._paths))
        value = self._known.get(key, _MISSING)
        if value is _MISSING:
            value = self._evaluate(bound)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = value
        return value  # type: ignore[return-value]

    def _applied(self, fact: Any) -> object:
        if self._does is None:
            return fact
        try:
            return self._does(fact)
        except UnicodeError:
            raise EvaluationError(_NO_TEXT) from None
        except ValueError:
            raise EvaluationError(_REFUSED) from None

    def _evaluate(self, bound: Bound) -> Value:
        began = time.thread_time() if self.steps >= TIMED_FROM else 0.0
        try:
            found = self._compiled.eval(bound.activation(self.variables))
        except RuntimeError as error:
            loops = "budget" in str(error)
            raise EvaluationError("the expression took too many steps" if loops else "the engine failed") from None
        if began and time.thread_time() - began > MOST_SECONDS:
            raise EvaluationError("the expression took longer than 50 ms")
        if found.type() == cel.Type.ERROR or (self._type is not None and found.type() != self._type):
            raise EvaluationError(_reason(found))
        return self._checked(found.plain_value())

    def _checked(self, value: Any) -> Value:
        if type(value) is not _PYTHON[self.kind]:
            raise EvaluationError("the expression gave a value of another type than declared")
        if isinstance(value, str) and len(value) * 4 > LONGEST_TEXT:
            _refuse_long(value)
        if isinstance(value, list):
            if not all(type(part) is str for part in value):
                raise EvaluationError("the expression gave a list that holds more than texts")
            _refuse_long("".join(value))
            return tuple(value)
        return value  # type: ignore[no-any-return]


class Language:
    """The declared names of one rule book: variables, their types, our functions. Opened once, then only read."""

    def __init__(
        self, types: Mapping[str, Mapping[str, str]], variables: Mapping[str, str], own: set[str],
        tables: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:  # fmt: skip
        self.variables = variables
        self._known = {"": [*variables, *(own.name for own in OWN), "unit", "table"]}
        self._known |= {name: list(fields) for name, fields in types.items()}
        self.tables = dict(tables or {})
        self.reads_tables: dict[str, frozenset[str]] = {}
        """Path of an expression -> the look-up tables it reads."""
        self._own = own
        pool = _declared(types)
        self._messages = {
            name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"facts.{name}")) for name in types
        }
        self._unit_type = cel.Type("facts.Unit")
        unit = cel.FunctionDecl(
            "unit", [cel.Overload("unit_of_key", return_type=self._unit_type, parameters=[cel.Type.STRING])]
        )
        self._environment = cel.NewEnv(
            pool,
            config=cel.NewEnvConfigFromYaml(_NO_STANDARD),
            variables={name: _type(text) for name, text in variables.items()},
            extensions=[cel.CelExtension("ours", [*map(_function, OWN), unit, _table(self.tables)])],
        )

    def compile(self, source: str, path: str, *kinds: Kind) -> Program:
        """Return the checked program; MappingError with every mistake, line and column when it cannot be used."""
        if not isinstance(source, str) or len(source) > LONGEST_SOURCE:
            raise MappingError([Problem(path, f"an expression is a text of at most {LONGEST_SOURCE} characters")])
        try:
            compiled = self._environment.compile(source)
        except (RuntimeError, TypeError, UnicodeError, ValueError) as error:  # TypeError: a lone surrogate
            raise MappingError(complaints(path, str(error), self._known)) from None
        kind = _kind(compiled.return_type())
        if kind not in kinds:
            given, wanted = spoken(compiled.return_type().name()), " or ".join(kinds)
            raise MappingError([Problem(path, f"gives {given} where {wanted} is needed", line=1, column=1)])
        tree = read_tree(compiled.serialize())
        if wrong := [*refusals(tree, source, path), *missing_tables(tree, source, path, self.tables)]:
            raise MappingError(wrong)
        self.reads_tables[path] = frozenset(tree.tables)
        shared = not any(read in self._own or "." not in read for read in tree.paths)
        program = Program(source, kind, compiled, tree, shared)
        if not program.reads and not program.looks_up:
            self._has_a_value(program, path)
        return program

    def _has_a_value(self, program: Program, path: str) -> None:
        """Refuse an expression that reads nothing and has no value: it never will have one."""
        try:
            program.run(self.bind({}, lambda _: {}))
        except EvaluationError as error:
            raise MappingError([Problem(path, str(error), "", *program.place)]) from None

    def bind(self, facts: Facts, unit: Callable[[str], Mapping[str, object]]) -> Bound:
        """Return the facts for programs of this language; `unit` finds a unit's facts for `unit('key')`."""
        find: list[Any] = []

        def message_of(key: str) -> Any:
            return self._message("Unit", unit(key))

        def activate(bound: Bound, names: tuple[str, ...]) -> Any:
            if not find:
                find.append(cel.Function("unit", [cel.Type.STRING], False, message_of, self._unit_type))  # noqa: FBT003
            return self._environment.Activation(self._data(bound, names), find)

        return Bound(facts, activate)

    def tables_below(self, paths: tuple[str, ...]) -> list[Mapping[str, Mapping[str, str]]]:
        """Return the look-up tables that expressions below these paths read; nothing where they read none."""
        used = frozenset[str]().union(*(names for path, names in self.reads_tables.items() if path.startswith(paths)))
        return [{name: self.tables[name] for name in used}] if used else []

    def _data(self, bound: Bound, names: Iterable[str]) -> dict[str, Any]:
        size, data = 0, dict[str, Any]()
        for name in (name for name in names if name in self.variables):  # not the name of a type
            made = bound.messages.get(name)
            if made is None:
                made = bound.messages[name] = self._made(self.variables[name], bound.facts[name])
            data[name] = made
            size += sum(one.ByteSize() for one in made) if isinstance(made, list) else made.ByteSize()
        if size > MOST_INPUT:
            raise EvaluationError("there are more than 64 KiB of facts about this person")
        return data

    def _made(self, text: str, value: Any) -> Any:
        if text.startswith("list:"):
            return [self._message(text.removeprefix("list:"), one) for one in value[:LONGEST_LIST]]
        return self._message(text, value)

    def _message(self, name: str, value: Any) -> Any:
        try:
            return self._messages[name](**value)
        except (UnicodeError, ValueError):
            raise EvaluationError(_NO_TEXT) from None


def _declared(types: Mapping[str, Mapping[str, str]]) -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="facts.proto", package="facts", syntax="proto3")
    for name, fields in types.items():
        message = file.message_type.add(name=name)
        for number, (field, text) in enumerate(fields.items(), 1):
            several = text == "strings"
            kind = _SCALARS.get("string" if several else text, 11)
            added = message.field.add(name=field, number=number, type=kind, label=3 if several else 1)
            if kind == 11:  # noqa: PLR2004 - TYPE_MESSAGE
                added.type_name = f".facts.{text}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _function(own: Any) -> Any:
    parameters = [_type(text) for text in own.parameters]
    overload = cel.Overload(
        f"own_{own.name}", return_type=_type(own.returns), parameters=parameters, is_member=True, impl=own.does
    )
    return cel.FunctionDecl(own.name, [overload])


def _table(tables: Mapping[str, Mapping[str, str]]) -> Any:
    """Return `table('country', primary.country)`, and the same with what to give for a key that is not there."""

    def look_up(name: str, key: str, without: str = "") -> str:
        return tables.get(name, {}).get(key, without)

    text = cel.Type.STRING
    overloads = [
        cel.Overload(f"table_{count}", return_type=text, parameters=[text] * count, is_member=False, impl=look_up)
        for count in (2, 3)
    ]
    return cel.FunctionDecl("table", overloads)


def _type(text: str) -> Any:
    plain = {"string": cel.Type.STRING, "int": cel.Type.INT, "strings": cel.Type.List(cel.Type.STRING)}
    if text in plain:
        return plain[text]
    return cel.Type.List(_type(text[5:])) if text.startswith("list:") else cel.Type(f"facts.{text}")


def _kind(found: Any) -> Kind | None:
    types: tuple[tuple[Any, Kind], ...] = (
        (cel.Type.STRING, "text"), (cel.Type.BOOL, "flag"), (cel.Type.INT, "whole"), (cel.Type.DOUBLE, "number"),
        (cel.Type.List(cel.Type.STRING), "texts"),
    )  # fmt: skip
    return next((kind for known, kind in types if known == found), None)


def _reason(found: Any) -> str:
    """Return what kind of error it was; never its text, which may repeat a fact about the person."""
    word = str(found.plain_value()).split(":", 1)[0].lower().replace("_", " ")
    known = {"not found": "a key that is not in the map", "out of range": "a function refused its input"}
    return f"the expression has no value: {known.get(word, 'a wrong place, number or conversion')}"


def _refuse_long(text: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_TEXT:
        raise EvaluationError("the expression gave more than 4 KiB")
