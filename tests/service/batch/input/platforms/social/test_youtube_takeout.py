"""Takeout's tables of comments on YouTube are recognised by what their cells look like, in whatever language their headers are."""

import pytest

from service.batch.input.platforms.known_platforms import recognise_platform
from tests.service.batch.input.platforms.record_rows import read_records
from tests.service.batch.input.platforms.social.download_samples import takeout_text

CHANNEL, VIDEO, TIME = "UCabcdefghijklmnopqrstuv", "dQw4w9WgXcQ", "2020-01-01 00:00:00 UTC"
COMMENT = "UgxAbCdEfGhIjKlMnOp4AaABAg"
FIRST_REPLY, SECOND_REPLY = f"{COMMENT}.9aBcDeFgHiJ", f"{COMMENT}.9zYxWvUtSrQ"
OLDER = ["معرّف التعليق", "معرّف القناة", "الطابع الزمني", "السعر", "معرّف التعليق الأصلي", "معرّف الفيديو", "نص التعليق"]
NEWER = ["チャンネル ID", "日時", "価格", "コメント ID", "親コメント ID", "投稿 ID", "動画 ID", "コメント", "トップレベル コメント ID"]


def test_older_tables_begin_with_the_id() -> None:
    """The first id is that of the comment, the second that of what it answers."""
    record = dict(zip(OLDER, [SECOND_REPLY, CHANNEL, TIME, "0", COMMENT, VIDEO, takeout_text("مرحبا", "\n", "يا")], strict=True))
    (row,) = read_records([record], "a user's comments on YouTube")

    assert (row.id, row.text, row.author, row.parent, row.place) == (SECOND_REPLY, "مرحبا\nيا", CHANNEL, COMMENT, VIDEO)
    assert str(row.created_at) == "2020-01-01 00:00:00+00:00"


def test_newer_tables_say_which_reply_is_answered() -> None:
    """A reply to a reply has that as its parent, not the comment at the top of the thread."""
    cells = [CHANNEL, "2020-01-01T00:00:00.123456+00:00", "0", SECOND_REPLY, FIRST_REPLY, "", VIDEO, takeout_text("はい"), COMMENT]
    (row,) = read_records([dict(zip(NEWER, cells, strict=True))], "a user's comments on YouTube")

    assert (row.id, row.text, row.parent) == (SECOND_REPLY, "はい", FIRST_REPLY)


def test_messages_in_live_chats_are_read_as_well() -> None:
    """Their ids are longer, and may hold signs that addresses write with a per cent sign."""
    names = ["Live-Chat-ID", "Kanal-ID", "Zeitstempel", "Preis", "Video-ID", "Live-Chat-Text"]
    key = "LCC.EhwKGkNKZmFvY2JyLUlJREZRY25yUVlkUWg0RXNB"
    (row,) = read_records(
        [dict(zip(names, [key, CHANNEL, TIME, "0", VIDEO, takeout_text("hallo")], strict=True))], "a user's comments on YouTube"
    )

    assert (row.id, row.text, row.author, row.parent, row.place) == (key, "hallo", CHANNEL, None, VIDEO)


def test_cells_are_known_by_their_order() -> None:
    """Whatever ids look like, the order of the columns is that of the tables in English."""
    older = ["c2", "me", "2020-01-01T00:00:00Z", "0", "c1", "v1", takeout_text("hi")]
    newer = ["me", "2020-01-01T00:00:00Z", "0", "c2", "c1", "", "v1", takeout_text("hi"), "c1"]
    for names, cells in ((OLDER, older), (NEWER, newer)):
        (row,) = read_records([dict(zip(names, cells, strict=True))], "a user's comments on YouTube")
        assert (row.id, row.text, row.author, row.parent, row.place) == ("c2", "hi", "me", "c1", "v1")


def test_cells_in_another_order_are_known_by_what_they_look_like() -> None:
    """A column that was put somewhere else, or added, does not mix up the ids."""
    cells = [takeout_text("hi"), COMMENT, FIRST_REPLY, CHANNEL, VIDEO, TIME]
    (row,) = read_records([dict(zip("abcdef", [cells[0], cells[2], cells[1], *cells[3:]], strict=True))], "a user's comments on YouTube")

    assert (row.id, row.text, row.author, row.parent, row.place) == (FIRST_REPLY, "hi", CHANNEL, COMMENT, VIDEO)


def test_a_comment_may_look_like_anything() -> None:
    """Texts that read like ids or times are texts, because of the frame around them."""
    for text in (COMMENT, TIME, VIDEO, CHANNEL, '{"text":"x"}', "0", ""):
        cells = [CHANNEL, TIME, "0", COMMENT, "", "", VIDEO, takeout_text(text), ""]
        (row,) = read_records([dict(zip(NEWER, cells, strict=True))], "a user's comments on YouTube")
        assert (row.id, row.text, row.parent) == (COMMENT, text, None)


@pytest.mark.parametrize(
    "record",
    [
        {"id": "1", "note": '{"text": "hi"}'},
        {"a": CHANNEL, "b": "hi", "c": TIME},
        {"meta": '{"tags": ["a"]}', "channel": CHANNEL, "text": "hi"},
    ],
    ids=["json", "channel", "tags"],
)
def test_tables_that_only_resemble_them_are_not_recognised(record: dict[str, str]) -> None:
    """JSON in a cell is not enough, nor is a channel."""
    assert recognise_platform(record, [record]) is None
