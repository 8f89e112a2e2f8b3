"""Made-up scored rows to measure."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from training.evaluation.scored_rows import ScoredRows
from training.tables.labelled import Labelled, Place

MakeScored = Callable[..., ScoredRows]
_ANSWERS = {"fine": (0, 0), "toxic": (1, 0), "hateful": (1, 1), "abusive": (1, -1), "not hateful": (-1, 0)}
_TEXTS = ("thank you for the cake", "a gay man and a woman met", "what the hell is this thing", "SHOUTING AT MUSLIMS AGAIN", "😀 nice")


def build_scored_rows(
    sources: dict[str, Sequence[str]], *, size: int = 200, seed: int = 0, clean: Sequence[str] | None = None
) -> ScoredRows:
    """Rows of sources that answer with some words, scored at random, abusive ones higher."""
    random = np.random.default_rng(seed)
    words = [str(word) for name in sorted(sources) for word in random.choice(list(sources[name]), size)]
    names = [name for name in sorted(sources) for _ in range(size)]
    answers = np.array([_ANSWERS[word] for word in words], np.int8)
    abusive = np.round(1 / (1 + np.exp(-random.normal(1.5 * answers[:, 0] - 1, 1))), 2)
    share = np.round(1 / (1 + np.exp(-random.normal(1.5 * answers[:, 1] - 1, 1))), 2)
    count = len(words)
    rows = Labelled(
        text=[_TEXTS[at] for at in random.integers(0, len(_TEXTS), count)],
        abusive=answers[:, 0],
        hateful=answers[:, 1],
        source=names,
        split=[None] * count,
        id=[str(at) for at in range(count)],
        weight=np.ones(count),
        target=[None] * count,
        attributes={},
        place=[Place("t.csv", at + 2) for at in range(count)],
    )
    scores = np.column_stack([1 - abusive, abusive * (1 - share), abusive * share])
    labels = np.where(abusive < 0.5, 0, np.where(share < 0.5, 1, 2)).astype(np.int8)
    return ScoredRows(rows, scores, labels, frozenset(names if clean is None else clean), 0.1, version="made-up@1")


@pytest.fixture(scope="session")
def make_scored() -> MakeScored:
    """A function that makes up scored rows."""
    return build_scored_rows
