"""Cells of a labelled table: what each kind may hold, and what a row says when its cells disagree."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Label
from training.tables.cells import (
    BadCell,
    quote_name,
    read_answer,
    read_label,
    read_split,
    read_text,
    read_weight,
    read_word,
    reconcile_answers,
)

NAMES = {label.value: label for label in Label}
EMPTY = (None, math.nan)


@given(st.sampled_from([-1, 0, 1]), st.sampled_from([-1, 0, 1]))
def test_reconciling_twice_changes_nothing(abusive: int, hateful: int) -> None:
    """What a row says is closed under the two implications."""
    if (abusive, hateful) != (0, 1):
        once = reconcile_answers(abusive, hateful, label=None)
        assert reconcile_answers(*once[:2], label=None) == once


@pytest.mark.parametrize(
    ("answers", "label", "expected"),
    [
        ((-1, -1), Label.TOXIC, (1, 0)),
        ((1, -1), Label.HATEFUL, (1, 1)),
        ((-1, 0), Label.FINE, (0, 0)),
        ((-1, 1), None, (1, 1)),
        ((0, -1), None, (0, 0)),
    ],
)
def test_a_label_fills_in_what_is_not_answered(answers: tuple[int, int], label: Label | None, expected: tuple[int, int]) -> None:
    """A label that nothing contradicts answers both questions, without a remark."""
    assert reconcile_answers(*answers, label=label) == (*expected, None)


def test_answers_override_a_label() -> None:
    """The remark names the answer that the label contradicts."""
    assert reconcile_answers(-1, 1, label=Label.FINE) == (1, 1, "says fine although hateful is true; the label is not used")
    assert reconcile_answers(0, -1, label=Label.TOXIC) == (0, 0, "says toxic although abusive is false; the label is not used")


def test_hateful_and_not_abusive_is_refused() -> None:
    """Neither of the two answers is guessed away."""
    with pytest.raises(BadCell, match="although abusive is false") as refusal:
        reconcile_answers(0, 1, label=None)
    assert refusal.value.field == "hateful"


@pytest.mark.parametrize(("value", "answer"), [(True, 1), (0.0, 0), (" YES ", 1), ("0.0", 0), ("", -1), *((empty, -1) for empty in EMPTY)])
def test_yes_no_and_nothing(value: object, answer: int) -> None:
    """Booleans, numbers and words mean the same in any format."""
    assert read_answer(value, "abusive") == answer


@pytest.mark.parametrize("value", ["maybe", 2, -1, 0.5, b"1"])
def test_other_answers_are_refused(value: object) -> None:
    """What is neither yes nor no names its field."""
    with pytest.raises(BadCell, match="neither yes nor no") as refusal:
        read_answer(value, "attribute.insult")
    assert refusal.value.field == "attribute.insult"


def test_empty_cells_mean_what_they_mean_elsewhere() -> None:
    """An empty cell is no label, no word and no split, weighs 1, and is no text."""
    for empty in (*EMPTY, "  "):
        assert (read_label(empty, NAMES), read_word(empty), read_split(empty), read_weight(empty)) == (None, None, None, 1.0)
        with pytest.raises(BadCell) as refusal:
            read_text(empty)
        assert refusal.value.field == "text"


def test_texts_are_kept_as_they_are() -> None:
    """Blanks around a comment belong to it."""
    assert read_text(" \u00e9\n ") == " \u00e9\n "


@pytest.mark.parametrize("value", ["-1", "inf", "nan", "much"])
def test_weights_are_finite_and_not_negative(value: str) -> None:
    """Whatever else a weight is, it is refused."""
    with pytest.raises(BadCell, match="not a number of 0 or more"):
        read_weight(value)


def test_a_comment_is_never_quoted() -> None:
    """Short names of one or two words are quoted in messages; what may be a comment is not."""
    assert quote_name("off-topic") == "'off-topic'"
    for comment in ("you are all horrible", "x" * 33, "so what?"):
        assert quote_name(comment) == "(not shown: it may be a comment)"
