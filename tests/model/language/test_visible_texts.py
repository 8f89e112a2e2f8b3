"""What is looked at to find the language of a comment."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.language import visible_texts as seen
from model.language.identifier import Identifier
from model.language.visible_texts import visible_text, visible_texts
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import pack_bytes


def test_markup_has_no_language() -> None:
    """Tags and entities of HTML are not read as words."""
    page = Comment("", '<div class="content wrapper outer">Das ist doch v&ouml;lliger Unsinn</div>', Format.HTML)

    assert "wrapper" not in visible_text(page)
    assert Identifier.load().identify([page]).codes == ["de"]


@given(st.lists(st.text("ab<>&;#1 \u00e9", max_size=40), max_size=4), st.sampled_from(list(Format)))
def test_packed_comments_are_seen_as_others(texts: list[str], text_format: Format) -> None:
    """What is seen of comments does not depend on whether they are packed."""
    packed = visible_texts(PackedComments(pack_bytes([text.encode() for text in texts]), text_format))
    seen = [packed.data[begin:end].tobytes().decode() for begin, end in zip(packed.offsets[:-1], packed.offsets[1:], strict=True)]

    assert seen == [visible_text(Comment("", text, text_format)) for text in texts]


def marks_of(*texts: str, tags: bool) -> list[bool]:
    marks = np.zeros(len(texts), np.bool_)
    seen._find_markup(*pack_bytes([text.encode() for text in texts]), tags, 40, marks)
    return marks.tolist()


def test_texts_with_markup_are_marked() -> None:
    """A text with a reference, with a tag where there are tags, or beyond the given size is not its own visible text."""
    texts = ("plain text", "a &amp; b", "a <b>", "x" * 41)

    assert marks_of(*texts, tags=True) == [False, True, True, True]
    assert marks_of(*texts, tags=False) == [False, True, False, True]
