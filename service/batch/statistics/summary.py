"""What a run came to, as JSON and as a page with pictures."""

import json
from typing import Any

from model.comment import LABELS
from service.batch.job import Summary
from service.batch.statistics.counts import BINS
from service.batch.statistics.top_names import Ranking

__all__ = ["as_json", "rate_of"]

_NAMES = 100
_MOST_DAYS = 400


def rate_of(summary: Summary) -> float:
    """Return rows a second."""
    return summary.rows / summary.seconds if summary.seconds > 0 else 0.0


def as_json(summary: Summary, *, indent: int | None = None) -> str:
    """Tell a summary to a program: one JSON object, in one line unless indented.

    Args:
        summary: what is told.
        indent: spaces; None is one line.
    """
    tally = summary.tally
    files = [
        {"name": file.name, "text": file.columns and file.columns.text, "id": file.columns and file.columns.id} for file in summary.files
    ]
    return json.dumps(
        {
            "read": tally.read,
            "rows": summary.rows,
            "judged": summary.judged,
            "labels": summary.labels,
            "verdicts": summary.verdicts,
            "reasons": summary.reasons,
            "left_out": dict(tally.left_out.most_common()),
            "seconds": round(summary.seconds, 3),
            "rows_per_second": round(rate_of(summary)),
            "policy": summary.policy,
            "model": summary.version,
            "files": files,
            "histograms": {
                "bounds": [at / BINS for at in range(BINS + 1)],
                "abusive": tally.abusive.tolist(),
                "hateful": tally.hateful.tolist(),
            },
            "over_time": {when: _labels(counts) for when, counts in over_time(summary).items()},
            "authors": _ranking(tally.authors),
            "threads": _ranking(tally.threads),
        },
        ensure_ascii=True,
        indent=indent,
    )


def over_time(summary: Summary) -> dict[str, list[int]]:
    """Return judged rows of each label by day, or by month (``YYYY-MM``) if there are many days; in order."""
    days = summary.tally.days
    if len(days) <= _MOST_DAYS:
        return dict(sorted(days.items()))
    months: dict[str, list[int]] = {}
    for day, counts in sorted(days.items()):
        known = months.setdefault(day[:7], [0] * len(LABELS))
        for label, count in enumerate(counts):
            known[label] += count
    return months


def _labels(counts: list[int]) -> dict[str, int]:
    return dict(zip(map(str, LABELS), counts, strict=True))


def _ranking(ranking: Ranking) -> dict[str, Any]:
    worst = [{"name": name, **_labels(counts)} for name, counts in ranking.worst(_NAMES)]
    return {"known": len(ranking), "counts_too_low_by_at_most": ranking.missed, "most_abusive": worst}
