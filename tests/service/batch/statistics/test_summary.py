"""What a run came to is counted exactly where it can be, in bounded memory, and told to programs and people."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.columnar.chunks import Chunk
from service.batch.rows import Columns, Reason, Row
from service.batch.scored_chunks import ScoredChunk
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.summary import InputFile, RunSummary, summary_json
from service.batch.statistics.summary_page import summary_page
from service.batch.statistics.top_names import TopNames

EPOCH = datetime(2024, 1, 30, tzinfo=UTC)


def judged(labels: list[int], *, author: str = "Ann", parent: str | None = "t1", days: int = 0) -> ScoredChunk:
    """Return rows of these labels, -1 for one that was not judged."""
    codes = np.array(labels, np.int8)
    scores = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.1, 0.18, 0.72], [np.nan] * 3])[codes]
    rows = [Row(at, None, "x", author=author, parent=parent, created_at=EPOCH + timedelta(days=days)) for at in range(len(labels))]
    return ScoredChunk(
        list(range(len(labels))), codes, scores, codes, ["empty" if code < 0 else None for code in labels], "m@1", "d", Chunk.of(rows)
    )


def summary_of(*chunks: ScoredChunk) -> RunSummary:
    tally = RunCounts()
    for chunk in chunks:
        tally.add(chunk)
        tally.read += len(chunk.chunk)
    return RunSummary([InputFile("a.jsonl", Columns("text", None))], tally, 1.5, "default", "m@1")


def test_json_tells_labels_over_time_by_author_and_thread() -> None:
    """Every count is that of the rows."""
    told = json.loads(summary_json(summary_of(judged([0, 1, 2, -1]), judged([1, 1], author="Bob", parent=None, days=2))))
    assert (told["read"], told["rows"], told["judged"], told["reasons"]) == (6, 6, 5, {"empty": 1})
    assert told["over_time"] == {
        "2024-01-30": {"fine": 1, "toxic": 1, "hateful": 1},
        "2024-02-01": {"fine": 0, "toxic": 2, "hateful": 0},
    }
    assert told["authors"] == {
        "known": 2,
        "counts_too_low_by_at_most": 0,
        "most_abusive": [{"name": "Ann", "fine": 1, "toxic": 1, "hateful": 1}, {"name": "Bob", "fine": 0, "toxic": 2, "hateful": 0}],
    }
    assert [row["name"] for row in told["threads"]["most_abusive"]] == ["t1"]
    assert sum(told["histograms"]["hateful"]) == 5
    assert told["histograms"]["hateful"][14] == 1


def test_many_days_are_told_by_month() -> None:
    """A summary stays short however long the time is that a dump covers."""
    told = json.loads(summary_json(summary_of(*(judged([0, 1], days=day) for day in range(500)))))
    assert list(told["over_time"])[:2] == ["2024-01", "2024-02"]
    assert sum(sum(counts.values()) for counts in told["over_time"].values()) == 1000


@given(st.lists(st.integers(0, 12), max_size=300), st.integers(1, 4), st.integers(1, 50))
def test_a_ranking_is_wrong_by_no_more_than_it_says(names: list[int], most: int, size: int) -> None:
    """However many names there are and however they are cut into shards, few are held, and the bound of the error holds."""
    whole = TopNames(capacity=most)
    for at in range(0, len(names), size):
        part = TopNames(capacity=most)
        for name in names[at : at + size]:
            part.add([str(name)], np.array([1], np.int8))
        whole.merge(part)
        assert sum(len(held) for held, _ in whole.parts) <= 4 * most
        assert len(whole) <= 2 * most
    missed, known, *counts = whole.as_list()
    found = dict(zip(known, counts[1], strict=True))
    for one, count in Counter(map(str, names)).items():
        assert count - missed <= found.get(one, 0) <= count


@pytest.mark.parametrize("shards", [1, 7])
def test_columns_of_many_names_are_ranked_as_lists_are(shards: int) -> None:
    """Arrow and Python count the same, through the file of a shard too, and the same names go when there are too many."""
    random = np.random.default_rng(3)
    names = [None if place == 7 else f"n\xe4me{place}" + "x" * 300 * (place == 9) for place in (random.zipf(1.1, 60_000) % 30_000).tolist()]
    labels = random.integers(-1, 3, len(names)).astype(np.int8)
    found = []
    for column in (list, lambda some: ArrowColumn(pa.array(some, pa.string()))):
        whole = TopNames(capacity=1_000)
        for shard in np.array_split(np.arange(len(names)), shards):
            part = TopNames(capacity=1_000)
            for at in np.array_split(shard, 5):
                part.add(column(names[at[0] : at[-1] + 1]), labels[at])
            whole.merge(TopNames.from_list(json.loads(json.dumps(part.as_list()))))
        found.append(whole.as_list())
    assert found[0] == found[1]
    assert found[0][0] > 0
    assert max(map(len, found[0][1])) == 200


def test_a_ranking_told_without_columns_holds_nothing() -> None:
    """A run goes on with the shards of one that told no columns where there were no names."""
    whole = TopNames()
    whole.add(["Ann"], np.array([1], np.int8))
    whole.merge(TopNames.from_list([0, []]))
    assert whole.as_list() == [0, ["Ann"], [0], [1], [0]]


@given(st.lists(st.lists(st.integers(-1, 2), min_size=1, max_size=8), max_size=6))
def test_shards_add_up(chunks: list[list[int]]) -> None:
    """Counting shards apart, through their files, and adding them up is counting all at once."""
    whole, added = RunCounts(), RunCounts()
    for labels in chunks:
        part = RunCounts(read=len(labels))
        part.add(judged(labels))
        whole.add(judged(labels))
        whole.read += len(labels)
        added.merge(RunCounts.from_dict(json.loads(json.dumps(part.as_dict()))))
    assert added.as_dict() == whole.as_dict()
    assert added.complete


@pytest.mark.parametrize("change", [{"read": 7}, {"rows": 5}])
def test_a_lost_row_is_noticed(change: dict[str, int]) -> None:
    """A run whose counts do not add up is no success."""
    summary = summary_of(judged([0, 1, 2, -1, 0, 0]))
    summary.checked()
    for name, value in change.items():
        setattr(summary.counts, name, value)
    with pytest.raises(ValueError, match="rows were lost"):
        summary.checked()


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]


def test_the_page_shows_everything_and_needs_nothing_from_elsewhere() -> None:
    """Labels, time, scores, authors, threads and reasons are there; nothing is loaded, and no name is taken for mark-up."""
    hostile = '<script src="https://evil.example/x.js">alert(1)</script>'
    summary = summary_of(judged([0, 1, 2, -1], author=hostile, parent=hostile), judged([1] * 9, days=40))
    summary.counts.reasons[str(Reason.NOT_JSON)] = 3
    page = summary_page(summary, output=f"{hostile}.csv")
    seen = Tags()
    seen.feed(page)
    assert not seen.links
    assert seen.tags["script"] == seen.tags["link"] == seen.tags["img"] == 0
    assert not re.search(r"url\(|@import", page)
    assert seen.tags["svg"] == 3
    for words in ("By author", "By thread", "Over time", "not-json", "empty", "&lt;script", "2024-03-10", "m@1"):
        assert words in page, words


def test_the_page_of_nothing() -> None:
    """A run without a row has a page too."""
    assert "Every comment was judged" in summary_page(RunSummary([InputFile("a", None)], RunCounts(), 0.0, "default", "m@1"), output="o")
