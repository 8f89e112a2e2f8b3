"""The rows that a language pack learns from and is judged by.

It learns from the rows of public sources, of its own language and of its kin, which are noisy; from those that were read again by our
definitions, which count fifteen times as much; and from comments of our own, which count ten times as much.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.artefact.manifest import DataSource
from model.comment import Label
from training.authored.language_comments import LanguageComment, load_language_comments
from training.languages.corpus_rows import LANGUAGES_FOLDER, LanguageRows, load_language_rows, load_reread_rows
from training.languages.language_sources import LANGUAGE_SOURCES
from training.languages.pack_plans import PACK_PLANS
from training.tables.labelled import Labelled, Place

__all__ = ["CorpusOfLanguages", "fold_numbers"]

_REREAD_WEIGHT, _AUTHORED_WEIGHT = 15.0, 10.0
_KIN_WEIGHT = 0.5  # of a row of another language, as a share of that of one of the own
_MOST_MEASURED = 600  # rows that a pack is measured on by the labels of their sources
_MOST_NOISY, _MOST_NOISY_KIN = 45_000, 6_000  # rows that nobody read again, of the own language and of each of its kin
_AUTHORED_LICENCE, _AUTHORED_ORIGIN = "Apache-2.0", "written for Tipstaff: training/authored/languages"


class CorpusOfLanguages:
    """The rows of all languages, read once.

    Args:
        folder: where the tables of the corpus lie.
    """

    def __init__(self, folder: Path = LANGUAGES_FOLDER) -> None:
        self._folder = folder
        self._noisy = load_language_rows(folder)
        self._noisy_dev = load_language_rows(folder, split="dev", measured=True)
        self._reread = load_reread_rows(folder)
        self._reread_dev = load_reread_rows(folder, split="dev", measured=True)

    def learnable_rows(self, tag: str) -> Labelled:
        """Return the rows that the pack of a language learns from, each with its weight; those that were read again are marked so."""
        parts = [self._own_rows(tag)]
        for kin in PACK_PLANS[tag].kin:
            rows = self._own_rows(kin, most=_MOST_NOISY_KIN)
            parts.append(replace(rows, weight=rows.weight * _KIN_WEIGHT, reread=np.zeros(len(rows), np.bool_)))
        return Labelled.concat(parts)

    def measured_rows(self, tag: str) -> Labelled:
        """Return the dev rows of a language that were read again; the weight of those that may only measure is 0."""
        rows = _of_language(self._reread_dev, tag)
        may_choose = np.array([use == "train" for use in rows.use], np.float64)
        return replace(_labelled(rows, reread=True), weight=may_choose)

    def noisy_measured_rows(self, tag: str) -> Labelled:
        """Return the dev rows of a language by the answers of their sources, some hundreds, with the weight 0: they choose nothing."""
        rows = _labelled(_of_language(self._noisy_dev, tag))
        rows = rows.take(np.sort(np.random.default_rng(0).permutation(len(rows))[:_MOST_MEASURED]))
        return replace(rows, weight=np.zeros(len(rows)))

    def describe(self, rows: Labelled) -> tuple[DataSource, ...]:
        """Return the origin of rows, source by source, for a manifest."""
        names, counts = np.unique(np.array(rows.source, np.str_), return_counts=True)
        described = []
        for name, count in zip(names.tolist(), counts.tolist(), strict=True):
            if name in LANGUAGE_SOURCES:
                source = LANGUAGE_SOURCES[name]
                sha256 = hashlib.sha256((self._folder / f"{name}.parquet").read_bytes()).hexdigest()
                described.append(DataSource(source=name, sha256=sha256, rows=count, licence=source.licence, origin=source.origin))
            else:
                texts = "\n".join(text for text, source in zip(rows.text, rows.source, strict=True) if source == name)
                sha256 = hashlib.sha256(texts.encode()).hexdigest()
                described.append(DataSource(source=name, sha256=sha256, rows=count, licence=_AUTHORED_LICENCE, origin=_AUTHORED_ORIGIN))
        return tuple(described)

    def _own_rows(self, tag: str, *, most: int = _MOST_NOISY) -> Labelled:
        """Return the rows of one language: noisy ones, at most so many, then those read again, then those of our own."""
        noisy = _labelled(_of_language(self._noisy, tag))
        if len(noisy) > most:
            noisy = noisy.take(np.sort(np.random.default_rng(0).permutation(len(noisy))[:most]))
        noisy = replace(noisy, weight=np.array([LANGUAGE_SOURCES[source].weight for source in noisy.source], np.float64))
        reread = _labelled(_of_language(self._reread, tag), reread=True)
        reread = replace(reread, weight=np.full(len(reread), _REREAD_WEIGHT))
        return Labelled.concat([noisy, reread, _authored(load_language_comments(tag))])


def fold_numbers(rows: Labelled, folds: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the number of the fold that each row belongs to, by a hash of its text, so that copies of a text stay together; shape (n,)."""
    digests = [hashlib.sha256(" ".join(text.casefold().split()).encode("utf-8", "surrogatepass")).digest() for text in rows.text]
    return np.array([int.from_bytes(digest[:4], "big") % folds for digest in digests], np.int64)


def _of_language(rows: LanguageRows, tag: str) -> LanguageRows:
    return rows.take(np.array(rows.lang, np.str_) == tag)


def _labelled(rows: LanguageRows, *, reread: bool = False) -> Labelled:
    return replace(rows.labelled(), reread=np.full(len(rows), reread, np.bool_))


def _authored(comments: Sequence[LanguageComment]) -> Labelled:
    n = len(comments)
    return Labelled(
        text=[comment.text for comment in comments],
        abusive=np.array([comment.label is not Label.FINE for comment in comments], np.int8),
        hateful=np.array([comment.label is Label.HATEFUL for comment in comments], np.int8),
        source=[comment.source for comment in comments],
        split=["train"] * n,
        id=[str(number) for number in range(n)],
        weight=np.full(n, _AUTHORED_WEIGHT),
        target=[None] * n,
        attributes={},
        place=[Place(comment.source, number) for number, comment in enumerate(comments, 1)],
    )
