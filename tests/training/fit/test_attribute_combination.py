"""How both readers are put together for an attribute: by what each can tell, and as it is stored where nobody answers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from model.artefact.manifest import Prior
from training.fit.attribute_combination import answers_to, describe_evidence, fit_attribute, measure_attribute
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]

STORED = np.array([0.25, 0.75, -1.5])


@pytest.fixture
def table(rows: MakeRows) -> Labelled:
    """300 rows, half of them rude, that answer an attribute."""
    rude = np.arange(300) % 2
    return rows(["toxic" if bad else "fine" for bad in rude], insult=rude)


def test_the_reader_that_tells_an_attribute_counts(table: Labelled) -> None:
    """A reader that tells an attribute apart counts, one that contradicts the answers does not."""
    answers = answers_to(table, "insult")
    random = np.random.default_rng(1)
    truth = np.where(answers == 1, 1.0, -1.0)
    noise = random.normal(size=300) / 3
    good = fit_attribute(np.column_stack([noise, truth + noise]), answers, np.ones(300), otherwise=STORED)
    assert good[1] > 0.5
    wrong = fit_attribute(np.column_stack([truth + noise, -truth + noise]), answers, np.ones(300), otherwise=STORED)
    assert wrong[0] > 0.5
    assert wrong[1] == 0


def test_evidence_is_of_rows_that_chose_nothing(table: Labelled) -> None:
    """What both readers say together is measured half by half, each by a fit to the other."""
    answers = answers_to(table, "insult")
    truth = np.where(answers == 1, 1.0, -1.0)
    told = np.column_stack([np.zeros(300), truth + np.random.default_rng(2).normal(size=300) / 9])
    evidence = measure_attribute(told, answers, table, otherwise=STORED, prior=Prior())
    assert evidence is not None
    assert evidence.auc > 0.99
    assert describe_evidence({"insult": evidence})["insult"]["auc"] == evidence.auc
    untold = np.random.default_rng(3).normal(size=(300, 2))
    nothing = measure_attribute(untold, answers, table, otherwise=STORED, prior=Prior())
    assert nothing is not None
    assert nothing.auc < 0.7


def test_what_nobody_answers_stays_as_it_is_stored(table: Labelled) -> None:
    """Rows without an answer leave the combination as it is stored, and measure nothing."""
    unanswered = replace(table, attributes={})
    answers = answers_to(unanswered, "insult")
    assert fit_attribute(np.zeros((300, 2)), answers, np.zeros(300), otherwise=STORED).tolist() == STORED.tolist()
    assert measure_attribute(np.zeros((300, 2)), answers, unanswered, otherwise=STORED, prior=Prior()) is None
