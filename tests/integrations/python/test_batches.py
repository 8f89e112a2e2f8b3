"""How comments are divided into calls, and written as JSON."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st
from tipstaff_client import CallTooLargeError, Comment
from tipstaff_client.batches import Batches, Limits
from tipstaff_client.options import read_options

from service.http.bodies.json_body import parse_json
from service.http.routes.moderate_messages import build_request_type

MESSAGE = build_request_type(10_000)
PAIR, HALF = re.compile("[\ud800-\udbff][\udc00-\udfff]"), re.compile("[\ud800-\udfff]")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
"""Halves of surrogate pairs included."""


def limits(comments: int, body_bytes: int) -> Limits:
    numbers = {"timeout": 1.0, "connect_timeout": 1.0, "deadline": 1.0, "retries": 0}
    made = Limits(read_options("http://a", None, max_comments=comments, max_body_bytes=4096, **numbers))  # type: ignore[arg-type]
    made.body_bytes = body_bytes
    return made


@given(st.lists(st.text(max_size=200), max_size=40), st.integers(1, 12), st.integers(60, 2000), st.booleans())
def test_every_comment_is_sent_once_and_in_order(texts: list[str], most: int, most_bytes: int, says_more: bool) -> None:
    """Whatever the limits, calls hold every comment once, in order, and are within the limits, but for one that is too large alone."""
    allowed = limits(most, most_bytes)
    batches = Batches({"policy": "default"} if says_more else {}, allowed)
    bodies = []
    for place, text in enumerate(texts):
        batches.add(Comment(place, text))
        while batches.is_full:
            bodies.append(batches.build_body(batches.take()))
    while len(batches):
        bodies.append(batches.build_body(batches.take()))

    calls = [json.loads(body) for body in bodies]
    assert [(comment["id"], comment["text"]) for call in calls for comment in call["comments"]] == list(enumerate(texts))
    for body, call in zip(bodies, calls, strict=True):
        assert 1 <= len(call["comments"]) <= most
        assert len(body) <= most_bytes or len(call["comments"]) == 1
        assert ("policy" in call) == says_more


@given(st.integers(2, 1000), st.sampled_from(["too-many-comments", "body-too-large", None]))
def test_what_was_refused_becomes_smaller(sent: int, code: str | None) -> None:
    """After a refusal the same comments never make the same call again, and come in the same order."""
    allowed = limits(1000, 1_000_000)
    batches = Batches({}, allowed)
    for place in range(sent):
        batches.add(Comment(place, "Good morning"))
    taken = batches.take()

    allowed.learn(CallTooLargeError("", code=code), comments=len(taken), body_bytes=len(batches.build_body(taken)))
    batches.put_back(taken)

    again = batches.take()
    assert 1 <= len(again) < len(taken)
    assert [encoded.id for encoded in again] == list(range(len(again)))
    assert len(batches) == sent - len(again)


@given(ANY_TEXT, ANY_TEXT)
def test_service_reads_what_was_meant(text: str, title: str) -> None:
    """Any text arrives as it is; the halves of surrogate pairs that no other half follows arrive as U+FFFD."""
    batches = Batches({}, limits(10, 100_000))
    batches.add(Comment("c", text, title=title))

    (comment,) = parse_json(batches.build_body(batches.take()), MESSAGE).comments

    assert comment.text == read_back(text)
    assert comment.title == read_back(title)


def read_back(text: str) -> str:
    """Return a text whose halves of surrogate pairs are paired where they fit, and replaced elsewhere."""
    paired = PAIR.sub(lambda match: match[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
    return HALF.sub("\ufffd", paired)
