"""Texts in parts become one text, however they are cut."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.trees.text_parts import is_in_parts, join_text_parts

WORDS = st.text(alphabet="abc éß", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["you ", {"type": "bold", "text": "fool"}, ", see ", {"type": "link", "text": "x.example"}], "you fool, see x.example"),
        (["first sentence", "second"], "first sentence second"),
        (["no space ", "needed"], "no space needed"),
        ({"runs": [{"text": "a"}, {"text": "b"}]}, "ab"),
        ({"simpleText": "plain"}, "plain"),
        ({"rendered": "<p>x</p>", "protected": False}, "<p>x</p>"),
        ([{"text": {"content": "as Notion"}, "plain_text": "as Notion"}], "as Notion"),
        ([], None),
        ({}, None),
        ([1, None], None),
        (7, None),
    ],
    ids=["rich", "sentences", "spaced", "runs", "simple", "rendered", "notion", "empty", "nothing", "numbers", "number"],
)
def test_parts_are_one_text(value: Any, text: str | None) -> None:
    """What people see is joined in order; what holds no text gives none."""
    assert join_text_parts(value) == text


def test_paragraphs_of_a_document_are_lines() -> None:
    """A document of an editor keeps its paragraphs apart, and its breaks."""
    nodes = [
        {"type": "paragraph", "content": [{"type": "text", "text": "one "}, {"type": "text", "text": "line"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "two"}, {"type": "hardBreak"}, {"type": "text", "text": "three"}]},
    ]
    document = {"type": "doc", "version": 1, "content": nodes}
    assert is_in_parts(document)
    assert join_text_parts(document) == "one line\ntwo\nthree"


@given(st.lists(WORDS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_each_part_is_there_once(words: list[str], random: Any) -> None:
    """Whether a part is a string, an object or a list makes no difference."""
    wraps = [lambda word: {"type": "bold", "text": word}, lambda word: [{"text": word}], lambda word: {"children": [{"text": word}]}]
    parts = [{"text": ""}, *(random.choice(wraps)(word) for word in words)]
    assert join_text_parts(parts) == "".join(words)


def test_parts_may_be_deep() -> None:
    """Depth costs no more than the part that is too deep."""
    value: Any = "deep"
    for _ in range(1000):
        value = [value]
    assert join_text_parts(["x", {"text": "y"}, value]) == "xy"
