"""The counts of a run, taken shard by shard and added up; their size is bounded, however many rows, authors and threads there are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from model.array_types import IntArray
from model.comment import LABELS, VERDICTS
from service.batch.statistics.top_names import TopNames

if TYPE_CHECKING:
    from service.batch.scored_chunks import ScoredChunk

__all__ = ["BINS", "RunCounts"]

BINS = 20
"""The number of bins in a histogram of scores, of equal width from 0 to 1."""
_FINE, _, _HATEFUL = range(len(LABELS))
"""Columns of scores."""


def _zeros(size: int) -> IntArray:
    return np.zeros(size, np.int64)


@dataclass
class RunCounts:
    """The counts of the rows of a shard or of a whole run.

    Attributes:
        read: rows that were read.
        rows: rows that were written.
        left_out: reason (``since``, ``no-time``, ``sample``) → rows that were read and not written.
        reasons: reason → rows that were written without a label.
        failures: step of judging → rows for which it has failed, and which were judged without it.
        languages: judged rows by the language whose model has decided; ``foreign`` and ``unsure`` where none reads them.
        days: ``YYYY-MM-DD`` in UTC → judged rows of each label.
        authors, threads: judged rows by author, and by the thread or comment that they answer.
        labels, verdicts: judged rows by code into ``LABELS`` and ``VERDICTS``.
        abusive, hateful: judged rows in each of ``BINS`` bins of that score.
    """

    read: int = 0
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    days: dict[str, list[int]] = field(default_factory=dict)
    authors: TopNames = field(default_factory=TopNames)
    threads: TopNames = field(default_factory=TopNames)
    labels: IntArray = field(default_factory=lambda: _zeros(len(LABELS)))
    verdicts: IntArray = field(default_factory=lambda: _zeros(len(VERDICTS)))
    abusive: IntArray = field(default_factory=lambda: _zeros(BINS))
    hateful: IntArray = field(default_factory=lambda: _zeros(BINS))

    @property
    def by_label(self) -> Mapping[str, int]:
        """Label → rows that got it."""
        return dict(zip(map(str, LABELS), self.labels.tolist(), strict=True))

    @property
    def by_verdict(self) -> Mapping[str, int]:
        """Verdict → rows that got it."""
        return dict(zip(map(str, VERDICTS), self.verdicts.tolist(), strict=True))

    @property
    def is_complete(self) -> bool:
        """Whether every row that was read was judged, has a reason or was left out."""
        written_rows = int(self.labels.sum()) + self.reasons.total()
        return self.rows == written_rows and self.read == self.rows + self.left_out.total()

    def add(self, chunk: "ScoredChunk") -> None:
        """Count rows that were written."""
        self.rows += len(chunk.labels)
        has_label = chunk.labels >= 0
        self.labels += np.bincount(chunk.labels[has_label], minlength=len(LABELS))
        self.verdicts += np.bincount(chunk.verdicts[chunk.verdicts >= 0], minlength=len(VERDICTS))
        self.reasons.update(str(chunk.reasons[row]) for row in np.flatnonzero(~has_label).tolist())
        self.failures.update({step.value: count for step, count in chunk.failures.items()})
        self.abusive += np.histogram(1 - chunk.scores[has_label, _FINE], BINS, (0, 1))[0]
        hateful = chunk.scores[has_label, _HATEFUL]
        self.hateful += np.histogram(hateful[~np.isnan(hateful)], BINS, (0, 1))[0]
        self.languages.update(_count_languages(chunk))
        self.authors.add(chunk.chunk.authors, chunk.labels)
        self.threads.add(chunk.chunk.parents, chunk.labels)
        self._add_days(chunk)

    def _add_days(self, chunk: "ScoredChunk") -> None:
        dated = (chunk.labels >= 0) & ~np.isnat(chunk.chunk.times)
        days = chunk.chunk.times[dated].astype("datetime64[D]")
        for label in range(len(LABELS)):
            unique_days, counts = np.unique(days[chunk.labels[dated] == label], return_counts=True)
            for day, count in zip(unique_days.tolist(), counts.tolist(), strict=True):
                self.days.setdefault(day.isoformat(), [0] * len(LABELS))[label] += count

    def merge(self, other: "RunCounts") -> None:
        """Add the counts of another shard."""
        self.read += other.read
        self.rows += other.rows
        self.left_out += other.left_out
        self.reasons += other.reasons
        self.failures += other.failures
        self.languages += other.languages
        self.authors.merge(other.authors)
        self.threads.merge(other.threads)
        self.labels += other.labels
        self.verdicts += other.verdicts
        self.abusive += other.abusive
        self.hateful += other.hateful
        for day, counts in other.days.items():
            totals = self.days.setdefault(day, [0] * len(LABELS))
            for label, count in enumerate(counts):
                totals[label] += count

    def as_dict(self) -> dict[str, Any]:
        """Return all counts as a dictionary that JSON can represent."""
        return {
            **{"read": self.read, "rows": self.rows, "left_out": dict(self.left_out), "reasons": dict(self.reasons), "days": self.days},
            **{name: getattr(self, name).tolist() for name in ("labels", "verdicts", "abusive", "hateful")},
            **{"authors": self.authors.as_list(), "threads": self.threads.as_list(), "failures": dict(self.failures)},
            "languages": dict(self.languages),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "RunCounts":
        """Restore counts from what ``as_dict`` returned."""
        return cls(
            read=fields["read"],
            rows=fields["rows"],
            left_out=Counter(fields["left_out"]),
            reasons=Counter(fields["reasons"]),
            # Journals of runs that were stopped before an upgrade have none.
            failures=Counter(fields.get("failures", {})),
            languages=Counter(fields.get("languages", {})),
            days=dict(fields["days"]),
            authors=TopNames.from_list(fields["authors"]),
            threads=TopNames.from_list(fields["threads"]),
            **{name: np.array(fields[name], np.int64) for name in ("labels", "verdicts", "abusive", "hateful")},
        )


def _count_languages(chunk: "ScoredChunk") -> Counter[str]:
    """Count the judged rows of a chunk by language; none if languages were not identified."""
    if chunk.judged_as is None or chunk.foreign is None or chunk.unsure is None:
        return Counter()
    counts = Counter(tag for tag in chunk.judged_as if tag is not None)
    return counts + Counter({"foreign": list(chunk.foreign).count(True), "unsure": list(chunk.unsure).count(True)})
