"""Messages of Telegram are read as people see them, whichever version exported them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.platforms.chats.chat_samples import TELEGRAM_CHAT
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_document, json_lines

MESSAGE = {"id": 9, "type": "message", "date": "2020-01-01T00:00:00", "from": "Ann", "from_id": "user1", "text": ""}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"text": "hi"}, "hi"),
        ({"text": ["a ", {"type": "mention", "text": "@bob"}, " b"]}, "a @bob b"),
        ({"text": ["a", {"type": "custom_emoji", "text": "🌹", "document_id": "x.tgs"}, {"type": "spoiler", "text": "c"}]}, "a🌹c"),
        ({"text": None, "text_entities": [{"type": "plain", "text": "hi"}]}, "hi"),
        ({"poll": {"question": [{"type": "plain", "text": "Q?"}], "answers": [{"text": "yes"}, {"text": ["n", "o"]}]}}, "Q?\nyes\nno"),
        ({"text": "look", "todo_list": {"title": "Do", "answers": [{"text": "dig"}]}}, "look\nDo\ndig"),
        ({"photo": "photos/1.jpg"}, ""),
    ],
)
def test_a_text_is_what_people_see(read_dump: DumpReader, fields: dict[str, Any], text: str) -> None:
    """Links, mentions and emphasis are their words; polls and lists are read; a photo alone is empty."""
    (row,) = read_dump(json_lines([MESSAGE | fields]), "x.jsonl").rows
    assert (row.text, row.reason, row.author) == (text, None, "Ann")


def test_a_reply_into_another_chat_has_no_parent_here(read_dump: DumpReader) -> None:
    """The number of a message in another chat is not taken for that of a message in this one."""
    rows = read_dump(
        json_lines([MESSAGE | {"reply_to_message_id": 3}, MESSAGE | {"reply_to_message_id": 3, "reply_to_peer_id": "c1"}])
    ).rows
    assert [row.parent for row in rows] == ["3", None]


def test_messages_of_the_interface_are_read(read_dump: DumpReader) -> None:
    """What Telethon writes with ``to_json`` has author, parent, time and channel; a service message is no comment."""
    message = {
        **{"_": "Message", "id": 5, "peer_id": {"_": "PeerChannel", "channel_id": 77}, "date": "2020-01-01T00:00:00+00:00"},
        **{"message": "hi", "from_id": {"_": "PeerUser", "user_id": 8}, "reply_to": {"_": "MessageReplyHeader", "reply_to_msg_id": 4}},
        **{"entities": [], "media": None, "grouped_id": None},
    }
    service = {
        "_": "MessageService",
        "id": 6,
        "peer_id": {"_": "PeerChannel", "channel_id": 77},
        "action": {"_": "MessageActionPinMessage"},
    }
    content = read_dump(json_lines([message, service]), "x.jsonl")
    assert content.description == "messages of Telegram (JSON Lines)"
    assert [cells(row) for row in content.rows] == [
        (5, "hi", None, "8", "4", FIRST_TIME),
        (6, None, "not-a-comment", None, None, None),
    ]
    assert content.rows[0].place == "77"


PARTS = st.lists(
    st.tuples(st.sampled_from(["plain", "bold", "link", "mention", "code", "text_link"]), st.text(min_size=1, max_size=8)), max_size=6
)


@given(st.lists(PARTS, min_size=1, max_size=5))
def test_every_part_of_every_text_is_read_once(read_dump: DumpReader, texts: list[list[tuple[str, str]]]) -> None:
    """However texts are cut into parts, each message is one row with all of its words in order, under its own number."""
    messages = []
    for number, parts in enumerate(texts, start=1):
        entities = [{"type": kind, "text": text} for kind, text in parts]
        rich = [text if kind == "plain" else entity for (kind, text), entity in zip(parts, entities, strict=True)]
        messages.append(MESSAGE | {"id": number, "reply_to_message_id": number - 1, "text": rich, "text_entities": entities})
    rows = read_dump(json_document({"name": "Roses", "type": "private_group", "id": 1, "messages": messages}), "result.json").rows
    assert [row.text for row in rows] == ["".join(text for _, text in parts) for parts in texts]
    assert [row.id for row in rows] == list(range(1, len(texts) + 1))
    assert [row.parent for row in rows] == [str(number) if number else None for number in range(len(texts))]


def test_all_chats_of_an_account_are_read(read_dump: DumpReader) -> None:
    """In an export of everything each message is one row, with its chat; contacts and sessions are no messages."""
    chats = [TELEGRAM_CHAT | {"name": name, "id": number} for number, name in enumerate(("Roses", "Weeds", None))]
    everything = {
        **{"about": "Here is the data", "personal_information": {"user_id": 1, "first_name": "Ann"}},
        "contacts": {"about": "Your contacts", "list": [{"user_id": 2, "first_name": "Bob", "date": "2020-01-01T00:00:00"}]},
        "chats": {"about": "This page lists all chats", "list": chats},
        "left_chats": {"about": "Left", "list": [TELEGRAM_CHAT | {"name": "Gone", "id": 7}]},
    }
    rows = [row for row in read_dump(json_document(everything), "result.json").rows if row.text is not None]
    assert [row.text for row in rows[:4]] == ["see the list of may", "thanks!", "", "Roses or weeds?\nroses\nweeds"]
    assert [row.place for row in rows] == [place for place in ("Roses", "Weeds", "2", "Gone") for _ in range(4)]
