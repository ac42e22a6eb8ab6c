"""Documents as text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.errors import MappingError
from sso_bridge.configuration.document.files import canonical, read_file, read_text, write_yaml

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = st.text(max_size=10)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
    ),
)


def test_plain_types():
    """`on`, `yes` and dates are texts, so that YAML and JSON say the same."""
    read = read_text("on: yes\ndue: 2027-06-30\nzero: 0123\ngoal: 0.98\nlive: true\nnothing: ~\ncount: 5")

    assert {
        "on": "yes",
        "due": "2027-06-30",
        "zero": "0123",
        "goal": 0.98,
        "live": True,
        "nothing": None,
        "count": 5,
    } == read
    assert read == read_text(json.dumps(read))
    assert {} == read_text("")


@given(DOCUMENTS)
def test_export_is_read_back(document):
    """What is exported as YAML or JSON reads back as the same document, key order included."""
    document = json.loads(canonical(document))

    assert canonical(document) == canonical(read_text(canonical(document)))
    assert canonical(document) == canonical(read_text(write_yaml(document)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x", "aliases are not allowed"),
        ("a: 1\na: 2", "the key a comes twice"),
        ('{"a": 1, "a": 2}', "the key a comes twice"),
        ("a: !!python/object/apply:os.system [id]", "could not determine a constructor"),
        ("a: [1", "expected"),
        ("- a", "must be a mapping"),
        ("[1]: 2", "a key must be a text"),
        ("a: " + "[" * 100 + "]" * 100, "nested too deeply"),
        ("a: \x00", "is not YAML or JSON"),
        ("x" * 5_000_000, "larger than 4 MiB"),
    ],
)
def test_refused(text, message):
    """A document that builds objects, unfolds, repeats a key or is no document is refused (AD-03)."""
    with pytest.raises(MappingError, match=message):
        read_text(text)


def test_place():
    """A mistake in the text has its line and column."""
    with pytest.raises(MappingError) as caught:
        read_text("a: 1\nb: [1, 2\nc: 3", name="c.yaml")

    assert "c.yaml:3:2" in str(caught.value)


def test_file(tmp_path):
    """A file that is not there or not text is told in words."""
    (tmp_path / "bad.yaml").write_bytes(b"a: \xff")

    for name, message in (("none.yaml", "cannot be opened"), ("bad.yaml", "is not UTF-8")):
        with pytest.raises(MappingError, match=message):
            read_file(tmp_path / name)
