"""The chat of a stream is read message by message."""

from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_document


def test_messages_of_a_stream_are_read(read_dump: DumpReader) -> None:
    """Each message has its id, its writer and its time, once, though its text stands in fragments too."""
    comment = {
        **{"_id": "5b-1", "created_at": "2020-01-01T00:00:00Z", "channel_id": "77", "content_type": "video", "content_id": "9"},
        **{"content_offset_seconds": 3, "commenter": {"display_name": "Ann", "_id": "12", "name": "ann", "bio": None}},
        "message": {
            "body": "hi Kappa",
            "bits_spent": 0,
            "fragments": [{"text": "hi "}, {"text": "Kappa", "emoticon": {"emoticon_id": "25"}}],
        },
    }
    document = {
        "FileInfo": {"Version": {"Major": 1}},
        "streamer": {"name": "roses", "id": 77},
        "video": {"title": "T"},
        "comments": [comment],
    }
    content = read_dump(json_document(document), "chat.json")
    assert content.description == "messages of Twitch (JSON)"
    assert [cells(row) for row in content.rows] == [("5b-1", "hi Kappa", None, "ann", None, FIRST_TIME)]
