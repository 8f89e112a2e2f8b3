"""The quick look at a record takes none for flat in which there is another one."""

import pytest

from service.batch.input.trees.flat_records import is_flat_record
from service.batch.input.trees.unfolding import TreeUnfolder
from service.batch.rows import Columns

FLAT = [
    {"text": "a", "id": 1},
    {"text": "a", "author": {"name": "Ann"}, "tags": ["x", "y"], "replies": []},
    {"text": "a", "comments": None, "votes": {"up": 1}},
]
DEEP = [
    {"text": "a", "replies": [{"text": "b"}]},
    {"text": "a", "Replies": ["b"]},
    {"text": "a", "children": {"2": "b"}},
    {"text": "a", "found": [{"text": "b"}]},
    {"text": "a", "author": {"posts": [{"text": "b"}]}},
    {"text": ["a", "b"]},
    {"id": 1, "data": {"text": "b"}},
]


@pytest.mark.parametrize("record", FLAT, ids=range(len(FLAT)))
def test_flat_records_are_recognised(record: dict[str, object]) -> None:
    """Persons, lists of words and empty replies are no records; the closer look agrees."""
    assert is_flat_record(record, "text")
    assert list(TreeUnfolder(Columns("text", "id"))._records(record)) == [record]


@pytest.mark.parametrize("record", DEEP, ids=range(len(DEEP)))
def test_records_with_others_need_a_closer_look(record: dict[str, object]) -> None:
    """Replies of any kind, lists of objects, and texts that are no string."""
    assert not is_flat_record(record, "text")
