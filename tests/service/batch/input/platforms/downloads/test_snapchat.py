"""Messages of Snapchat are read from every conversation."""

from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_document

MESSAGE = {
    **{"From": "ann", "Media Type": "TEXT", "Created": "2020-01-01 00:00:00 UTC", "Content": "hi", "Conversation Title": None},
    **{"IsSender": False, "Created(microseconds)": 1577836800000, "IsSaved": False, "Media IDs": ""},
}


def test_all_conversations_are_read(read_dump: DumpReader) -> None:
    """Each stands under the name of the other; photos are empty, and what happened to a group is no comment."""
    photo, renamed = MESSAGE | {"Media Type": "MEDIA", "Content": None}, MESSAGE | {"Media Type": "STATUSCONVERSATIONRENAME", "Content": ""}
    chats = {"ann": [MESSAGE, photo], "roses": [MESSAGE | {"Conversation Title": "Roses"}, renamed]}
    content = read_dump(json_document(chats), "chat_history.json")
    assert content.description == "messages of Snapchat (JSON)"
    assert [(*cells(row), row.place) for row in content.rows] == [
        (None, "hi", None, "ann", None, FIRST_TIME, None),
        (None, "", None, "ann", None, FIRST_TIME, None),
        (None, "hi", None, "ann", None, FIRST_TIME, "Roses"),
        (None, None, "not-a-comment", "ann", None, FIRST_TIME, None),
    ]
