"""What is counted while rows are judged: shard by shard, then added up; bounded, however many rows, authors and threads there are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from model.comment import LABELS, VERDICTS
from service.batch.chunks import Column

if TYPE_CHECKING:
    from service.batch.judging import Judged

__all__ = ["BINS", "Ranking", "Tally"]

BINS = 20
"""Bins of a histogram of scores, equally wide from 0 to 1."""

_MOST_NAMES = 50_000
_LONGEST_NAME = 200
_Counts = npt.NDArray[np.int64]


@dataclass
class Ranking:
    """How many rows of each label the most frequent names have (authors, say).

    When there are twice as many names as ``most``, those with fewest rows go until ``most`` are left. So a count may be too low,
    by no more than ``missed`` (as in Misra and Gries, Finding repeated elements, 1982); 0 says that every count is exact.

    Attributes:
        counts: name → rows of each label, in the order of ``LABELS``.
        missed: by how many rows a count may be too low, at most.
        most: names that are kept at least.
    """

    counts: dict[str, list[int]] = field(default_factory=dict)
    missed: int = 0
    most: int = _MOST_NAMES

    def add(self, names: Sequence[str | None], labels: npt.NDArray[np.int8]) -> None:
        """Count rows; those without a name or label do not count.

        Args:
            names: of n rows.
            labels: codes into ``LABELS``, or below 0; shape (n,).
        """
        for label, found in _counted(names, labels):
            for name, rows in found:
                if name is not None:
                    name = name[:_LONGEST_NAME]
                    counts = self.counts.get(name)
                    if counts is None:
                        counts = self.counts[name] = [0] * len(LABELS)
                    counts[label] += rows
        self.trim()

    def merge(self, other: "Ranking") -> None:
        """Add what another one counted."""
        # Most names are new: every shard of a long dump brings threads of its own.
        known = self.counts.get
        for name, counts in other.counts.items():
            mine = known(name)
            self.counts[name] = counts.copy() if mine is None else list(map(add, mine, counts))
        self.missed += other.missed
        self.trim()

    def trim(self) -> None:
        """Let go of the names with fewest rows if there are too many; ties go by name."""
        if len(self.counts) > 2 * self.most:
            ranked = sorted(self.counts.items(), key=lambda item: (-sum(item[1]), item[0]))
            self.missed += sum(ranked[self.most][1])
            self.counts = dict(ranked[: self.most])

    def as_list(self) -> list[Any]:
        """Return everything as JSON knows it; columns, which are read twice as fast as a list for each name."""
        return [self.missed, list(self.counts), *map(list, zip(*self.counts.values(), strict=True))]

    @classmethod
    def from_list(cls, told: Sequence[Any]) -> "Ranking":
        """Return what ``as_list`` told."""
        missed, names, *counts = told
        return cls(dict(zip(names, map(list, zip(*counts, strict=True)), strict=True)), missed)

    def worst(self, count: int) -> list[tuple[str, list[int]]]:
        """Return the names with most abusive rows, most first."""
        abusive = [(name, counts) for name, counts in self.counts.items() if sum(counts[1:])]
        return sorted(abusive, key=lambda item: (-sum(item[1][1:]), -item[1][2], item[0]))[:count]


def _counted(names: Sequence[str | None], labels: npt.NDArray[np.int8]) -> Iterator[tuple[int, Iterable[tuple[str | None, int]]]]:
    """Yield each label with the names of its rows, and how many."""
    if not isinstance(names, Column):
        codes = labels.tolist()
        yield from ((label, Counter(compress(names, map(label.__eq__, codes))).items()) for label in range(len(LABELS)))
        return
    encoded = names.array.dictionary_encode()
    places = encoded.indices.fill_null(-1).to_numpy()
    for label in range(len(LABELS)):
        counts = np.bincount(places[(labels == label) & (places >= 0)])
        some = np.flatnonzero(counts)
        yield label, zip(encoded.dictionary.take(some).to_pylist(), counts[some].tolist(), strict=True)


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
        self.reasons.update(reason for reason in judged.reasons if reason is not None)
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
