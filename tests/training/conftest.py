"""What the tests of training share: labelled rows made of answers."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from model.comment import LABELS
from training.tables.labelled import Labelled, Place

MakeRows = Callable[..., Labelled]
_ANSWERS = {"fine": (0, 0), "toxic": (1, 0), "hateful": (1, 1), "abusive": (1, -1), "not hateful": (-1, 0), "unknown": (-1, -1)}


def make_rows(
    answers: Sequence[str],
    *,
    text: Sequence[str] | None = None,
    source: Sequence[str] | None = None,
    weight: Sequence[float] | None = None,
    **attributes: Sequence[int],
) -> Labelled:
    """Build rows from what is known of each: a label, "abusive", "not hateful" or "unknown"."""
    assert set(LABELS) <= set(_ANSWERS)
    pairs = np.array([_ANSWERS[answer] for answer in answers], np.int8).reshape(-1, 2)
    count = len(answers)
    return Labelled(
        text=list(text or [f"comment number {row}" for row in range(count)]),
        abusive=pairs[:, 0],
        hateful=pairs[:, 1],
        source=list(source or ["forum"] * count),
        split=[None] * count,
        id=[str(row) for row in range(count)],
        weight=np.array(weight if weight is not None else [1.0] * count, np.float64),
        target=[None] * count,
        attributes={name: np.array(column, np.int8) for name, column in attributes.items()},
        place=[Place("t.csv", row + 2) for row in range(count)],
    )


@pytest.fixture(scope="session")
def rows() -> MakeRows:
    """A function that builds labelled rows."""
    return make_rows
