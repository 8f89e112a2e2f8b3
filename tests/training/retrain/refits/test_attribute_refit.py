"""Attribute heads follow rulings that answer them often enough."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.training.retrain.conftest import FINE, labelled, sentences
from training.retrain.difference import Difference, apply_difference
from training.retrain.difference_fit import DifferenceFit
from training.retrain.refits.attribute_refit import refit_attributes
from training.retrain.ruling_rows import RulingRows

NEW_INSULTS = ["what a wankle", "silly wankles everywhere", "oh dear wankle"]


def rulings(count: int) -> RulingRows:
    """Return rulings in which a word that the champion does not know is an insult."""
    rows = labelled({"fine": sentences(FINE, count, seed=41), "toxic": sentences(NEW_INSULTS, count, seed=42)})
    return RulingRows.of(replace(rows, attributes={"insult": rows.abusive.copy(), "nonsense": rows.abusive.copy()}))


def insults(rows: RulingRows, champion: Path) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return P(insult) of the rows by the champion and after the refit, and whether the label heads stayed the same."""
    fit = DifferenceFit(champion, rows)
    before = apply_difference(fit.champion, Difference.none())
    after = refit_attributes(fit, before)
    one, other = (each.score([text.encode() for text in rows.labelled.text]) for each in (before, after))
    return one.attributes["insult"], other.attributes["insult"], bool((one.scores == other.scores).all())


def test_an_attribute_learns_what_is_called_so(champion: Path) -> None:
    """With a hundred answers of each kind the head tells the new insults from fine comments; the label heads stay as they are."""
    before, after, same_labels = insults(rulings(120), champion)
    gaps = [np.log(each[120:]).mean() - np.log(each[:120]).mean() for each in (before, after)]
    assert gaps[1] > gaps[0] + 0.4
    assert same_labels


def test_few_answers_leave_an_attribute_as_it_is(champion: Path) -> None:
    """With fewer answers the head stays exactly as it is."""
    before, after, _ = insults(rulings(60), champion)
    np.testing.assert_array_equal(before, after)
