"""Answers of YouTube's Data API are read whatever fields were asked for."""

import json
from typing import Any

import pytest

from tests.service.batch.input.dump_reader import DumpReader

_TOP = {"id": "T", "snippet": {"textOriginal": "what a fool", "authorDisplayName": "ann", "videoId": "v"}}
_REPLY = {"id": "T.R", "snippet": {"textDisplay": "<b>you</b> too", "authorDisplayName": "bob", "parentId": "T", "videoId": "v"}}
_THREAD = {"id": "T", "snippet": {"topLevelComment": _TOP}, "replies": {"comments": [_REPLY]}}


@pytest.mark.parametrize(
    "content",
    [{"items": [_THREAD]}, {"kind": "youtube#commentThreadListResponse", "items": [_THREAD]}, [{"items": [_THREAD]}], [_THREAD], _THREAD],
    ids=["page", "page with its kind", "pages", "threads", "thread"],
)
def test_threads_are_known_without_their_kind(read_dump: DumpReader, content: Any) -> None:
    """Whoever asks for some fields only gets no ``kind`` and no ``etag``; the first comment is not lost for that."""
    rows = read_dump(json.dumps(content).encode(), "x.json").rows
    assert [(row.id, row.author, row.parent, row.place) for row in rows] == [("T", "ann", None, "v"), ("T.R", "bob", "T", "v")]


def test_other_snippets_are_none_of_youtube(read_dump: DumpReader) -> None:
    """A field of that name alone says nothing."""
    rows = read_dump(b'[{"id": 1, "snippet": {"text": "what a fool"}}, {"id": 2, "snippet": {"text": "you too"}}]', "x.json").rows
    assert [(row.id, row.text) for row in rows] == [(1, "what a fool"), (2, "you too")]
