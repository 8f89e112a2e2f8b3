"""Decisions: columns by name, frozen, and changed only into new ones."""

from dataclasses import replace

import numpy as np
import pytest

from model.artefact.manifest import Prior
from model.comment import VERDICTS, Verdict
from model.decisions import EMPTY, Decisions
from model.ngrams.raw_scores import allocate_scores
from model.policy import Policy

SCORES = [[0.9, 0.08, 0.02], [0.2, 0.7, 0.1], [np.nan] * 3]
PRIOR = Prior(abusive=0.1, hateful=0.2)


@pytest.fixture
def decisions() -> Decisions:
    """Three comments, the last of which has no text; with one attribute."""
    raw = allocate_scores(3, heads=3)
    raw.scores[:] = SCORES
    raw.probabilities[:] = [[0.02, 0.1, 0.3], [0.1, 0.8, 0.6], [np.nan] * 3]
    raw.labels[:], raw.verdicts[:] = [0, 1, -1], [0, 2, -1]
    return Decisions(raw, ("insult",), None, "default", "m@1")


def test_columns_have_names(decisions: Decisions) -> None:
    """Labels, scores, verdicts, attributes and reasons are read by name, all at once or row by row."""
    assert len(decisions) == 3
    assert decisions.labels.tolist() == [0, 1, -1]
    assert decisions.verdicts.tolist() == [0, 2, -1]
    assert decisions.reasons == [None, None, EMPTY]
    np.testing.assert_array_equal(decisions.scores, SCORES)
    np.testing.assert_array_equal(decisions.attributes["insult"], [0.3, 0.6, np.nan])
    rows = list(decisions.rows())
    assert [(row.label, row.verdict, row.reason) for row in rows] == [(0, 0, None), (1, 2, None), (-1, -1, EMPTY)]
    assert (rows[0].scores, rows[0].attributes) == (SCORES[0], [0.3])


@pytest.mark.parametrize("name", ["labels", "scores", "verdicts"])
def test_nobody_writes_into_them(decisions: Decisions, name: str) -> None:
    """A column that is handed out cannot be written to."""
    with pytest.raises(ValueError, match="read-only"):
        getattr(decisions, name)[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        decisions.attributes["insult"][0] = 0


def test_kinds_of_abuse_are_never_likelier_than_abuse(decisions: Decisions) -> None:
    """A threat or severe abuse is abuse, whatever its head says alone; other attributes may be above it; what was not judged stays so."""
    for name in ("threat", "severe_toxicity"):
        bounded = replace(decisions, attribute_names=(name,))
        np.testing.assert_allclose(bounded.attributes[name], [0.1, 0.6, np.nan])
        assert [row.attributes for row in bounded.rows()][:2] == [[pytest.approx(0.1)], [0.6]]
        with pytest.raises(ValueError, match="read-only"):
            bounded.attributes[name][0] = 0
        pulled = bounded.pulled_to_prior([0], PRIOR)
        assert pulled.attributes[name][0] <= 1 - pulled.scores[0, 0] + 1e-12
    np.testing.assert_array_equal(replace(decisions, attribute_names=("profanity",)).attributes["profanity"], [0.3, 0.6, np.nan])


def test_another_policy_gives_other_verdicts(decisions: Decisions) -> None:
    """The verdicts are those of the policy; scores and labels, and the decisions themselves, stay; what was not judged stays so."""
    other = decisions.with_policy(Policy("strict", 0.05, 0.05, 0.95, 0.95))
    review = VERDICTS.index(Verdict.REVIEW)
    assert (other.policy, other.verdicts.tolist()) == ("strict", [review, review, -1])
    np.testing.assert_array_equal(other.scores, decisions.scores)
    assert (decisions.policy, decisions.verdicts.tolist()) == ("default", [0, 2, -1])


def test_some_scores_are_pulled_to_the_prior(decisions: Decisions) -> None:
    """The probabilities of the comments named go halfway to the prior and still sum to 1; nothing else changes."""
    pulled = decisions.pulled_to_prior([1], PRIOR)
    np.testing.assert_allclose(pulled.scores[1], [(0.2 + 0.9) / 2, (0.7 + 0.08) / 2, (0.1 + 0.02) / 2])
    assert pulled.scores[1].sum() == pytest.approx(1)
    assert pulled.attributes["insult"][1] == pytest.approx((0.6 + 0.1) / 2)
    np.testing.assert_array_equal(pulled.scores[[0, 2]], decisions.scores[[0, 2]])
    assert pulled.labels.tolist() == decisions.labels.tolist()
    assert pulled.verdicts.tolist() == decisions.verdicts.tolist()
    np.testing.assert_array_equal(decisions.scores, SCORES)
