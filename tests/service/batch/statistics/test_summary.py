"""The summary of a run, as JSON, holds every count of the run."""

import json

from service.batch.statistics.summary import summary_json
from tests.service.batch.statistics.scored_rows import score_rows, summarize


def test_json_holds_labels_over_time_by_author_and_by_thread() -> None:
    """Every count is the number of the rows that it stands for."""
    content = json.loads(summary_json(summarize(score_rows([0, 1, 2, -1]), score_rows([1, 1], author="Bob", parent=None, days=2))))
    assert (content["read"], content["rows"], content["judged"], content["reasons"]) == (6, 6, 5, {"empty": 1})
    assert content["over_time"] == {
        "2024-01-30": {"fine": 1, "toxic": 1, "hateful": 1},
        "2024-02-01": {"fine": 0, "toxic": 2, "hateful": 0},
    }
    assert content["authors"] == {
        "known": 2,
        "counts_too_low_by_at_most": 0,
        "most_abusive": [{"name": "Ann", "fine": 1, "toxic": 1, "hateful": 1}, {"name": "Bob", "fine": 0, "toxic": 2, "hateful": 0}],
    }
    assert [row["name"] for row in content["threads"]["most_abusive"]] == ["t1"]
    assert sum(content["histograms"]["hateful"]) == 5
    assert content["histograms"]["hateful"][14] == 1


def test_many_days_are_added_up_by_month() -> None:
    """A summary stays short, however long a time the dump covers."""
    content = json.loads(summary_json(summarize(*(score_rows([0, 1], days=day) for day in range(500)))))
    assert list(content["over_time"])[:2] == ["2024-01", "2024-02"]
    assert sum(sum(counts.values()) for counts in content["over_time"].values()) == 1000
