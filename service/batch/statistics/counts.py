"""What is counted while rows are judged: shard by shard, then added up; bounded, however many rows, authors and threads there are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from model.comment import LABELS, VERDICTS
from service.batch.statistics.top_names import Ranking

if TYPE_CHECKING:
    from service.batch.scored_chunks import Judged

__all__ = ["BINS", "Tally"]

BINS = 20
"""Bins of a histogram of scores, equally wide from 0 to 1."""

_Counts = npt.NDArray[np.int64]


def _counts(size: int) -> _Counts:
    return np.zeros(size, np.int64)


@dataclass
class Tally:
    """Counts of judged rows.

    Attributes:
        read: rows that were read.
        rows: rows that were written.
        left_out: why rows that were read were not written (``since``, ``sample``, ``limit``) → how many.
        reasons: why rows were not judged → how many.
        days: ``YYYY-MM-DD`` in UTC → judged rows of each label.
        authors, threads: judged rows by author, and by the thread or comment that they answer.
        labels, verdicts: judged rows, by code.
        abusive, hateful: judged rows in each of ``BINS`` bins of that score.
    """

    read: int = 0
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    days: dict[str, list[int]] = field(default_factory=dict)
    authors: Ranking = field(default_factory=Ranking)
    threads: Ranking = field(default_factory=Ranking)
    labels: _Counts = field(default_factory=lambda: _counts(len(LABELS)))
    verdicts: _Counts = field(default_factory=lambda: _counts(len(VERDICTS)))
    abusive: _Counts = field(default_factory=lambda: _counts(BINS))
    hateful: _Counts = field(default_factory=lambda: _counts(BINS))

    @property
    def by_label(self) -> Mapping[str, int]:
        """Label → rows that got it."""
        return dict(zip(map(str, LABELS), self.labels.tolist(), strict=True))

    @property
    def by_verdict(self) -> Mapping[str, int]:
        """Verdict → rows that got it."""
        return dict(zip(map(str, VERDICTS), self.verdicts.tolist(), strict=True))

    @property
    def whole(self) -> bool:
        """Whether every row that was read was judged, has a reason or was left out."""
        written = int(self.labels.sum()) + self.reasons.total()
        return self.rows == written and self.read == self.rows + self.left_out.total()

    def add(self, judged: "Judged") -> None:
        """Count rows that were written."""
        self.rows += len(judged.chunk)
        known = judged.labels >= 0
        self.labels += np.bincount(judged.labels[known], minlength=len(LABELS))
        self.verdicts += np.bincount(judged.verdicts[judged.verdicts >= 0], minlength=len(VERDICTS))
        self.reasons.update(str(judged.reasons[at]) for at in np.flatnonzero(~known).tolist())
        self.abusive += np.histogram(1 - judged.scores[known, 0], BINS, (0, 1))[0]
        self.hateful += np.histogram(judged.scores[known, 2], BINS, (0, 1))[0]
        self.authors.add(judged.chunk.authors, judged.labels)
        self.threads.add(judged.chunk.parents, judged.labels)
        told = known & ~np.isnat(judged.chunk.times)
        days = judged.chunk.times[told].astype("datetime64[D]")
        for label in range(len(LABELS)):
            found, counts = np.unique(days[judged.labels[told] == label], return_counts=True)
            for day, count in zip(found.tolist(), counts.tolist(), strict=True):
                self.days.setdefault(day.isoformat(), [0] * len(LABELS))[label] += count

    def merge(self, other: "Tally") -> None:
        """Add what another one counted."""
        self.read += other.read
        self.rows += other.rows
        self.left_out += other.left_out
        self.reasons += other.reasons
        self.authors.merge(other.authors)
        self.threads.merge(other.threads)
        for mine, theirs in ((self.labels, other.labels), (self.verdicts, other.verdicts)):
            mine += theirs
        for mine, theirs in ((self.abusive, other.abusive), (self.hateful, other.hateful)):
            mine += theirs
        for day, counts in other.days.items():
            known = self.days.setdefault(day, [0] * len(LABELS))
            for label, count in enumerate(counts):
                known[label] += count

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON knows it."""
        return {
            **{"read": self.read, "rows": self.rows, "left_out": dict(self.left_out), "reasons": dict(self.reasons), "days": self.days},
            **{name: getattr(self, name).tolist() for name in ("labels", "verdicts", "abusive", "hateful")},
            **{name: ranking.as_list() for name, ranking in (("authors", self.authors), ("threads", self.threads))},
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Tally":
        """Return what ``as_dict`` told."""
        return cls(
            read=told["read"],
            rows=told["rows"],
            left_out=Counter(told["left_out"]),
            reasons=Counter(told["reasons"]),
            days=dict(told["days"]),
            authors=Ranking.from_list(told["authors"]),
            threads=Ranking.from_list(told["threads"]),
            labels=np.array(told["labels"], np.int64),
            verdicts=np.array(told["verdicts"], np.int64),
            abusive=np.array(told["abusive"], np.int64),
            hateful=np.array(told["hateful"], np.int64),
        )
