"""Rows in, judged rows out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from model.comment import LABELS, Comment, Format
from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.columnar.chunks import Chunk
from service.batch.rows import RowId

if TYPE_CHECKING:
    from model.language.identifier import Identifier
    from model.moderator import Moderator  # at run time it comes from outside, and the kernels that it loads with it

__all__ = ["Judged", "judge", "rounded"]

_MILLION = 1e6


@dataclass(frozen=True)
class Judged:
    """n rows of one dump with their judgement, column by column.

    Attributes:
        ids: (n,) what each row is called.
        labels: (n,) int8 codes into ``LABELS``, -1 where there is a reason.
        scores: (n, 3) probabilities in the order of ``LABELS``; NaN where there is a reason.
        verdicts: (n,) int8 codes into ``VERDICTS``, -1 where there is a reason.
        reasons: (n,) why a row was not judged, None where it was.
        version: the artefact that judged.
        dump: the file that they are from.
        chunk: (n,) the rows as they were read.
        languages: (n,) code of each row's language, None where it cannot be told; None if nobody asked.
    """

    ids: Sequence[RowId]
    labels: npt.NDArray[np.int8]
    scores: npt.NDArray[np.float64]
    verdicts: npt.NDArray[np.int8]
    reasons: Sequence[str | None]
    version: str
    dump: str
    chunk: Chunk
    languages: Sequence[str | None] | None = None


def judge(
    chunk: Chunk,
    moderator: "Moderator",
    *,
    dump: str,
    policy: str,
    markup: Format | None = None,
    threads: int | None = None,
    language: bool = False,
) -> Judged:
    """Judge the rows that have a text; a row without an id is called by its number in the dump.

    Args:
        chunk: n rows.
        moderator: the artefact that judges.
        dump: the file that they are from.
        policy: whose thresholds give the verdicts.
        markup: how the texts are written, whatever the rows say; None goes by the rows.
        threads: how many may share the work; None is all cores.
        language: whether the languages are told.

    Raises:
        PolicyError: the artefact has no policy of that name.
    """
    ids: Sequence[Any] = chunk.ids
    if not isinstance(ids, ArrowColumn) or ids.array.null_count:
        ids = [line if known is None else known for line, known in zip(chunk.lines, ids, strict=True)]
    speaking, comments = _speaking(chunk, markup)
    decided = moderator.decide(comments, policy=policy, threads=threads)
    labels = np.full(len(chunk), -1, np.int8)
    labels[speaking] = decided.labels
    scores = np.full((len(chunk), len(LABELS)), np.nan)
    scores[speaking] = rounded(decided.scores)
    verdicts = np.full(len(chunk), -1, np.int8)
    verdicts[speaking] = decided.verdicts
    reasons: list[str | None] = list(chunk.reasons)
    told = decided.reasons
    silent = np.flatnonzero(decided.labels < 0)
    for at, place in zip(silent.tolist(), speaking[silent].tolist(), strict=True):
        reasons[place] = told[at]
    languages = _languages(comments, speaking.tolist(), len(chunk), moderator) if language else None
    return Judged(ids, labels, scores, verdicts, reasons, decided.version, dump, chunk, languages)


def _speaking(chunk: Chunk, markup: Format | None) -> tuple[npt.NDArray[np.intp], Sequence[Comment]]:
    """Return the places of the rows that have a text, and their comments; where Arrow holds the texts, without a string for each."""
    texts, formats = chunk.texts, chunk.formats if markup is None else [markup] * len(chunk)
    if isinstance(texts, ArrowColumn):
        from service.batch.columnar.arrow_texts import pack_texts

        return np.flatnonzero(texts.array.is_valid().to_numpy(zero_copy_only=False)), pack_texts(texts.array, formats[0])
    places = [at for at, text in enumerate(texts) if text is not None]
    comments = [Comment("", text, written) for text, written in zip(texts, formats, strict=True) if text is not None]
    return np.array(places, np.intp), comments


def _languages(comments: Sequence[Comment], speaking: Sequence[int], count: int, moderator: "Moderator") -> list[str | None]:
    found: list[str | None] = [None] * count
    for at, code in zip(speaking, _identifier(moderator.languages).identify(comments).codes, strict=True):
        found[at] = code
    return found


@lru_cache(maxsize=1)
def _identifier(learned: tuple[str, ...]) -> "Identifier":
    from model.language.identifier import Identifier

    return Identifier.load(learned)


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
