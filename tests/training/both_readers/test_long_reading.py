"""Long dev rows are read as the model will read them, and the discount of passages is the least that keeps clean texts clean."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.artefact.manifest import LabelThresholds
from model.moderator import Moderator
from model.profile import Profile
from training.both_readers.long_reading import fit_passage_discount, read_long_rows


@pytest.fixture(scope="module")
def moderator(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Moderator:
    """The shipped n-grams with an encoder that counts nothing."""
    folder = write_both(tmp_path_factory.mktemp("reading") / "both", entry={"tokens": 96})
    return Moderator.load(folder, profile=Profile.FULL)


def test_only_long_rows_are_read_again(moderator: Moderator) -> None:
    """The log-odds of short rows stay, and those of long ones are what the model says of them."""
    assert moderator.combined is not None
    texts = [b"you are an idiot", b"good morning everybody " * 40]
    given = np.array([[-1.0, 1.0], [9.0, 9.0]])
    read = read_long_rows(moderator.combined, moderator.classifier, texts, given)
    reading = moderator.combined.read_long(moderator.classifier, texts[1])
    assert reading is not None
    np.testing.assert_array_equal(read, [given[0], reading.log_odds])


def test_the_discount_follows_the_rule(moderator: Moderator) -> None:
    """A rule that calls less fine needs a discount as large or larger; one that calls all fine needs the least."""
    assert moderator.combined is not None
    weights = np.stack([moderator.classifier.slopes[:2], np.zeros(2), moderator.classifier.intercepts[:2]])
    found = [
        fit_passage_discount(
            replace(moderator.combined, combination=weights, thresholds=LabelThresholds(abusive=abusive, hateful=0.5)),
            moderator.classifier,
        )
        for abusive in (0.99, 0.08)
    ]
    assert found[0] == 1.2
    assert found[0] <= found[1] <= 4.0
