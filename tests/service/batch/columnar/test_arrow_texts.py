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
GONE = pc.if_else(pa.array([True, False, False, False]), pa.scalar(None, pa.string()), TEXTS)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (TEXTS, ["good morning", "", "see you", "na\u00efve"]),
        (TEXTS.slice(2), ["see you", "na\u00efve"]),
        (TEXTS.slice(4), []),
        (GONE, ["", "see you", "na\u00efve"]),
        (GONE.slice(0, 3), ["", "see you"]),
        (pa.nulls(3, pa.string()), []),
        (pa.array([], pa.string()), []),
    ],
)
def test_they_are_the_texts_that_there_are(texts: "pa.Array[Any]", told: list[str]) -> None:
    """Of a part of an array too, and of one that holds none."""
    assert [comment.text for comment in pack_texts(texts, Format.PLAIN)] == told


def test_who_is_warm_compiles_nothing_for_them() -> None:
    """Arrow's memory may be writable; kernels for such memory would be compiled anew, where nothing can be stored by every process."""
    moderator = Moderator.load()
    moderator.warm()
    kernels: list[Any] = [compiled.score_slice, packed_comments._find_changes]
    before = [len(kernel.signatures) for kernel in kernels]
    for texts in (TEXTS, TEXTS.slice(0, 3), GONE, GONE.slice(0, 3), pa.nulls(3, pa.string())):
        assert not pack_texts(texts, Format.PLAIN).texts.data.flags.writeable
        moderator.decide(pack_texts(texts, Format.PLAIN), threads=1)
    assert before == [len(kernel.signatures) for kernel in kernels]
    assert all(before)
