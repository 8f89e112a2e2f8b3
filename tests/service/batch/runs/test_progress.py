"""The progress of a run adds up over its shards."""

import numpy as np

from service.batch.output.journal import ShardResult
from service.batch.runs.progress import ProgressMeter, RunProgress
from service.batch.statistics.counts import RunCounts
from service.batch.workers.progress_notes import ProgressNote


def counts(rows: int) -> RunCounts:
    return RunCounts(rows=rows, labels=np.array([rows, 0, 0], np.int64))


def test_shards_add_up_from_where_an_earlier_run_stopped() -> None:
    """Rows, bytes and labels grow; those that an earlier run completed are reported separately, too."""
    reports: list[RunProgress] = []
    meter = ProgressMeter(reports.append, total=400, completed=[(10, 100)])
    meter.report_within_shard(counts(5), 0.5, 100)
    meter.add_shard(ShardResult(1, "a", counts(12), None, size=100))
    meter.report_within_shard(counts(1), None, 100)
    assert [(report.rows, report.read, report.share, report.labels["fine"]) for report in reports] == [
        (15, 150, 0.375, 5),
        (22, 200, 0.5, 12),
        (23, None, None, 13),
    ]
    assert {(report.rows_before, report.share_before, report.total) for report in reports} == {(10, 0.25, 400)}


def test_without_a_size_there_is_no_share() -> None:
    """The size of standard input is unknown."""
    reports: list[RunProgress] = []
    meter = ProgressMeter(reports.append, total=None, completed=[])
    meter.report_within_shard(counts(5), None, 0)
    assert (reports[0].share, reports[0].share_before, reports[0].total) == (None, 0.0, None)


def test_shards_at_work_elsewhere_count_until_they_are_completed() -> None:
    """A note is added to what is completed; the one that a completed shard has left counts no more."""
    reports: list[RunProgress] = []
    meter = ProgressMeter(reports.append, total=400, completed=[])
    meter.report_notes({1: ProgressNote(5, (5, 0, 0), 50), 2: ProgressNote(2, (1, 1, 0), 20)})
    meter.add_shard(ShardResult(1, "a", counts(12), None, size=100))
    meter.report_notes({1: ProgressNote(12, (12, 0, 0), 100), 2: ProgressNote(4, (3, 1, 0), 40)})
    assert [(report.rows, report.read, report.labels["fine"]) for report in reports] == [(7, 70, 6), (14, 120, 13), (16, 140, 15)]
