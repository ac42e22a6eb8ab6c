"""Look-up tables: written in the configuration, read by rules, checked when saved."""

from __future__ import annotations

import pytest

from mappings.errors import MappingError
from mappings.rules import compile_rules
from mappings.tables import MOST_ENTRIES
from tests.fakes.org import ANN, company

COUNTRY = {"NL": "Netherlands", "BE": "Belgium"}


def document(rule, tables=None, **more):
    """Return a document with one rule."""
    tables = {"country": COUNTRY} if tables is None else tables
    mappings = {"m": {"attributes": {"country": rule}}, "n": {"attributes": {"country": "primary.country"}}}
    platforms = {"p": {"mapping": "m"}, "q": {"mapping": "n"}}
    return {"platforms": platforms, "mappings": mappings, "tables": tables, **more}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("table('country', primary.country)", "Netherlands"),
        ("table('country', person.username)", ""),
        ("table('country', person.username, primary.country)", "NL"),
        ("table('country', primary.country, 'abroad')", "Netherlands"),
    ],
)
def test_value(rule, value):
    """A table gives the value of a key; for one that is not there nothing, or what the rule says."""
    assert value == compile_rules(document(rule)).outcome("p", ANN, company()).attributes["country"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("'x' + table('contry', primary.country)", "country:1:12: there is no table contry (did you mean country?)"),
        ("table('x', primary.country)", "there is no table x (there are: country)"),
        ("table(primary.country, 'NL')", "the name of a table is written out, in quotes"),
        ("table('coun' + 'try', 'NL')", "the name of a table is written out, in quotes"),
        ("table('country', 1)", "no matching overload"),
        ("table('country')", "it takes other arguments"),
    ],
)  # fmt: skip
def test_refused_at_save(rule, told):
    """A table that is not there, or whose name only a person's facts would tell, is refused with its place."""
    with pytest.raises(MappingError) as caught:
        compile_rules(document(rule))

    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ([], "tables: must be a mapping of names to tables"),
        ({"country": []}, "tables.country: must be a mapping of texts to texts"),
        ({"country": {"NL": 1}}, "tables.country.NL: must be a text of at most 4096 characters"),
        ({"country": {"NL": "x" * 4097}}, "tables.country.NL: must be a text of at most 4096 characters"),
        ({"country": dict.fromkeys(map(str, range(MOST_ENTRIES + 1)), "")}, "has more than 20,000 entries"),
    ],
)
def test_wrong_table(tables, told):
    """A table holds texts, and not too many; the mistake names its place."""
    with pytest.raises(MappingError) as caught:
        compile_rules(document("'x'", tables or [1]))

    assert told in str(caught.value)


def test_fingerprint():
    """A changed table changes the rules of the platforms that read it, in mappings and in groups, and no others."""
    rule = "table('country', primary.country)"
    one, other = (compile_rules(document(rule, {"country": each})) for each in (COUNTRY, COUNTRY | {"NL": "Holland"}))
    group = {"groups": {"dutch": {"on": ["q"], "members": "table('country', primary.country) == 'Netherlands'"}}}
    here, there = (compile_rules(document(rule, {"country": each}, **group)) for each in (COUNTRY, {}))

    assert one.fingerprint("p") != other.fingerprint("p")
    assert one.fingerprint("q") == other.fingerprint("q")
    assert here.fingerprint("q") != there.fingerprint("q")


def test_none():
    """A document without tables has none."""
    with pytest.raises(MappingError, match="there are: none"):
        compile_rules(document("table('x', 'y')", tables={}))
