"""What an artefact gains from knowing what a comment answers, with intervals."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.comment import Comment
from model.moderator import Moderator
from model.profile import Profile
from tests.model.encoder.context_network import build_context_network
from training.evaluation.context_report import measure_areas, measure_triples, read_rows_with_parents

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def moderator(write_both: Write, tmp_path_factory: pytest.TempPathFactory) -> Moderator:
    """The shipped n-grams with a tiny encoder that reads contexts."""
    folder = write_both(tmp_path_factory.mktemp("context") / "both", **{"network.npy": build_context_network(heads=2)})
    return Moderator.load(folder, profile=Profile.FULL)


def test_triples_are_measured_with_intervals(moderator: Moderator) -> None:
    """Each figure lies in its interval, the gain is the difference, and the fourth column is the mean of those before."""
    measured = measure_triples(moderator)
    for values, low, high in measured.values():
        assert values.shape == (5,)
        assert ((low <= values) & (values <= high)).all()
        assert values[3] == pytest.approx(values[:3].mean())
    np.testing.assert_allclose(measured["with"][0] - measured["without"][0], measured["gain"][0])


def test_areas_are_measured_in_pairs(moderator: Moderator) -> None:
    """Comments under the same nothing gain nothing, and with a parent the difference of both areas is the gain."""
    texts = ["you idiot", "what a day", "shut up", "see you", "you are trash", "thanks"]
    abusive = np.array([1, 0, 1, 0, 1, 0], np.int8)
    values, low, high = measure_areas(moderator, [Comment("", text) for text in texts], abusive)
    assert (values[2], low[2], high[2]) == (0, 0, 0)
    values, _, _ = measure_areas(moderator, [Comment("", text, parent_text=f"What about {text}?") for text in texts], abusive)
    assert values[1] - values[0] == pytest.approx(values[2])


def test_rows_with_parents_are_dev_rows_with_an_answer(tmp_path: Path) -> None:
    """Train rows, rows that answer nothing and rows without a label are left out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parents = {"source": ["convabuse"] * 3, "id": ["1", "2", "3"], "parent": ["a?", "b?", "c?"]}
    pq.write_table(pa.table(parents), tmp_path / "context.parquet")
    rows = {
        "id": ["1", "2", "3", "4"],
        "split": ["dev", "train", "dev", "dev"],
        "text": ["w", "x", "y", "z"],
        "abusive": [True, True, None, False],
    }
    pq.write_table(pa.table(rows), tmp_path / "convabuse.parquet")
    comments, abusive = read_rows_with_parents(tmp_path)
    assert [(comment.text, comment.parent_text) for comment in comments] == [("w", "a?")]
    assert abusive.tolist() == [1]
