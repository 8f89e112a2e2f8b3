"""JSON is told from texts that begin with a bracket or a brace."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.detection.json_start import looks_like_json

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
JSON_DOCUMENTS = st.lists(JSON_VALUES, max_size=3) | st.dictionaries(st.text(max_size=5), JSON_VALUES, max_size=3)


@settings(max_examples=50)
@given(JSON_DOCUMENTS, st.sampled_from([None, 1]), st.data())
def test_json_is_recognised_however_it_is_cut(value: object, indent: int | None, data: st.DataObject) -> None:
    """The beginning of a JSON document is JSON, in one line or in several."""
    text = json.dumps(value, indent=indent)
    assert looks_like_json(text[: data.draw(st.integers(1, len(text)))])


@pytest.mark.parametrize(
    "start",
    [
        "[quote=Ann]no[/quote]\n",
        "[2023-01-01, 10:00:00] Ann: hello\n",
        "[12:30] <ann> hello\n",
        "[1] see above\n",
        "[b]bold[/b]",
        "[deleted]\n",
        '["so called"] friends',
        "{hello} there",
        '{"so called"} friends',
        "{{template}}",
        "[1/2/23, 10:00] Ann: hello",
    ],
)
def test_texts_with_brackets_are_no_json(start: str) -> None:
    """Quotes, dates, references and smileys in brackets are texts."""
    assert not looks_like_json(start)


@pytest.mark.parametrize("start", ['{"id":1,"text":"open\n{"id":2}\n', '[{"a":1},\n{broken', "[\n", "{}", '["a","b"]\n["c"]', "[1,2,"])
def test_damaged_json_is_still_json(start: str) -> None:
    """What begins as JSON is read as JSON, so that its damage has a reason."""
    assert looks_like_json(start)
