"""The texts of Matrix events that people can read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Format
from service.http.dialects.matrix_events import READ_EVENTS, event_comments

HTML = "org.matrix.custom.html"
FIELDS = [
    *("body", "formatted_body", "format", "filename", "m.new_content", "m.relates_to", "m.text", "m.caption", "m.poll", "m.poll.start"),
    *("question", "answers", "key", "topic", "m.topic", "displayname", "reason", "membership", "alias", "alt_aliases", "mimetype"),
]
REPLY = {"m.in_reply_to": {"event_id": "$1"}}


def texts(content: object, kind: object = "m.room.message", **more: object) -> list[str]:
    event: dict[str, Any] = {"type": kind, "content": content, **more}
    return [comment.text for comment in event_comments(event)]


def test_both_bodies_of_a_message_are_texts() -> None:
    """The plain body of a message and the formatted one are texts, the latter as HTML."""
    comments = event_comments({"type": "m.room.message", "content": {"body": "a", "format": HTML, "formatted_body": "<b>a</b>"}})

    assert [(comment.text, comment.format) for comment in comments] == [("a", Format.PLAIN), ("<b>a</b>", Format.HTML)]


def test_edited_version_of_a_message_is_a_text() -> None:
    """The text to which a message is changed is a text; the fallback for older clients is another one only where it says something else."""
    assert texts({"body": "* b", "m.new_content": {"body": "b"}}) == ["b"]
    assert texts({"body": " * a", "m.new_content": {"body": "b"}}) == [" * a", "b"]
    formatted = {"format": HTML, "formatted_body": "* <b>b</b>", "m.new_content": {"format": HTML, "formatted_body": "<b>b</b>"}}
    assert texts(formatted) == ["<b>b</b>"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("> <@a:b> theirs\n\nown", "own"),
        ("> * <@a:b> theirs\n> more\n\nown\n> own too", "own\n> own too"),
        ("> not a reply's quotation\nown", "> not a reply's quotation\nown"),
        ("> <@a:b> nothing else", "> <@a:b> nothing else"),
    ],
)
def test_quotation_of_a_reply_is_left_out(body: str, expected: str) -> None:
    """What a reply quotes at its beginning is left out unless there is nothing else; other quotations are the author's own."""
    assert texts({"body": body, "m.relates_to": REPLY}) == [expected]
    assert texts({"body": body}) == [body]


def test_quotation_in_a_formatted_reply_is_left_out() -> None:
    """What a formatted reply quotes is left out unless there is nothing else."""
    formatted = "<mx-reply><blockquote>theirs</blockquote></mx-reply>own"

    assert texts({"format": HTML, "formatted_body": formatted, "m.relates_to": REPLY}) == ["own"]
    assert texts({"format": HTML, "formatted_body": formatted.removesuffix("own"), "m.relates_to": REPLY}) == [
        formatted.removesuffix("own")
    ]


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("m.room.topic", {"topic": "a"}, ["a"]),
        ("m.room.name", {"name": "a"}, ["a"]),
        ("m.room.topic", {"topic": 5}, []),
        ("m.room.name", {"name": ""}, []),
        ("m.room.message", {"body": 5, "m.new_content": []}, []),
        ("m.room.message", "a", []),
        (5, {"body": "a"}, []),
    ],
)
def test_topics_and_names_of_rooms_are_texts(kind: object, content: object, expected: list[str]) -> None:
    """The topic and the name of a room are texts; events of other types, and values that are not texts, have none."""
    assert texts(content, kind) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"msgtype": "m.image", "body": "a caption", "filename": "a name.png"}, ["a caption", "a name.png"]),
        ({"msgtype": "m.emote", "body": "waves"}, ["waves"]),
        (
            {"body": "a", "format": HTML, "formatted_body": '<span data-mx-spoiler="b &amp; c">d</span>'},
            ["a", '<span data-mx-spoiler="b &amp; c">d</span>', "b & c"],
        ),
        ({"m.text": [{"body": "<i>a</i>", "mimetype": "text/html"}, {"body": "b"}], "m.caption": {"m.text": "c"}}, ["<i>a</i>", "b", "c"]),
        (
            {"org.matrix.msc1767.text": "a", "org.matrix.msc1767.html": "<b>a</b>", "org.matrix.msc1767.file": {"name": "b.pdf"}},
            ["a", "<b>a</b>", "b.pdf"],
        ),
        ({"org.matrix.msc1767.message": [{"body": "a"}, {"mimetype": "text/html", "body": "<p>b</p>"}, 5]}, ["a", "<p>b</p>"]),
        ({"msgtype": "m.location", "body": "here", "m.location": {"uri": "geo:1,2", "description": "a pub"}}, ["here", "a pub"]),
    ],
)
def test_all_that_a_message_shows_is_read(content: dict[str, Any], expected: list[str]) -> None:
    """Captions, names of files, what spoilers are about, and the text blocks of extensible events are texts."""
    assert texts(content) == expected


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("m.sticker", {"body": "a", "url": "mxc://x/y"}, ["a"]),
        ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$1", "key": "go home"}}, ["go home"]),
        ("m.reaction", {"m.relates_to": {"key": "\U0001f44d\ufe0f"}}, []),
        ("m.reaction", {"m.relates_to": {"key": "mxc://x/y"}, "shortcode": ":clown:"}, [":clown:"]),
        ("m.room.member", {"membership": "join", "displayname": "a"}, ["a"]),
        (
            "m.room.topic",
            {"topic": "a", "m.topic": {"m.text": [{"body": "a"}, {"body": "<b>b</b>", "mimetype": "text/html"}]}},
            ["a", "<b>b</b>"],
        ),
        ("m.room.canonical_alias", {"alias": "#go-home_all:x.org", "alt_aliases": ["#b.c:x.org", 5, "d"]}, ["go home all", "b c"]),
        ("m.beacon_info", {"description": "a"}, ["a"]),
        ("m.message", {"m.text": [{"body": "a"}]}, ["a"]),
        ("m.room.encrypted", {"ciphertext": "a", "body": "a"}, []),
        ("m.room.power_levels", {"body": "a"}, []),
    ],
)
def test_other_events_have_texts_too(kind: str, content: dict[str, Any], expected: list[str]) -> None:
    """Stickers, reactions that are text, names of members, topics in their rich form and addresses of rooms are texts."""
    assert texts(content, kind) == expected


STABLE_POLL = {
    "m.text": [{"body": "Q? 1. a 2. b"}],
    "m.poll": {
        "question": {"m.text": [{"body": "Q?"}]},
        "answers": [{"m.id": "1", "m.text": [{"body": "a"}]}, {"m.text": [{"body": "b"}]}],
    },
}
UNSTABLE_POLL = {
    "org.matrix.msc1767.text": "Q? 1. a 2. b",
    "org.matrix.msc3381.poll.start": {
        "question": {"org.matrix.msc1767.text": "Q?", "body": "Q?", "msgtype": "m.text"},
        "answers": [{"id": "1", "org.matrix.msc1767.text": "a"}, {"id": "2", "org.matrix.msc1767.text": "b"}],
    },
}


@pytest.mark.parametrize(
    ("kind", "poll"), [("m.poll.start", STABLE_POLL), ("org.matrix.msc3381.poll.start", UNSTABLE_POLL)], ids=["stable", "unstable"]
)
def test_polls_are_read(kind: str, poll: dict[str, Any]) -> None:
    """The question of a poll and its answers are texts, in both forms, and so are those of its edited version."""
    assert sorted(texts(poll, kind)) == ["Q?", "Q? 1. a 2. b", "a", "b"]
    assert sorted(texts({"body": "* an edit", "m.new_content": poll}, kind)) == ["* an edit", "Q?", "Q? 1. a 2. b", "a", "b"]


@pytest.mark.parametrize(
    ("membership", "sender", "is_read"),
    [("join", "@a:x", True), ("leave", "@a:x", True), ("leave", "@mod:x", False), ("ban", "@mod:x", False), ("invite", "@b:x", True)],
)
def test_reasons_of_moderators_are_not_read(membership: str, sender: str, is_read: bool) -> None:
    """Why somebody comes or goes is a text; why a moderator bans or removes somebody, which may quote abuse, is none."""
    content = {"membership": membership, "reason": "because"}

    assert texts(content, "m.room.member", sender=sender, state_key="@a:x") == (["because"] if is_read else [])


def test_nothing_of_a_long_list_goes_unread() -> None:
    """However many texts an event holds, there are few comments, and all texts are in them; repeated texts are read once."""
    answers = [{"m.text": f"answer {number}"} for number in range(5_000)] + [{"m.text": "<b>x</b>", "mimetype": "text/html"}]
    comments = texts({"m.poll": {"question": {"m.text": "answer 1"}, "answers": answers}}, "m.poll.start")

    assert len(comments) == 51
    read = "\n".join(comments).split("\n")
    assert len(read) == len(set(read)) == 5_001
    assert read[0] == "answer 1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.sampled_from(sorted(READ_EVENTS)) | st.text(max_size=5), JSON)
def test_nothing_is_taken_for_granted(kind: str, content: object) -> None:
    """Whatever an event holds, it has texts or none."""
    assert all(comment.text.strip() for comment in event_comments({"type": kind, "content": content}))
