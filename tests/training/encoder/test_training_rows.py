"""Rows for the encoder: numbers of pieces, answers, and batches that hold every row once."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN, WordPiece
from training.encoder.training_rows import encode_rows, make_batches, normalise_for_encoder
from training.tables.labelled import Labelled, RowContext

MakeRows = Callable[..., Labelled]
WORDS = WordPiece([PADDING, UNKNOWN, BEGIN, END, "you", "idiot", "fine", "##s"])


def test_texts_become_numbers_between_marks(rows: MakeRows) -> None:
    """Each text begins and ends with a mark, and is cut where it is longer than the network reads."""
    encoded = encode_rows(rows(["toxic", "fine"]), ["you idiots", "fine fine fine fine"], WORDS, tokens=5)
    assert encoded.ids == [[2, 4, 5, 7, 3], [2, 6, 6, 6, 3]]


def test_what_a_text_answers_follows_it(rows: MakeRows) -> None:
    """It stands between the mark of the text's end and another one, as the reader puts it, and is cut so that the text has room."""
    labelled = replace(rows(["toxic", "fine"]), context=[RowContext("fine " * 9, "you"), None])
    encoded = encode_rows(labelled, ["you idiots", "fine"], WORDS, tokens=9)
    assert encoded.ids == [[2, 4, 5, 7, 3, 4, 6, 6, 3], [2, 6, 3]]


def test_sources_have_intercepts_where_they_answer_both_ways(rows: MakeRows) -> None:
    """A source may have one for each head whose question it answers with yes and with no."""
    answers = ["hateful", "fine", "fine", "toxic", "hateful", "hateful"]
    encoded = encode_rows(rows(answers, source=["b", "b", "c", "c", "a", "a"]), ["you"] * 6, WORDS, tokens=8)
    assert encoded.source.tolist() == [1, 1, 2, 2, 0, 0]
    assert encoded.has_intercept.tolist() == [[0, 0], [1, 1], [0, 1]]


def test_texts_are_normalised_as_the_encoder_reads_them() -> None:
    """What a comment hides is undone before the encoder sees it."""
    assert normalise_for_encoder(["YOU  1d1ot"]) == ["you idiot"]


@given(st.lists(st.integers(1, 60), max_size=80), st.integers(60, 200), st.integers(0, 5))
def test_batches_hold_every_row_once(sizes: list[int], most: int, seed: int) -> None:
    """Whatever the lengths, every row is in one batch, and padding included no batch is larger than allowed."""
    lengths = np.array(sizes, np.int64)
    batches = list(make_batches(lengths, most=most, seed=(seed,)))
    assert sorted(np.concatenate([np.empty(0, np.int64), *batches]).tolist()) == list(range(len(sizes)))
    assert all(batch.size * lengths[batch].max() <= most for batch in batches if batch.size)


def test_a_row_that_is_too_long_has_its_own_batch() -> None:
    """A row with more pieces than a batch may hold is read alone."""
    batches = [batch.tolist() for batch in make_batches(np.array([3, 50, 4]), most=10, seed=(0,))]
    assert [1] in batches


@pytest.mark.parametrize("seed", [0, 1])
def test_the_seed_decides_the_order(seed: int) -> None:
    """The same seed gives the same batches, another one others."""
    lengths = np.random.default_rng(0).integers(1, 50, 300)
    first, again, other = (
        [batch.tolist() for batch in make_batches(lengths, most=200, seed=(number,))] for number in (seed, seed, seed + 2)
    )
    assert first == again != other
