"""Scoring of comment files: read some rows, judge them, write them, until there are no more."""

import errno
import os
import stat
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.comment import LABELS, VERDICTS, Comment, Format
from model.errors import DumpError
from service.batch.readers import open_reading
from service.batch.rows import Columns, Reading, Row, Wanted, WriteAs, in_chunks
from service.batch.streams import STDIN, size_of
from service.batch.writers import Judged, Sink, open_sink

if TYPE_CHECKING:
    from model.moderator import Moderator  # at run time it comes from outside, and the kernels that it loads with it

__all__ = ["FileRead", "Progress", "ScoreJob", "Summary", "check", "rounded", "run"]

_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """What is to be scored, how, and where it goes.

    Attributes:
        inputs: files of comments in order; ``-`` is standard input.
        out: the file to write; None is standard output.
        write_as: the format to write.
        wanted: what is known about the inputs.
        policy: the name of the policy that leads to the verdicts.
        markup: how the texts are written.
        strict: whether the first row that cannot be judged ends everything.
        most_rows: rows that are judged at once; changes the speed, never a score.
        most_text: code points after which a chunk ends early.
    """

    inputs: Sequence[str]
    out: Path | None = None
    write_as: WriteAs = WriteAs.JSONL
    wanted: Wanted = field(default_factory=Wanted)
    policy: str = "default"
    markup: Format = Format.PLAIN
    strict: bool = False
    most_rows: int = 8192
    most_text: int = 1 << 22


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: rows written, and the share in [0, 1] of the input that has been read, None where unknown."""

    rows: int
    share: float | None


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read and where its texts and ids were found; ``columns`` is None if it was empty."""

    name: str
    columns: Columns | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to.

    Attributes:
        files: the files that were read, in order.
        rows: rows read, which is rows written.
        labels: label → rows that got it.
        verdicts: verdict → rows that got it.
        reasons: reason → rows that were not judged for it, most frequent first.
        seconds: how long reading, judging and writing took.
        policy: the policy's name.
        version: the artefact that judged.
    """

    files: Sequence[FileRead]
    rows: int
    labels: Mapping[str, int]
    verdicts: Mapping[str, int]
    reasons: Mapping[str, int]
    seconds: float
    policy: str
    version: str

    @property
    def judged(self) -> int:
        """Rows that got a label."""
        return sum(self.labels.values())


def check(job: ScoreJob) -> None:
    """Refuse a job that cannot end well, before any work is done.

    Raises:
        DumpError: standard input is named twice, or the output is one of the inputs.
        OSError: an input is missing or cannot be read.
    """
    if list(job.inputs).count(STDIN) > 1:
        raise DumpError("standard input (-) is named twice; it can be read once")
    for path in job.inputs:
        if path != STDIN:
            _check_input(path)
    if job.out is not None and any(_same(path, job.out) for path in job.inputs):
        raise DumpError(f"{job.out} is one of the files to be scored; name another with -o")


def _check_input(path: str) -> None:
    # Not opened to see whether it can be: that would take the bytes out of a pipe.
    if stat.S_ISDIR(Path(path).stat().st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder; name the files in it", path)
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


def _same(path: str, out: Path) -> bool:
    try:
        there = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
        return out.is_file() and os.path.samestat(there, out.stat())
    except (OSError, ValueError):
        return False


def run(job: ScoreJob, moderator: "Moderator", *, watch: Callable[[Progress], None] | None = None) -> Summary:
    """Score files of comments; every row read is one row written, in order.

    Args:
        job: what is to be done.
        moderator: the artefact that judges.
        watch: is told after every chunk how far the run is.

    Raises:
        DumpError: an input cannot be read as asked; with ``strict``, also the first row that cannot be judged.
        PolicyError: the artefact has no policy of that name.
        OSError: reading or writing fails. Whatever is raised, no output file appears and an old one stays as it was.
    """
    check(job)
    moderator.decide([], policy=job.policy)
    started = time.perf_counter()
    tally = _Tally()
    sizes = [size_of(path) for path in job.inputs]
    with open_sink(job.out, job.write_as) as sink:
        for number, path in enumerate(job.inputs):
            with open_reading(path, job.wanted) as reading:
                tally.files.append(FileRead(reading.name, reading.columns))
                for _ in _score(reading, job, moderator, sink=sink, tally=tally):
                    if watch is not None:
                        watch(Progress(tally.rows, _share(sizes, number, reading.share())))
    return tally.summary(job.policy, moderator.version, seconds=time.perf_counter() - started)


def _score(reading: Reading, job: ScoreJob, moderator: "Moderator", *, sink: Sink, tally: "_Tally") -> Iterator[None]:
    for chunk in in_chunks(reading.rows, most_rows=job.most_rows, most_text=job.most_text):
        judged = _judge(chunk, moderator, job, before=tally.rows)
        if job.strict:
            _insist(reading, chunk, judged)
        sink.write(judged)
        tally.add(judged)
        yield


def _judge(chunk: Sequence[Row], moderator: "Moderator", job: ScoreJob, *, before: int) -> Judged:
    """Judge the rows that have a text; a row without an id is called by its number in the output."""
    ids = [before + number if row.id is None else row.id for number, row in enumerate(chunk, start=1)]
    speaking = [at for at, row in enumerate(chunk) if row.text is not None]
    comments = [Comment(str(ids[at]), chunk[at].text or "", job.markup) for at in speaking]
    decided = moderator.decide(comments, policy=job.policy)
    labels = np.full(len(chunk), -1, np.int8)
    labels[speaking] = decided.labels
    scores = np.full((len(chunk), len(LABELS)), np.nan)
    scores[speaking] = rounded(decided.scores)
    verdicts = np.full(len(chunk), -1, np.int8)
    verdicts[speaking] = decided.verdicts
    reasons: list[str | None] = [row.reason for row in chunk]
    for at, reason in zip(speaking, decided.reasons, strict=True):
        reasons[at] = reason
    return Judged(ids, labels, scores, verdicts, reasons, decided.version)


def rounded(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round scores to six digits, as HTTP does, so that they still sum to 1: the largest takes the remainder.

    Args:
        scores: (n, 3) probabilities whose rows sum to 1, or NaN.

    Returns:
        (n, 3).
    """
    millionths = np.rint(scores * _MILLION)
    known = np.flatnonzero(~np.isnan(millionths[:, 0]))
    largest = millionths[known].argmax(axis=1)
    millionths[known, largest] += _MILLION - millionths[known].sum(axis=1)
    return millionths / _MILLION


def _insist(reading: Reading, chunk: Sequence[Row], judged: Judged) -> None:
    for row, reason in zip(chunk, judged.reasons, strict=True):
        if reason is not None:
            raise DumpError(f"{reading.name}: {reading.unit} {row.line} cannot be judged: {reason}; mend it, or go on without --strict")


def _share(sizes: Sequence[int | None], number: int, share: float | None) -> float | None:
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes) or share is None or not sum(known):
        return None
    return (sum(known[:number]) + known[number] * share) / sum(known)


@dataclass
class _Tally:
    """What has been counted so far."""

    rows: int = 0
    files: list[FileRead] = field(default_factory=list)
    _labels: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(LABELS), np.int64))
    _verdicts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(VERDICTS), np.int64))
    _reasons: Counter[str] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        self.rows += len(judged.ids)
        self._labels += np.bincount(judged.labels[judged.labels >= 0], minlength=len(LABELS))
        self._verdicts += np.bincount(judged.verdicts[judged.verdicts >= 0], minlength=len(VERDICTS))
        self._reasons.update(reason for reason in judged.reasons if reason is not None)

    def summary(self, policy: str, version: str, *, seconds: float) -> Summary:
        return Summary(
            files=tuple(self.files),
            rows=self.rows,
            labels=dict(zip(map(str, LABELS), self._labels.tolist(), strict=True)),
            verdicts=dict(zip(map(str, VERDICTS), self._verdicts.tolist(), strict=True)),
            reasons={str(reason): count for reason, count in self._reasons.most_common()},
            seconds=seconds,
            policy=policy,
            version=version,
        )
