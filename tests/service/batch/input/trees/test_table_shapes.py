"""Tables in one document are put together row by row."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.trees.table_shapes import is_header, is_row_of_values, name_values, split_columns

NAMES = frozenset({"text"})
CELLS = st.none() | st.integers() | st.text(max_size=5)


@settings(max_examples=20)
@given(st.lists(st.fixed_dictionaries({"id": st.integers(), "text": st.text(min_size=1), "score": CELLS}), min_size=1, max_size=8))
def test_columns_become_the_rows_they_were_made_of(rows: list[dict[str, object]]) -> None:
    """As lists, under keys, and as rows of values under the names of the columns."""
    names = list(rows[0])
    by_key = {name: {str(at): row[name] for at, row in enumerate(rows)} for name in names}
    lists = {name: [row[name] for row in rows] for name in names}
    split = {"columns": names, "index": list(range(len(rows))), "data": [[row[name] for name in names] for row in rows]}
    with_names = {"columns": [{"name": name, "datatype": "String", "values": lists[name]} for name in names]}
    for document in (by_key, lists, split, with_names, {"train": lists}):
        table = split_columns(document, NAMES)
        assert table is not None
        assert list(table) == rows


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": 1, "text": "a comment"},
        {"id": 1, "tags": ["a"], "comments": [{"text": "x"}]},
        {"1": {"text": "a", "id": 1}, "2": {"text": "b", "id": 2}},
        {"labels": ["a", "b"], "ids": [1]},
    ],
)
def test_other_documents_are_no_tables(document: dict[str, object]) -> None:
    """Records, pages of records, records by key, and lists of different lengths."""
    assert split_columns(document, NAMES) is None


def test_values_without_names_are_numbered() -> None:
    """The first is column 1."""
    assert is_row_of_values([1, "text", None])
    assert not is_row_of_values([1, 2])
    assert not is_row_of_values([["a"], "b"])
    assert name_values([1, "text"], None) == {"1": 1, "2": "text"}
    assert name_values([1, "text"], ["id", "text"]) == {"id": 1, "text": "text"}


def test_parts_of_a_corpus_follow_one_another() -> None:
    """A document with a table to train with and one to test with holds the rows of both, and never one text made of many."""
    table = split_columns({"train": {"text": ["a", "b"], "y": [0, 1]}, "test": {"text": ["c"], "y": [1]}}, NAMES)
    assert table is not None
    assert [row["text"] for row in table] == ["a", "b", "c"]
    assert split_columns({"train": {"text": ["a", "b"], "y": [0]}, "test": {"text": ["c"], "y": [1]}}, NAMES) is None


@pytest.mark.parametrize("value", [["a", "b"], ["text", 1], ["text", "text"], ["text"], "text", None], ids=repr)
def test_a_row_that_names_no_columns_is_a_row(value: object) -> None:
    """A header holds different texts, and the name of a column of text among them."""
    assert is_header(["id", "Text"], NAMES)
    assert not is_header(value, NAMES)


def test_lists_of_sentences_under_keys_are_texts() -> None:
    """Under labels or threads, of any lengths; lists of the same length under names are columns, and lists of single words are none."""
    by_label = split_columns({"rude": ["go away now", "you fool"], "kind": ["thank you all"]}, NAMES)
    by_thread = split_columns({"101": ["go away now"], "102": ["thank you all"]}, NAMES)
    assert by_label is not None
    assert by_thread is not None
    assert [row["text"] for row in by_label] == ["go away now", "you fool", "thank you all"]
    assert [row["text"] for row in by_thread] == ["go away now", "thank you all"]
    assert split_columns({"tags": ["a", "b"], "names": ["c"]}, NAMES) is None
    columns = split_columns({"question": ["who is it?"], "answer": ["it is me"]}, NAMES)
    assert columns is not None
    assert list(columns) == [{"question": "who is it?", "answer": "it is me"}]
