"""Comments and posts of Facebook and Instagram are read in the shapes that they have had, in the language of the user."""

from tests.service.batch.input.dump_reader import DumpReader, texts
from tests.service.batch.input.platforms.chats.chat_samples import facebook_bytes
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_document

TIME = 1577836800


def test_early_comments_of_instagram_are_read(read_dump: DumpReader) -> None:
    """Until 2020 comments were lists of time, text and whose post they are below; broken ones have a reason."""
    document = {"media_comments": [[FIRST_TIME, "hi", "ann"], [FIRST_TIME, facebook_bytes("schön"), "ann"], 5], "live_comments": []}
    content = read_dump(json_document(document), "comments.json")
    assert [(row.text, row.reason) for row in content.rows] == [("hi", None), ("schön", None), (None, "no-text")]


def test_other_tables_are_not_taken_for_facebook(read_dump: DumpReader) -> None:
    """A table with times, titles and data that is not Facebook's keeps its own text."""
    rows = read_dump(json_document([{"timestamp": TIME, "title": "T", "data": [1], "text": "mine", "attachments": []}]), "x.json").rows
    assert texts(rows) == ["mine"]
