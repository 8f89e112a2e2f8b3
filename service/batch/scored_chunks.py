"""Scoring of chunks: every row gets a label, scores and a verdict, or the reason why it has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int8Array
from model.comment import LABELS, Comment, Format
from model.failures import NO_FAILURES, Failures
from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.columnar.chunks import Chunk
from service.batch.columnar.made_ids import complete_ids
from service.batch.rows import RowId

if TYPE_CHECKING:
    from service.judging.judge import Judge  # only for types: importing it loads the kernels

__all__ = ["ScoredChunk", "round_score_rows", "score_chunk"]

_MILLION = 1e6


@dataclass(frozen=True)
class ScoredChunk:
    """n rows of one dump with their labels, scores and verdicts, column by column.

    Attributes:
        ids: (n,) the id of each row; None where the file has none and none was made.
        labels: (n,) codes into ``LABELS``, -1 where there is a reason.
        scores: (n, 3) probabilities in the order of ``LABELS``; NaN where there is a reason, and for hateful where that cannot be told.
        verdicts: (n,) codes into ``VERDICTS``, -1 where there is a reason; rows that could not be read are to be reviewed all the same.
        reasons: (n,) why a row was not judged, None where it was.
        version: the artefact that gave the scores, but for the rows in ``versions``.
        dump: the name of the file that the rows come from.
        chunk: the rows as they were read.
        foreign: (n,) whether each row is certainly in a language that nothing reads, None where there is a reason; None if languages were
            not identified.
        languages: (n,) tag of the language of each row, None where it is not certain; None unless languages were asked for.
        failures: for how many rows a step of judging has failed.
        unsure: (n,) whether each row is not foreign, and yet no language that is read claims it, None where there is a reason; None if
            languages were not identified.
        judged_as: (n,) tag of the language whose model has decided about each row, None where there is none; None if languages were not
            identified.
        versions: number of a row on which a language pack has decided → the version of that.
    """

    ids: Sequence[RowId | None]
    labels: Int8Array
    scores: FloatArray
    verdicts: Int8Array
    reasons: Sequence[str | None]
    version: str
    dump: str
    chunk: Chunk
    foreign: Sequence[bool | None] | None = None
    languages: Sequence[str | None] | None = None
    failures: Failures = field(default_factory=lambda: NO_FAILURES)
    unsure: Sequence[bool | None] | None = None
    judged_as: Sequence[str | None] | None = None
    versions: Mapping[int, str] = field(default_factory=dict)

    @property
    def models(self) -> list[str]:
        """(n,) the version that gave the scores of each row."""
        return [self.versions.get(row, self.version) for row in range(len(self.labels))]

    @property
    def has_members(self) -> bool:
        """Whether some of the rows come from members of the file."""
        return any(self.chunk.members)

    @property
    def dumps(self) -> list[str]:
        """(n,) the file that each row comes from; ``FILE/MEMBER`` where it comes from a member."""
        if not self.has_members:
            return [self.dump] * len(self.chunk)
        return [self.dump if member is None else f"{self.dump}/{member}" for member in self.chunk.members]


def score_chunk(
    chunk: Chunk,
    judge: "Judge",
    *,
    dump: str,
    markup: Format | None = None,
    threads: int | None = None,
    language: bool = False,
    make_ids: bool = False,
) -> ScoredChunk:
    """Judge the rows that have a text.

    Args:
        chunk: n rows.
        judge: the judge.
        dump: the name of the file that they come from.
        markup: the format of all texts; None takes that of each row.
        threads: how many threads may share the work; None is one for each core.
        language: whether the result has the language of each row.
        make_ids: whether rows without an id get one that is made from what they hold.

    Raises:
        PolicyError: the artefact lacks the policy of the judge.
    """
    ids = complete_ids(chunk, dump=dump) if make_ids else chunk.ids
    rows, comments = _select_comments(chunk, markup)
    judgements = judge.judge(comments, threads=threads)
    decisions = judgements.decisions
    n = len(chunk)
    labels = np.full(n, -1, np.int8)
    labels[rows] = decisions.labels
    scores = np.full((n, len(LABELS)), np.nan)
    scores[rows] = round_score_rows(decisions.scores)
    verdicts = np.full(n, -1, np.int8)
    verdicts[rows] = judgements.verdicts
    reasons: list[str | None] = list(chunk.reasons)
    foreign, unsure, judged_as = (
        None if column is None else _scatter_values(column, rows, n)
        for column in (judgements.foreign, judgements.unsure, judgements.judged_as)
    )
    unjudged = np.flatnonzero(decisions.labels < 0)
    comment_reasons = decisions.reasons if unjudged.size else []
    for comment, row in zip(unjudged.tolist(), rows[unjudged].tolist(), strict=True):
        reasons[row] = comment_reasons[comment]
        for column in (foreign, unsure, judged_as):
            if column is not None:
                column[row] = None
    languages = _scatter_values(judgements.languages or (), rows, n) if language else None
    versions = {int(rows[comment]): version for comment, version in judgements.versions.items()}
    columns: dict[str, Any] = {"foreign": foreign, "languages": languages, "unsure": unsure, "judged_as": judged_as, "versions": versions}
    return ScoredChunk(ids, labels, scores, verdicts, reasons, decisions.version, dump, chunk, failures=judgements.failures, **columns)


def _select_comments(chunk: Chunk, markup: Format | None) -> tuple[npt.NDArray[np.intp], Sequence[Comment]]:
    """Return the positions of the rows that have a text, and their comments; texts in Arrow columns are not converted to strings."""
    texts, formats = chunk.texts, chunk.formats if markup is None else [markup] * len(chunk)
    has_contexts = any(chunk.parent_texts) or any(chunk.titles)
    if isinstance(texts, ArrowColumn) and not has_contexts:
        from service.batch.columnar.arrow_texts import pack_texts

        return np.flatnonzero(texts.array.is_valid().to_numpy(zero_copy_only=False)), pack_texts(texts.array, formats[0])
    rows = [row for row, text in enumerate(texts) if text is not None]
    if has_contexts:
        columns = zip(texts, formats, chunk.parent_texts, chunk.titles, strict=True)
        comments = [
            Comment("", text, text_format, parent_text=parent_text, title=title)
            for text, text_format, parent_text, title in columns
            if text is not None
        ]
    else:
        comments = [Comment("", text, text_format) for text, text_format in zip(texts, formats, strict=True) if text is not None]
    return np.array(rows, np.intp), comments


def _scatter_values(values: Sequence[Any], rows: npt.NDArray[np.intp], n: int) -> list[Any]:
    """Return a column of n values, in which row ``rows[i]`` has ``values[i]``, and all other rows None."""
    if len(values) == n:
        return list(values)
    column: list[Any] = [None] * n
    for row, value in zip(rows.tolist(), values, strict=True):
        column[row] = value
    return column


def round_score_rows(scores: FloatArray) -> FloatArray:
    """Round scores to six digits, as HTTP does, so that they still sum to 1: the largest takes the remainder.

    Args:
        scores: (n, 3) probabilities whose rows sum to 1, or NaN; those without P(hateful) sum to 1 without it.

    Returns:
        (n, 3).
    """
    millionths = np.rint(scores * _MILLION)
    judged_rows = np.flatnonzero(~np.isnan(millionths[:, 0]))
    known = np.nan_to_num(millionths[judged_rows])
    millionths[judged_rows, known.argmax(axis=1)] += _MILLION - known.sum(axis=1)
    return millionths / _MILLION
