"""How much each label of a table is to be doubted, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from model.array_types import BoolArray, FloatArray, IntArray
from model.decisions import CommentJudge
from model.errors import TableError
from training.label_noise.known_labels import possible_labels
from training.label_quality.answer_classes import contradicts, group_by_classes
from training.label_quality.confident_learning import estimate_wrong_share, find_confident_classes
from training.label_quality.fold_assignment import assign_folds, cluster_texts
from training.label_quality.nearest_texts import NearestTexts, find_nearest_texts
from training.label_quality.out_of_fold import extract_ngrams, model_log_odds, neighbour_log_odds, ngram_log_odds
from training.label_quality.stacking import stack_out_of_fold
from training.metrics.estimate import Estimate
from training.tables.duplicates import NEAR_SIMILARITY, canonical_key
from training.tables.labelled import Labelled
from training.terminal import StepProgress

__all__ = ["FEWEST_ROWS", "LabelDoubts", "find_doubts"]

FEWEST_ROWS = 20
"""The fewest rows whose labels are worth checking against each other."""
_MOST_MATES = 64  # copies or near duplicates of a row that are looked at
_NEAR_SHARE = 0.5  # how much a near duplicate with another label counts beside a copy: small differences may change the answer


@dataclass(frozen=True, eq=False)
class LabelDoubts:
    """The doubts about the given answers of n rows.

    Attributes:
        rows: the n rows.
        given: (n,) the answer of each in words: its label, or "abusive" or "not hateful" if it answers that question alone.
        suggested: (n,) what the models take it for, in the same words; the given answer where they agree with it.
        probability: (n,) of the given answer, by models that have not seen the row.
        doubt: (n,) from 0 to 1, by models, copies and near duplicates together.
        is_wrong: (n,) whether confident learning estimates that the given answer is wrong.
        reasons: (n,) why it is doubted: of "contradiction", "neighbour" and "model" those that hold.
        neighbour: (n,) the number of the row that contradicts it: a copy, a near duplicate or a near row; -1 where none does.
        order: (n,) row numbers, the most doubtful first.
        wrong_share: the estimated share of wrong answers.
    """

    rows: Labelled
    given: list[str]
    suggested: list[str]
    probability: FloatArray
    doubt: FloatArray
    is_wrong: BoolArray
    reasons: list[tuple[str, ...]]
    neighbour: IntArray
    order: npt.NDArray[np.intp]
    wrong_share: Estimate


def find_doubts(rows: Labelled, judge: CommentJudge, *, folds: int = 5, seed: int = 0, progress: StepProgress) -> LabelDoubts:
    """Return the doubts about the labels of rows.

    Args:
        rows: each answers one of the two questions at least.
        judge: an existing model, whose scores are joined with what is fitted to the rows.
        folds: how many parts the rows are divided into; what judges a part was fitted to the others.
        seed: of the order in which rows are fitted.
        progress: called with the step that runs and the share of it that is done.

    Raises:
        TableError: there are too few rows, or all give the same answer.
    """
    if len(rows) < FEWEST_ROWS:
        raise TableError(f"{len(rows)} rows with a label are too few to check against each other: give {FEWEST_ROWS} at least")
    groups = group_by_classes(rows)
    progress("comparing", 0.0)
    keys = [canonical_key(text) for text in rows.text]
    clusters = cluster_texts(keys, np.column_stack([rows.abusive, rows.hateful]), threshold=NEAR_SIMILARITY)
    strata = list(zip(rows.source, rows.abusive.tolist(), rows.hateful.tolist(), strict=True))
    fold_of = assign_folds(keys, strata, clusters, count=folds)
    features = extract_ngrams(rows)
    nearest = _find_neighbours(features, keys, clusters)
    inputs = np.stack(
        [
            np.ones((len(rows), 2)),
            model_log_odds(judge, rows, progress=_report(progress, "scoring")),
            ngram_log_odds(rows, features, fold_of, seed=seed, progress=_report(progress, "fitting")),
            neighbour_log_odds(rows, nearest),
        ],
        axis=2,
    )
    progress("judging", 0.0)
    of_labels = stack_out_of_fold(inputs, possible_labels(rows.abusive, rows.hateful), fold_of)
    given, suggested = [""] * len(rows), [""] * len(rows)
    probability, is_wrong, parts = np.zeros(len(rows)), np.zeros(len(rows), np.bool_), []
    for group in groups:
        of_classes = group.probabilities(of_labels)
        means = np.array([of_classes[group.examples[:, number], number].mean() for number in range(len(group.names))])
        classes = find_confident_classes(of_classes[group.rows], group.given, means=means)
        probability[group.rows] = of_classes[group.rows, group.given]
        is_wrong[group.rows] = classes.is_wrong
        for row, its_class, other in zip(group.rows.tolist(), group.given.tolist(), classes.suggested.tolist(), strict=True):
            given[row], suggested[row] = group.names[its_class], group.names[other]
        parts.append(classes)
    opposed = _Opposition.among(rows, keys, clusters, nearest)
    # Rounded, so that rounding errors of sums decide no order.
    doubt = np.round(1 - probability * (1 - opposed.by_copies) * (1 - _NEAR_SHARE * opposed.by_near_duplicates), 6)
    return LabelDoubts(
        rows=rows,
        given=given,
        suggested=suggested,
        probability=probability,
        doubt=doubt,
        is_wrong=is_wrong,
        reasons=[
            _reasons(*flags)
            for flags in zip((opposed.by_copies > 0).tolist(), opposed.by_neighbours.tolist(), is_wrong.tolist(), strict=True)
        ],
        neighbour=opposed.row,
        order=np.argsort(-doubt, kind="stable"),
        wrong_share=estimate_wrong_share(parts, seed=seed),
    )


def _report(progress: StepProgress, step: str) -> Callable[[float], None]:
    return lambda share: progress(step, share)


def _reasons(is_contradicted: np.bool_, is_opposed: np.bool_, is_wrong: np.bool_) -> tuple[str, ...]:
    return tuple(name for name, holds in (("contradiction", is_contradicted), ("neighbour", is_opposed), ("model", is_wrong)) if holds)


def _find_neighbours(features: csr_matrix, keys: Sequence[str], clusters: IntArray) -> NearestTexts:
    """Return the nearest rows of each row, of rows with the same text the first alone."""
    _, first, texts = np.unique(np.array(keys, dtype=object), return_index=True, return_inverse=True)
    nearest = find_nearest_texts(features[first], clusters[first])
    of_rows = np.where(nearest.texts >= 0, first[nearest.texts], -1)
    return NearestTexts(of_rows[texts], nearest.similarity[texts])


@dataclass(frozen=True, eq=False)
class _Opposition:
    """What other rows say against the answers of n rows.

    Attributes:
        by_copies: (n,) share of the copies of the text, itself included, that contradict it.
        by_near_duplicates: (n,) the same of its near duplicates.
        by_neighbours: (n,) whether a near duplicate contradicts it, or more of the near rows do than agree.
        row: (n,) a row that contradicts it, -1 if none does.
    """

    by_copies: FloatArray
    by_near_duplicates: FloatArray
    by_neighbours: BoolArray
    row: IntArray

    @classmethod
    def among(cls, rows: Labelled, keys: Sequence[str], clusters: IntArray, nearest: NearestTexts) -> "_Opposition":
        count = len(rows)
        by_copies, by_near = np.zeros(count), np.zeros(count)
        by_neighbours, opponent = np.zeros(count, np.bool_), np.full(count, -1, np.int64)
        # The same answer to another question is neither a copy nor a near duplicate.
        contexts = rows.context or [None] * count
        for mates in _clusters_of_several(clusters):
            for row in mates:
                others = [mate for mate in mates if mate != row and (keys[mate] != keys[row] or contexts[mate] == contexts[row])]
                is_copy = [keys[mate] == keys[row] for mate in others]
                against = [contradicts(rows, row, mate) for mate in others]
                copies_against = [mate for mate, copy, no in zip(others, is_copy, against, strict=True) if copy and no]
                near_against = [mate for mate, copy, no in zip(others, is_copy, against, strict=True) if no and not copy]
                by_copies[row] = len(copies_against) / (sum(is_copy) + 1)
                by_near[row] = len(near_against) / (len(others) - sum(is_copy) + 1)
                by_neighbours[row] = bool(near_against)
                opponent[row] = next(iter(copies_against + near_against), -1)
        for row, (theirs, similarity) in enumerate(zip(nearest.texts.tolist(), nearest.similarity.tolist(), strict=True)):
            pairs = [(other, amount) for other, amount in zip(theirs, similarity, strict=True) if other >= 0]
            opposing = [(other, amount) for other, amount in pairs if contradicts(rows, row, other)]
            # One near row may well differ; two that do are worth a look.
            if len(opposing) > 1 and 2 * sum(amount for _, amount in opposing) > sum(amount for _, amount in pairs):
                by_neighbours[row] = True
                opponent[row] = opponent[row] if opponent[row] >= 0 else opposing[0][0]
        return cls(by_copies, by_near, by_neighbours, opponent)


def _clusters_of_several(clusters: IntArray) -> list[list[int]]:
    """Return the rows of each cluster of two rows or more; of a large one in parts, so that the work grows with the rows alone."""
    order = np.argsort(clusters, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(clusters[order])) + 1)
    return [
        part
        for group in members
        if len(group) > 1
        for part in (group[start : start + _MOST_MATES].tolist() for start in range(0, len(group), _MOST_MATES))
    ]
