"""Comments and posts of Facebook and Instagram are read in the shapes that they have had, in the language of the user."""

import pytest

from service.batch.rows import ReadAs
from tests.service.batch.input.dump_reader import DumpReader, cells, texts
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.platforms.chats.chat_samples import FACEBOOK_COMMENTS, facebook_bytes
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_document

TIME = 1577836800


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"data": [{"post": "hi"}]}, "hi"),
        (
            {"data": [{"post": "hi"}], "attachments": [{"data": [{"media": {"description": "one"}}, {"media": {"description": "hi"}}]}]},
            "hi\none",
        ),
        ({"attachments": [{"data": [{"external_context": {"url": "https://example.org"}}]}]}, ""),
        ({"attachments": [{"data": [{"poll": {"question": "Q?", "options": [{"option": "yes", "voted": True}]}}]}]}, "Q?\nyes"),
    ],
)
def test_a_post_is_read_once(read_dump: DumpReader, fields: dict[str, object], text: str) -> None:
    """Its text is often repeated as that of its photo; other texts of photos and polls are part of it."""
    post = {"timestamp": TIME, "title": "Ann updated her status."}
    rows = read_dump(json_document([post | fields]), "your_posts_1.json", read_as=ReadAs.FACEBOOK).rows
    assert [(row.text, row.author) for row in rows] == [(text, None)]


def test_lists_of_labels_are_read(read_dump: DumpReader) -> None:
    """The newest exports name each value in the language of the user, and have ids."""
    entry = {
        **{"timestamp": TIME, "media": [], "fbid": "777"},
        "label_values": [
            {"label": facebook_bytes("Comentário"), "value": facebook_bytes("olá")},
            {"label": "URL", "value": "https://example.org", "href": "https://example.org"},
            {"dict": [{"ent_field_name": "Author", "label": "Autor", "value": "Ann"}], "title": "Owner"},
        ],
    }
    rows = read_dump(json_document([entry]), "x.json").rows
    assert [cells(row) for row in rows] == [("777", "olá", None, "Ann", None, FIRST_TIME)]


def test_early_comments_of_instagram_are_read(read_dump: DumpReader) -> None:
    """Until 2020 comments were lists of time, text and whose post they are below; broken ones have a reason."""
    document = {"media_comments": [[FIRST_TIME, "hi", "ann"], [FIRST_TIME, facebook_bytes("schön"), "ann"], 5], "live_comments": []}
    content = read_dump(json_document(document), "comments.json")
    assert [(row.text, row.reason) for row in content.rows] == [("hi", None), ("schön", None), (None, "no-text")]


def test_captions_of_instagram_are_read(read_dump: DumpReader) -> None:
    """The caption of one photo stands inside it, that of several beside them."""
    photo = {"uri": "media/posts/1.jpg", "creation_timestamp": TIME, "media_metadata": {}, "title": ""}
    posts = [{"media": [photo | {"title": "one"}]}, {"media": [photo, photo], "title": facebook_bytes("zwölf"), "creation_timestamp": TIME}]
    content = read_dump(json_document(posts), "posts_1.json")
    assert content.description == "posts on Instagram (JSON)"
    assert [cells(row) for row in content.rows] == [
        (None, "one", None, None, None, FIRST_TIME),
        (None, "zwölf", None, None, None, FIRST_TIME),
    ]


def test_other_tables_are_not_taken_for_facebook(read_dump: DumpReader) -> None:
    """A table with times, titles and data that is not Facebook's keeps its own text."""
    rows = read_dump(json_document([{"timestamp": TIME, "title": "T", "data": [1], "text": "mine", "attachments": []}]), "x.json").rows
    assert texts(rows) == ["mine"]


@pytest.mark.parametrize("name", ["comments", "comments_v2", "group_comments_v2"])
def test_comments_are_read_whatever_their_list_is_called(read_dump: DumpReader, name: str) -> None:
    """The name of the list in the file has changed over the years; group and author are told."""
    rows = read_dump(json_document({name: FACEBOOK_COMMENTS["comments_v2"]}), "comments.json").rows
    assert [(row.text, row.author, row.place) for row in rows] == [("schöne Rosen", "Bob", "Garden"), ("", None, None)]


def test_comments_of_instagram_are_read_in_any_language(read_dump: DumpReader) -> None:
    """Where the label of the text is not known, the text is what stands first in a file of comments."""
    values = {facebook_bytes("Ummæli"): {"value": facebook_bytes("já")}, "Owner": {"value": "ann"}, "When": {"timestamp": TIME}}
    entry = {"media_list_data": [], "string_map_data": values}
    name = "your_instagram_activity/comments/post_comments_1.json"
    rows = read_dump(pack_zip({name: json_document([entry])}), "instagram.zip").rows
    assert [cells(row) for row in rows] == [(None, "já", None, None, None, FIRST_TIME)]
    reels = read_dump(json_document({"comments_reels_comments": [entry]}), "reels_comments.json")
    assert texts(reels.rows) == ["já"]
