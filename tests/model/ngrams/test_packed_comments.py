"""Comments that lie packed are prepared as they are one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.moderator import Moderator
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import pack_bytes
from model.text.pipeline import prepare

signs = st.sampled_from([*"ab \t\n*_~|`[]()<>&\\-+=#0123456789.'", "é", "ſ", "😀", "&amp;", "\n- ", "\n 1) ", "**a**"])
texts = st.lists(st.lists(signs, max_size=12).map("".join), max_size=9)


def packed(texts: list[str], written: Format) -> PackedComments:
    return PackedComments(pack_bytes([text.encode() for text in texts]), written)


@given(texts, st.sampled_from(Format), st.integers(0, 9), st.integers(0, 9))
def test_packed_or_one_by_one_is_the_same(texts: list[str], written: Format, lo: int, hi: int) -> None:
    """Whatever the texts are and however they are written; a part of them too."""
    found = packed(texts, written)[lo:hi].prepare()
    assert [found.data[begin:end].tobytes() for begin, end in zip(found.offsets[:-1], found.offsets[1:], strict=True)] == prepare(
        [Comment("", text, written) for text in texts[lo:hi]]
    )


@given(texts, st.sampled_from(Format))
def test_they_are_comments(texts: list[str], written: Format) -> None:
    """Read one by one, they are the comments that they were made of."""
    assert list(packed(texts, written)) == [Comment("", text, written) for text in texts]


@pytest.mark.parametrize("threads", [1, 2])
def test_they_are_judged_alike(threads: int) -> None:
    """The scores are the same to the last bit, by one thread and by two."""
    many = ["you are an *idiot*", "good morning &amp; thanks", "", "naïve", "see you"] * 2000
    moderator = Moderator.load()
    found = moderator.decide(packed(many, Format.MARKDOWN), threads=threads)
    wanted = moderator.decide([Comment("", text, Format.MARKDOWN) for text in many], threads=threads)
    np.testing.assert_array_equal(found.scores, wanted.scores)
