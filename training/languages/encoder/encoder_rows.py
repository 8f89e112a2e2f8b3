"""Chooses what the encoder of all languages learns from, and says what is known of the labels of these rows.

Rows of the sources teach by forward correction (``training.label_noise.source_confusion``): how each source errs is estimated from those
of its rows that were read again. Rows that were read again, in English as well, and comments of our own teach by their labels.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from training.label_noise.known_labels import KnownLabels, possible_labels
from training.label_noise.source_confusion import SourceConfusion, estimate_confusion
from training.languages.corpus_rows import LanguageRows, load_reread_rows, read_columns
from training.tables.labelled import UNKNOWN, encode_answers, encode_labels

__all__ = ["TaughtRows", "balanced_sample", "confusion_of_sources", "label_source_rows", "load_english_rows"]

_ENGLISH = "reread.parquet"

# Sources made in one go in several languages: what they err in one is what they err in the others.
_FAMILIES = ("macd_", "dravidian_", "kmhas_")
_LEAST_RATIO = 1.25
"""Answers that are not so many times as likely for one label as for another teach next to nothing: their rows are left out."""


@dataclass(frozen=True, eq=False)
class TaughtRows:
    """Rows with what is known of their labels.

    Attributes:
        rows: n rows.
        labels: what is known of each.
    """

    rows: LanguageRows
    labels: KnownLabels

    @classmethod
    def from_answers(cls, rows: LanguageRows) -> "TaughtRows":
        """Return rows whose answers are right."""
        return cls(rows, KnownLabels(possible_labels(rows.abusive, rows.hateful), np.zeros(len(rows), np.bool_)))

    @classmethod
    def concat(cls, parts: Sequence["TaughtRows"]) -> "TaughtRows":
        """Return the rows of all parts, one after the other."""
        weights = np.concatenate([part.labels.weights for part in parts])
        known = KnownLabels(weights, np.concatenate([part.labels.is_distribution for part in parts]))
        return cls(LanguageRows.concat([part.rows for part in parts]), known)


def load_english_rows(corpus: Path, *, most: int, seed: int = 0) -> LanguageRows:
    """Return English rows that were read again and may train: all that are not fine, and as many that are, at most ``most``.

    Raises:
        TableError: their table cannot be read.
    """
    columns = read_columns(corpus / _ENGLISH, ("source", "id", "split", "text", "label", "use"))
    abusive, hateful = encode_labels(columns.pop("label"))
    rows = LanguageRows(lang=["en"] * len(abusive), abusive=abusive, hateful=hateful, **columns)
    is_usable = (np.array(rows.split, np.str_) == "train") & (np.array(rows.use, np.str_) == "train") & (rows.abusive != UNKNOWN)
    return rows.take(balanced_sample(rows, np.flatnonzero(is_usable), most=most, seed=seed))


def confusion_of_sources(folder: Path, rows: LanguageRows) -> SourceConfusion:
    """Return how the sources of rows err, by those of their rows that may train and were read again.

    Args:
        folder: of the tables in other languages.
        rows: of the sources, as ``load_language_rows`` returns them.

    Raises:
        TableError: the tables cannot be read.
    """
    reread = load_reread_rows(folder)
    answers: dict[tuple[str, str], tuple[bool | None, bool | None]] = {}
    for source in sorted(set(reread.source)):
        path = folder / f"{source}.parquet"
        if path.is_file():
            columns = read_columns(path, ("id", "abusive", "hateful"))
            given = zip(columns["abusive"], columns["hateful"], strict=True)
            answers |= {(source, row): pair for row, pair in zip(columns["id"], given, strict=True)}
    pairs = [answers.get(key, (None, None)) for key in zip(reread.source, reread.id, strict=True)]
    said_abusive, said_hateful = (encode_answers([pair[question] for pair in pairs]) for question in (0, 1))
    labels = np.where(reread.hateful == 1, 2, reread.abusive).astype(np.int8)
    names = [_family(source) for source in reread.source + rows.source]
    unknown = np.full(len(rows), UNKNOWN, np.int8)
    abusive, hateful = np.concatenate([said_abusive, rows.abusive]), np.concatenate([said_hateful, rows.hateful])
    by_family = estimate_confusion(names, abusive, hateful, np.concatenate([labels, unknown]), counts=np.ones(len(names), np.bool_))
    return SourceConfusion({source: by_family.by_source[_family(source)] for source in set(rows.source)})


def label_source_rows(rows: LanguageRows, confusion: SourceConfusion) -> TaughtRows:
    """Return rows of sources with how likely their answers are for each label; those whose answers say next to nothing are left out."""
    likelihoods = confusion.likelihoods(rows.source, rows.abusive, rows.hateful)
    informative: npt.NDArray[np.intp] = np.flatnonzero(likelihoods.max(1) > _LEAST_RATIO * likelihoods.min(1))
    scaled: FloatArray = likelihoods[informative] / likelihoods[informative].max(1, keepdims=True)
    return TaughtRows(rows.take(informative), KnownLabels(scaled, np.zeros(informative.size, np.bool_)))


def balanced_sample(
    rows: LanguageRows, numbers: npt.NDArray[np.intp], *, most: int, seed: int = 0, leave: Collection[int] = ()
) -> npt.NDArray[np.intp]:
    """Return the numbers of at most ``most`` rows, as many as may be of each source and of each of its answers.

    Args:
        rows: of one language.
        numbers: of the rows to choose from.
        most: how many to choose.
        seed: of the choice.
        leave: numbers of rows that are not to be chosen.
    """
    chance = np.random.default_rng(seed)
    left = np.setdiff1d(numbers, np.array(sorted(leave), np.intp))
    groups: dict[tuple[str, int, int], list[int]] = {}
    for number in chance.permutation(left).tolist():
        groups.setdefault((rows.source[number], int(rows.abusive[number]), int(rows.hateful[number])), []).append(number)
    chosen: list[int] = []
    waiting = sorted(groups.values(), key=len)
    for place, group in enumerate(waiting):
        chosen += group[: (most - len(chosen)) // (len(waiting) - place)]
    return np.array(sorted(chosen), np.intp)


def _family(source: str) -> str:
    return next((family for family in _FAMILIES if source.startswith(family)), source)
