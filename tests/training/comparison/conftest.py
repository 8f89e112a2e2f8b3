"""Two artefacts on the same rows, made up: a poor one and a better one."""

from collections.abc import Callable

import numpy as np
import pytest

from training.comparison.paired import Comparison, compare_rows
from training.evaluation.scored_rows import ScoredRows
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
MakeScored = Callable[..., ScoredRows]
ANSWERS = ["fine", "toxic", "hateful"] * 40 + ["abusive", "not hateful", "fine"] * 10


def build_scored_rows(rows: Labelled, *, seed: int, skill: float, version: str) -> ScoredRows:
    """Score rows at random; the more skill, the more often the truth scores highest."""
    random = np.random.default_rng(seed)
    truth = np.maximum(rows.label, 0)
    scores = random.dirichlet(np.ones(3), len(rows)) + skill * np.eye(3)[truth]
    scores /= scores.sum(axis=1, keepdims=True)
    return ScoredRows(rows, scores, scores.argmax(axis=1).astype(np.int8), frozenset(rows.source), 0.1, version=version)


@pytest.fixture(scope="session")
def make_scored() -> MakeScored:
    """A function that scores rows with some skill."""
    return build_scored_rows


@pytest.fixture(scope="session")
def secret() -> str:
    """The start of every comment, which no report may quote."""
    return "only the owner may read this <b>"


@pytest.fixture(scope="session")
def table(rows: MakeRows, secret: str) -> Labelled:
    """150 rows of two sources, sorted by them."""
    return rows(ANSWERS, source=["a"] * 75 + ["b"] * 75, text=[f"{secret} {number}" for number in range(150)])


@pytest.fixture(scope="session")
def pair(table: Labelled) -> tuple[ScoredRows, ScoredRows]:
    """The table as a poor artefact scores it, and as a better one does."""
    poor = build_scored_rows(table, seed=1, skill=0.2, version="poor@1")
    return poor, build_scored_rows(table, seed=2, skill=1.0, version="better@2")


@pytest.fixture(scope="session")
def comparison(pair: tuple[ScoredRows, ScoredRows]) -> Comparison:
    """The better artefact against the poor one."""
    return compare_rows(*pair, resamples=200)
