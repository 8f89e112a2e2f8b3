"""Fits differences to the champion's label heads on rulings: on all of them, or on any part, as cross-fitting needs."""

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from model.array_types import BoolArray, FloatArray
from model.artefact.folder import StoredArtefact
from model.classifier import Classifier
from model.encoder.combined import CombinedReader
from model.moderator import Moderator, build_classifier
from model.ngrams.heads import ABUSIVE_HEAD, HATEFUL_HEAD, LABEL_HEADS
from model.profile import DEFAULT_RISK, Profile
from model.threads import available_cores
from training.both_readers.encoder_log_odds import read_by_encoder
from training.both_readers.long_reading import scores_from_log_odds
from training.label_noise.known_labels import KnownLabels
from training.languages.read_model import is_pack, read_model
from training.retrain.cross_fitting import RankGain, choose_strength, fold_places, rank_gain
from training.retrain.difference import Difference, apply_difference
from training.retrain.row_languages import unlearned_languages
from training.retrain.row_shares import weigh_rulings
from training.retrain.ruling_rows import RulingRows
from training.retrain.site_features import SiteFeatures, anchor_texts, extract_site_features
from training.retrain.solver import FitProblem, Penalty, solve, taught_heads
from training.tables.labelled import Labelled

__all__ = ["CanonicalRows", "DifferenceFit"]

_SHARING = 0.9  # weight of a hateful row in the head of abuse, as in the fit of the shipped model
_STRENGTHS = (0.7, 4.0, np.inf)  # the penalty for each unit of the weight of a feature that may move freely: the usual one first
_STRENGTHS_ABROAD = (0.3, 0.1, 0.7, 4.0, np.inf)  # where most rows are in languages of which the champion knows nothing worth keeping
_MIXING, _ANCHOR = 0.15, 1.25
_MANY_ROWS = 20_000
_MOST_CROSS_FITTED = 8_000  # rows; more say nothing new about the strength, nor about calibration and thresholds
_EXACT, _ROUGH = 1e-7, 1e-5  # tolerance of fits; the rough one where they only compare, and where rows are so many that it is small enough


class CanonicalRows(NamedTuple):
    """The rows of a fit in the order that is the same in whatever order they came.

    Attributes:
        labelled: the rows and their answers.
        texts: of the rows, in the form of the champion.
        weights: what each weighs, shape (n,).
        features: of the rows.
        folds: the places of the rows of each fold.
    """

    labelled: Labelled
    texts: list[bytes]
    weights: FloatArray
    features: SiteFeatures
    folds: list[NDArray[np.intp]]


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
        self.stored = read_model(champion) if isinstance(champion, Path) else champion
        self.champion = build_classifier(self.stored)
        self.rows = rows
        self.profile = profile
        self._order = _canonical_order(rows)
        self._place = np.empty(len(rows), np.intp)
        self._place[self._order] = np.arange(len(rows))
        self._sorted = rows.take(self._order)
        self._learned = np.zeros(len(rows), np.bool_) if learned is None else np.asarray(learned, np.bool_)[self._order]
        self._texts = self.champion.reader.form.prepare(self._sorted.labelled.comments())
        self._known = KnownLabels.from_answers(self._sorted.labelled).weights
        self._weights = weigh_rulings(self._sorted)
        self._offset = self._calibrated(self._texts)
        self._features = extract_site_features(self.champion, self._texts, threads=self._threads)
        anchors = anchor_texts(self.champion.reader.form)
        self._anchor_abuse = float(self._calibrated(anchors)[:, ABUSIVE_HEAD].mean()) if anchors else 0.0
        self._encoder_log_odds: FloatArray | None = None
        self._fits: dict[float, list[Difference]] = {}

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def for_profile(self, profile: Profile) -> "DifferenceFit":
        """Return the same fits, of which ``scores`` speaks for other readers."""
        if profile is self.profile:
            return self
        other = copy(self)
        other.profile = profile
        other.__dict__.pop("_combined", None)
        return other

    def weights(self, row_numbers: NDArray[np.intp]) -> FloatArray:
        """Return what some rows weigh in the fit of all, shape (n,); see ``weigh_rulings``."""
        return self._weights[self._place[row_numbers]]

    @property
    def canonical(self) -> CanonicalRows:
        """The rows in canonical order, with what was made of them."""
        return CanonicalRows(self._sorted.labelled, self._texts, self._weights, self._features, self._folds)

    def _calibrated(self, texts: list[bytes]) -> FloatArray:
        return self.champion.calibrated_log_odds(texts, threads=self._threads).log_odds[:, :LABEL_HEADS]

    @cached_property
    def languages(self) -> list[str | None]:
        """The language of each row that the champion has not learned, None for the others."""
        manifest = self.stored.manifest
        return [None] * len(self) if is_pack(manifest) else unlearned_languages(self.rows, manifest.languages)

    @cached_property
    def _is_abroad(self) -> bool:
        return sum(language is not None for language in self.languages) > len(self) / 2

    @cached_property
    def strength(self) -> float:
        """The penalty that suits these rows best, by cross-validation; infinite where the champion is better without any difference."""
        return choose_strength(_STRENGTHS_ABROAD if self._is_abroad else _STRENGTHS, self._cross_fitted_gains)

    @cached_property
    def _folds(self) -> list[NDArray[np.intp]]:
        return fold_places(self._sorted, np.flatnonzero(~self._learned)[:_MOST_CROSS_FITTED])

    @property
    def folds(self) -> list[NDArray[np.intp]]:
        """The numbers of the rows of each fold: of those that have not taught the champion, at most some thousands."""
        return [self._order[fold] for fold in self._folds]

    def fold_differences(self, strength: float | None = None) -> list[Difference]:
        """Return for each fold the difference that the other rows teach.

        Args:
            strength: the penalty; None for that which suits all rows.
        """
        penalty = self.strength if strength is None else strength
        if penalty not in self._fits:
            rest = np.flatnonzero(self._learned)[:_MOST_CROSS_FITTED]
            others = [[rest, *(own for place, own in enumerate(self._folds) if place != number)] for number in range(len(self._folds))]
            self._fits[penalty] = [self._fit(np.concatenate(parts), penalty, tolerance=_ROUGH) for parts in others]
        return self._fits[penalty]

    def _cross_fit(self, strength: float) -> FloatArray:
        """Return the log-odds that fits without each fold give it, fold after fold."""
        folds = zip(self.fold_differences(strength), self._folds, strict=True)
        return np.concatenate([self._log_odds(difference, fold) for difference, fold in folds])

    def _cross_fitted_gains(self, old: float, new: float) -> list[RankGain]:
        """Return what fits with a new penalty gain over those with an old one, for each question that the rows answer."""
        places = np.concatenate(self._folds)
        before, after, labelled = self._cross_fit(old), self._cross_fit(new), self._sorted.labelled
        gains = []
        for answers, rank in ((labelled.hateful[places], _hateful), (labelled.abusive[places], _abusive)):
            rows = np.flatnonzero((answers >= 0) & (self._weights[places] > 0))
            gains.append(rank_gain(answers[rows] == 1, self._weights[places[rows]], rank(before[rows]), rank(after[rows])))
        return [gain for gain in gains if gain is not None]

    def cross_fitted(self) -> tuple[NDArray[np.intp], FloatArray]:
        """Return rows that have not taught the champion, and the calibrated log-odds that fits without them give them.

        Returns:
            Row numbers, shape (m,), at most some thousands, and log-odds of the two label heads, shape (m, 2).
        """
        return self._order[np.concatenate(self._folds)], self._cross_fit(self.strength)

    def fit(self, row_numbers: NDArray[np.intp], *, strength: float | None = None) -> Difference:
        """Return the difference that some rows teach.

        Args:
            row_numbers: the rows, in any order; rows that teach nothing, or one class alone, add nothing.
            strength: the penalty; None for that which suits all rows.
        """
        return self._fit(np.sort(self._place[row_numbers]), self.strength if strength is None else strength)

    def _fit(self, places: NDArray[np.intp], strength: float, *, tolerance: float = _EXACT) -> Difference:
        weights = weigh_rulings(self._sorted.take(places))
        places, weights = places[weights > 0].astype(np.int64), weights[weights > 0]
        if not np.isfinite(strength) or not taught_heads(self._known[places]).any():
            return Difference.none()
        features = self._features.take(places)
        problem = FitProblem(features.matrix, np.arange(places.size), self._offset[places], self._known[places], weights, features.anchor)
        costs = Penalty(strength / features.scales**2, mixing=np.inf if self._is_abroad else _MIXING, anchor=_ANCHOR, sharing=_SHARING)
        with threadpool_limits(1):
            solution = solve(problem, costs, tolerance=_ROUGH if places.size > _MANY_ROWS else tolerance)
        mixing = np.zeros((LABEL_HEADS, LABEL_HEADS))
        mixing[ABUSIVE_HEAD, HATEFUL_HEAD] = solution.mixing
        # So that ordinary comments are called hateful as often as before, whatever is mixed in.
        constants = np.array([-self._anchor_abuse * solution.mixing, 0.0])
        changed = solution.features.any(axis=1)
        return Difference(features.buckets[changed], solution.features[changed], mixing, constants, strength)

    def log_odds(self, difference: Difference | None, row_numbers: NDArray[np.intp]) -> FloatArray:
        """Return the calibrated log-odds of the label heads that champion and difference together give some rows, shape (n, 2).

        The windows of long comments are those of the champion; ``scores`` chooses them anew.
        """
        return self._log_odds(difference, self._place[row_numbers])

    def _log_odds(self, difference: Difference | None, row_places: NDArray[np.intp]) -> FloatArray:
        places = row_places.astype(np.int64)
        log_odds = self._offset[places].copy()
        if difference is None or difference.is_none:
            return log_odds
        own = np.zeros((self._features.buckets.size, LABEL_HEADS))
        at = np.searchsorted(self._features.buckets, difference.buckets)
        found = at < self._features.buckets.size
        found[found] = self._features.buckets[at[found]] == difference.buckets[found]
        own[at[found]] = difference.weights[found]
        log_odds += log_odds[:, :1] * difference.mixing[0] + log_odds[:, 1:] * difference.mixing[1] + difference.intercepts
        self._features.matrix.add(places, own, log_odds)
        return log_odds

    def classifier(self, difference: Difference | None) -> Classifier:
        """Return the classifier of the n-grams that champion and difference make together, as an artefact stores it."""
        return self.champion if difference is None else apply_difference(self.champion, difference)

    def scores(self, difference: Difference | None, row_numbers: NDArray[np.intp]) -> FloatArray:
        """Return the probabilities of fine, toxic and hateful that the stored artefact would give some rows, shape (n, 3).

        Calibration, thresholds and combination are those of the champion: they are refitted when a candidate is written.
        """
        classifier, places = self.classifier(difference), self._place[row_numbers]
        raw = classifier.raw_scores([self._texts[place] for place in places.tolist()], threads=self._threads)
        combined, heads = self._combined, slice(0, LABEL_HEADS)
        if combined is None:
            return raw.scores
        ngrams = raw.log_odds[:, heads]
        ngrams_weight, encoder_weight, constant = combined.combination[:, heads]
        both = scores_from_log_odds(ngrams_weight * ngrams + encoder_weight * self._by_encoder(combined)[places] + constant)
        if self.profile is Profile.FULL:
            return both
        alone = combined.alone
        unread = raw.scores if alone is None else scores_from_log_odds(alone[0, heads] * ngrams + alone[1, heads])
        is_read = 1 - raw.scores[:, :1] >= combined.encoder_threshold(DEFAULT_RISK)
        return np.where(is_read, both, unread)

    @cached_property
    def _combined(self) -> CombinedReader | None:
        if self.profile is Profile.FAST or len(self.stored.manifest.readers) == 1:
            return None
        return Moderator(self.stored, profile=Profile.FULL).combined

    def _by_encoder(self, combined: CombinedReader) -> FloatArray:
        """Return the log-odds of the label heads by the encoder, of all rows; each read as a whole, as far as it fits."""
        if self._encoder_log_odds is None:
            self._encoder_log_odds = read_by_encoder(combined, self.champion.reader.form, self._sorted.labelled, threads=self._threads)
        return self._encoder_log_odds


def _hateful(log_odds: FloatArray) -> FloatArray:
    return log_odds[:, HATEFUL_HEAD]


def _abusive(log_odds: FloatArray) -> FloatArray:
    """Return the log-odds that at least one of the heads says yes."""
    no = -np.logaddexp(0, log_odds).sum(axis=1)
    log_odds_of_either: FloatArray = np.log(-np.expm1(np.minimum(no, -1e-300))) - no
    return log_odds_of_either


def _canonical_order(rows: RulingRows) -> NDArray[np.intp]:
    """Return the numbers of the rows in an order that is the same in whatever order they come.

    Source and id are no part of it, which may be names of files and numbers of lines: rows that are the same otherwise are interchangeable.
    """
    labelled = rows.labelled
    keys = []
    for row, text in enumerate(labelled.text):
        context = labelled.context[row] if labelled.context is not None else None
        about = (labelled.abusive[row], labelled.hateful[row], labelled.weight[row], context, rows.person[row], rows.role[row])
        facts = (float(rows.created_at[row]), int(rows.agreeing[row]), int(rows.contesting[row]), rows.language[row], rows.community[row])
        answers = [(name, int(answers[row])) for name, answers in labelled.attributes.items() if answers[row] >= 0]
        keys.append(sha256(repr((text, [str(fact) for fact in (*about, *facts)], answers)).encode("utf-8", "surrogatepass")).digest())
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.intp)
