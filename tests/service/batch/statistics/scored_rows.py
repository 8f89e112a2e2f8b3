"""Scored rows and summaries of them, for the tests of statistics."""

from datetime import UTC, datetime, timedelta

import numpy as np

from service.batch.columnar.chunks import Chunk
from service.batch.rows import Columns, Row
from service.batch.scored_chunks import ScoredChunk
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.summary import InputFile, RunSummary

__all__ = ["score_rows", "summarize"]

EPOCH = datetime(2024, 1, 30, tzinfo=UTC)


def score_rows(labels: list[int], *, author: str = "Ann", parent: str | None = "t1", days: int = 0) -> ScoredChunk:
    """Return rows with these labels, -1 for one that was not judged."""
    codes = np.array(labels, np.int8)
    scores = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.1, 0.18, 0.72], [np.nan] * 3])[codes]
    rows = [Row(number, None, "x", author=author, parent=parent, created_at=EPOCH + timedelta(days=days)) for number in range(len(labels))]
    return ScoredChunk(
        list(range(len(labels))),
        codes,
        scores,
        codes,
        ["empty" if code < 0 else None for code in labels],
        "m@1",
        "d",
        Chunk.from_rows(rows),
    )


def summarize(*chunks: ScoredChunk) -> RunSummary:
    """Return the summary of a run that wrote these rows."""
    counts = RunCounts()
    for chunk in chunks:
        counts.add(chunk)
        counts.read += len(chunk.chunk)
    return RunSummary([InputFile("a.jsonl", Columns("text", None))], counts, 1.5, "default", "m@1")
