"""The summary of a run, and its form as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.comment import LABELS
from model.errors import DumpError
from service.batch.rows import Columns, Reason
from service.batch.statistics.counts import BINS, RunCounts
from service.batch.statistics.top_names import TopNames

__all__ = ["MONTH_LENGTH", "InputFile", "RunSummary", "counts_over_time", "summary_json"]

MONTH_LENGTH = len("2024-01")
"""The length of a month, with which every day (``YYYY-MM-DD``) begins."""

_NOT_REJECTED = {Reason.DELETED, Reason.REMOVED, Reason.NOT_A_COMMENT, Reason.NO_TEXT, "empty"}
"""Reasons for which a row is no loss: there is no text that could have been judged."""
_MAX_NAMES = 100
_MAX_DAYS = 400


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read.

    Attributes:
        name: its name in messages.
        columns: where its texts and ids were found; None if nothing was found that has columns.
        rows: the rows written of it.
        judged: those that got a label.
        reasons: reason → those that got none.
        remarks: what people should know about how it was read.
    """

    name: str
    columns: Columns | None
    rows: int = 0
    judged: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    remarks: Sequence[str] = ()

    @property
    def rejections(self) -> Mapping[str, int]:
        """Reason → rows that may hold a comment and were not judged."""
        return {reason: count for reason, count in self.reasons.items() if reason not in _NOT_REJECTED}

    @property
    def rejected(self) -> int:
        """The number of rows that may hold a comment and were not judged."""
        return sum(self.rejections.values())


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The summary of a run.

    Attributes:
        files: the files that were read, in order.
        counts: everything that was counted.
        seconds: how long reading, judging and writing took; of a continued run, since it was continued.
        policy: the name of the policy.
        version: the version of the artefact that judged.
        resumed: the number of shards that an earlier run had completed.
        shards: the number of all shards.
    """

    files: Sequence[InputFile]
    counts: RunCounts
    seconds: float
    policy: str
    version: str
    resumed: int = 0
    shards: int = 1

    @property
    def rows(self) -> int:
        """The number of rows written, whether judged or not."""
        return self.counts.rows

    @property
    def labels(self) -> Mapping[str, int]:
        """Label → rows that got it."""
        return self.counts.by_label

    @property
    def verdicts(self) -> Mapping[str, int]:
        """Verdict → rows that got it."""
        return self.counts.by_verdict

    @property
    def reasons(self) -> Mapping[str, int]:
        """Reason → rows that were not judged for it, most frequent first."""
        return dict(self.counts.reasons.most_common())

    @property
    def judged(self) -> int:
        """The number of rows that got a label."""
        return sum(self.labels.values())

    @property
    def rejected(self) -> int:
        """The number of rows that may hold a comment and were not judged."""
        return sum(count for reason, count in self.reasons.items() if reason not in _NOT_REJECTED)

    @property
    def rows_per_second(self) -> float:
        """The number of rows written per second."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    def require_complete(self) -> "RunSummary":
        """Return this summary if every row that was read was judged, has a reason or was left out.

        Raises:
            DumpError: rows were lost.
        """
        if not self.counts.is_complete:
            raise DumpError(f"{self.counts.read} rows were read and {self.rows} written: rows were lost; please report this")
        return self


def summary_json(summary: RunSummary, *, indent: int | None = None) -> str:
    """Return a summary as a JSON object.

    Args:
        summary: the summary.
        indent: spaces of indentation; None for one line.
    """
    counts = summary.counts
    files = [
        {
            **{"name": file.name, "text": file.columns and file.columns.text, "id": file.columns and file.columns.id},
            **{"rows": file.rows, "judged": file.judged, "reasons": file.reasons, "remarks": list(file.remarks)},
        }
        for file in summary.files
    ]
    return json.dumps(
        {
            "read": counts.read,
            "rows": summary.rows,
            "judged": summary.judged,
            "rejected": summary.rejected,
            "labels": summary.labels,
            "verdicts": summary.verdicts,
            "reasons": summary.reasons,
            "languages": dict(counts.languages.most_common()),
            "failures": dict(counts.failures.most_common()),
            "left_out": dict(counts.left_out.most_common()),
            "seconds": round(summary.seconds, 3),
            "rows_per_second": round(summary.rows_per_second),
            "policy": summary.policy,
            "model": summary.version,
            "files": files,
            "histograms": {
                "bounds": [bin_number / BINS for bin_number in range(BINS + 1)],
                "abusive": counts.abusive.tolist(),
                "hateful": counts.hateful.tolist(),
            },
            "over_time": {period: _by_label(rows) for period, rows in counts_over_time(summary).items()},
            "authors": _top_names_json(counts.authors),
            "threads": _top_names_json(counts.threads),
        },
        ensure_ascii=True,
        indent=indent,
    )


def counts_over_time(summary: RunSummary) -> dict[str, list[int]]:
    """Return the judged rows of each label by day (``YYYY-MM-DD``), or by month (``YYYY-MM``) if there are many days, in order of time."""
    days = summary.counts.days
    if len(days) <= _MAX_DAYS:
        return dict(sorted(days.items()))
    months: dict[str, list[int]] = {}
    for day, rows in sorted(days.items()):
        month = months.setdefault(day[:MONTH_LENGTH], [0] * len(LABELS))
        for label, count in enumerate(rows):
            month[label] += count
    return months


def _by_label(rows: list[int]) -> dict[str, int]:
    return dict(zip(map(str, LABELS), rows, strict=True))


def _top_names_json(top_names: TopNames) -> dict[str, Any]:
    most_abusive = [{"name": name, **_by_label(rows)} for name, rows in top_names.most_abusive(_MAX_NAMES)]
    return {"known": len(top_names), "counts_too_low_by_at_most": top_names.missed, "most_abusive": most_abusive}
