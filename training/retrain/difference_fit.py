"""Fits differences to the champion's label heads on rulings: on all of them, or on any part, as cross-fitting needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from model.array_types import BoolArray, FloatArray, Int32Array, IntArray
from model.artefact.folder import StoredArtefact, read_artefact
from model.classifier import Classifier
from model.moderator import build_classifier
from model.ngrams.heads import LABEL_HEADS
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.reader import extract_features
from model.normaliser.version import normaliser_version
from model.profile import Profile
from model.text.pipeline import prepare
from model.threads import available_cores
from training.label_noise.known_labels import KnownLabels
from training.retrain.difference import Difference, apply_difference
from training.retrain.difference_kernels import add_features
from training.retrain.row_shares import weigh_rulings
from training.retrain.ruling_rows import RulingRows
from training.retrain.solver import FitProblem, solve

__all__ = ["DifferenceFit"]

_SHARING = 0.5  # weight of a hateful row in the head of abuse, as in FitSettings
_STRENGTH = 3.0
_MIXING_STRENGTH = 0.15  # for each row


@dataclass(frozen=True, eq=False)
class _Features:
    """The features of n rows: a CSR matrix whose columns are the features that occur, by their buckets in ascending order."""

    starts: IntArray
    features: Int32Array
    amounts: NDArray[np.float32]
    buckets: Int32Array


class DifferenceFit:
    """Fits differences to the label heads of a champion. Nothing depends on the order of the rows, nor on the number of threads.

    Args:
        champion: its folder, or what was read from it.
        rows: the rulings, and other labelled rows.
        profile: which readers ``scores`` speaks for.
        learned: whether each row has taught the champion or one of those that it comes from; None for none.
        threads: how many may read texts at once; None for all cores.

    Raises:
        ArtefactError: the champion cannot be read, or has another normaliser.
    """

    def __init__(
        self,
        champion: Path | StoredArtefact,
        rows: RulingRows,
        *,
        profile: Profile = Profile.FAST,
        learned: Sequence[bool] | BoolArray | None = None,
        threads: int | None = None,
    ) -> None:
        self._threads = threads or available_cores()
        self.stored = read_artefact(champion, normaliser=normaliser_version()) if isinstance(champion, Path) else champion
        self.champion = build_classifier(self.stored)
        self.rows = rows
        self.profile = profile
        self._order = _canonical_order(rows)
        self._place = np.empty(len(rows), np.intp)
        self._place[self._order] = np.arange(len(rows))
        self._sorted = rows.take(self._order)
        self._learned = np.zeros(len(rows), np.bool_) if learned is None else np.asarray(learned, np.bool_)[self._order]
        self._texts = prepare(self._sorted.labelled.comments())
        self._known = KnownLabels.from_answers(self._sorted.labelled).weights
        self._weights = weigh_rulings(self._sorted)
        raw = self.champion.raw_scores(self._texts, threads=self._threads)
        self._offset = raw.log_odds[:, :LABEL_HEADS] * self.champion.slopes[:LABEL_HEADS] + self.champion.intercepts[:LABEL_HEADS]
        self._features = _extract(self.champion, self._texts, self._threads)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def weights(self, row_numbers: NDArray[np.intp]) -> FloatArray:
        """Return what some rows weigh in the fit of all, shape (n,); see ``weigh_rulings``."""
        return self._weights[self._place[row_numbers]]

    @cached_property
    def strength(self) -> float:
        """The penalty that suits these rows; infinite where no difference would be better than the champion."""
        return _STRENGTH

    def fit(self, row_numbers: NDArray[np.intp], *, strength: float | None = None) -> Difference:
        """Return the difference that some rows teach.

        Args:
            row_numbers: the rows, in any order; rows that teach nothing, or one class alone, add nothing.
            strength: the penalty; None for that which suits all rows.
        """
        places = np.sort(self._place[row_numbers]).astype(np.int64)
        penalty = self.strength if strength is None else strength
        weights = weigh_rulings(self._sorted.take(places))
        counted = weights > 0
        places, weights = places[counted], weights[counted]
        if not np.isfinite(penalty) or not _teaches(self._known[places]):
            return Difference.none()
        features = self._features
        columns = self._offset[places]
        means = columns.mean(axis=0)
        problem = FitProblem(
            features.starts,
            features.features,
            features.amounts,
            places,
            columns - means,
            columns,
            self._known[places],
            weights,
            _SHARING,
        )
        costs = np.full((LABEL_HEADS, LABEL_HEADS), _MIXING_STRENGTH * weights.sum())
        with threadpool_limits(1):
            solution = solve(problem, features=features.buckets.size, strength=penalty, column_strength=costs)
        changed = solution.features.any(axis=1)
        constants = -(means @ solution.columns)
        return Difference(features.buckets[changed], solution.features[changed], solution.columns, constants, penalty)

    def log_odds(self, difference: Difference | None, row_numbers: NDArray[np.intp]) -> FloatArray:
        """Return the calibrated log-odds of the label heads that champion and difference together give some rows, shape (n, 2).

        The windows of long comments are those of the champion; ``scores`` chooses them anew.
        """
        places = self._place[row_numbers].astype(np.int64)
        log_odds = self._offset[places].copy()
        if difference is None or difference.is_none:
            return log_odds
        own = np.zeros((self._features.buckets.size, LABEL_HEADS))
        at = np.searchsorted(self._features.buckets, difference.buckets)
        found = at < self._features.buckets.size
        found[found] = self._features.buckets[at[found]] == difference.buckets[found]
        own[at[found]] = difference.weights[found]
        mixed = log_odds[:, :1] * difference.mixing[0] + log_odds[:, 1:] * difference.mixing[1]
        log_odds += mixed + difference.intercepts
        add_features(self._features.starts, self._features.features, self._features.amounts, places, own, log_odds)
        return log_odds

    def classifier(self, difference: Difference | None) -> Classifier:
        """Return the classifier of the n-grams that champion and difference make together, as an artefact stores it."""
        return self.champion if difference is None else apply_difference(self.champion, difference)

    def scores(self, difference: Difference | None, row_numbers: NDArray[np.intp]) -> FloatArray:
        """Return the probabilities of fine, toxic and hateful that the stored artefact would give some rows, shape (n, 3).

        Calibration, thresholds and combination are those of the champion: they are refitted when a candidate is written.
        """
        texts = [self._texts[place] for place in self._place[row_numbers].tolist()]
        return self.classifier(difference).score(texts, threads=self._threads).scores


def _teaches(known: FloatArray) -> bool:
    """Return whether rows, by what is known of their labels, tell two labels apart."""
    return bool(known.any(axis=0).all() and (known.min(axis=1) < known.max(axis=1)).any()) and bool((known == 0).any(axis=0).sum() > 1)


def _canonical_order(rows: RulingRows) -> NDArray[np.intp]:
    """Return the numbers of the rows in an order that is the same in whatever order they come."""
    labelled = rows.labelled
    keys = []
    for row, text in enumerate(labelled.text):
        context = labelled.context[row] if labelled.context is not None else None
        about = (labelled.abusive[row], labelled.hateful[row], labelled.weight[row], context, rows.person[row], rows.role[row])
        facts = (float(rows.created_at[row]), int(rows.agreeing[row]), int(rows.contesting[row]), rows.language[row], rows.community[row])
        answers = [(name, int(answers[row])) for name, answers in labelled.attributes.items() if answers[row] >= 0]
        origin = (labelled.source[row], labelled.id[row])
        keys.append(
            sha256(repr((text, [str(fact) for fact in (*about, *facts)], answers, origin)).encode("utf-8", "surrogatepass")).digest()
        )
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.intp)


def _extract(classifier: Classifier, texts: list[bytes], threads: int) -> _Features:
    settings = classifier.reader.settings
    buckets, counts = extract_features(pack_bytes(texts), settings=settings, lexicon=classifier.reader.lexicon, threads=threads)
    with np.errstate(divide="ignore"):
        amounts = (settings.factors / np.sqrt(counts)).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(counts.sum(axis=1, dtype=np.int64))])
    occurs = np.zeros(1 << settings.bits, np.bool_)
    occurs[buckets] = True
    numbers = (np.cumsum(occurs, dtype=np.int64) - 1).astype(np.int32)
    return _Features(starts, numbers[buckets], np.repeat(amounts.ravel(), counts.ravel()), np.flatnonzero(occurs).astype(np.int32))
