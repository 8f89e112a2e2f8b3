"""Texts that Arrow holds are comments that share its memory."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from model.comment import Format
from model.moderator import Moderator
from model.ngrams import packed_comments
from model.ngrams import scoring_kernels as compiled
from service.batch.columnar.arrow_texts import pack_texts

TEXTS = pa.array(["good morning", "", "see you", "na\u00efve"])
WITH_NULL = pc.if_else(pa.array([True, False, False, False]), pa.scalar(None, pa.string()), TEXTS)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (TEXTS, ["good morning", "", "see you", "na\u00efve"]),
        (TEXTS.slice(2), ["see you", "na\u00efve"]),
        (TEXTS.slice(4), []),
        (WITH_NULL, ["", "see you", "na\u00efve"]),
        (WITH_NULL.slice(0, 3), ["", "see you"]),
        (pa.nulls(3, pa.string()), []),
        (pa.array([], pa.string()), []),
    ],
)
def test_comments_are_the_texts_that_are_not_null(texts: "pa.Array[Any]", expected: list[str]) -> None:
    """This holds for a part of an array, and for one without texts."""
    assert [comment.text for comment in pack_texts(texts, Format.PLAIN)] == expected


def test_a_warm_moderator_compiles_nothing_for_them() -> None:
    """Arrow's memory may be writable; for such memory, kernels would be compiled anew in every process that cannot store them."""
    moderator = Moderator.load()
    moderator.warm()
    kernels: list[Any] = [compiled.score_slice, packed_comments._find_changes]
    before = [len(kernel.signatures) for kernel in kernels]
    for texts in (TEXTS, TEXTS.slice(0, 3), WITH_NULL, WITH_NULL.slice(0, 3), pa.nulls(3, pa.string())):
        assert not pack_texts(texts, Format.PLAIN).texts.data.flags.writeable
        moderator.decide(pack_texts(texts, Format.PLAIN), threads=1)
    assert before == [len(kernel.signatures) for kernel in kernels]
    assert all(before)
