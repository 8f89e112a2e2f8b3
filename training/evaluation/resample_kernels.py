"""The compiled loops of an evaluation: the work that is repeated for each of many resamples."""

from model.numba_cache import kernel

__all__ = ["draw_resample", "group_areas", "slice_areas", "slice_counts"]

_BOTH_IN, _NEGATIVE_IN, _POSITIVE_IN, _POSITIVES, _NEGATIVES = range(5)
"""Rows of the sums of ``slice_areas``: pairs by which of their rows are in the slice, and rows of the slice so far."""


@kernel
def draw_resample(uniform, starts, weights):  # type: ignore[no-untyped-def]
    """Count how often each row is drawn, with replacement, within its stratum.

    Args:
        uniform: numbers in [0, 1), shape (n,).
        starts: where each of s strata starts, and the end; shape (s + 1,).
        weights: how often each row is drawn; int32, shape (n,); is filled.
    """
    weights[:] = 0
    for stratum in range(starts.size - 1):
        first = starts[stratum]
        size = starts[stratum + 1] - first
        for i in range(first, first + size):
            weights[first + min(int(uniform[i] * size), size - 1)] += 1


@kernel
def group_areas(order, positive, last, starts, weights, out):  # type: ignore[no-untyped-def]
    """Fill ``out``, shape (2, g), with the AUC and the average precision of g groups of rows.

    Args:
        order: row numbers, group by group, each by falling score; shape (m,).
        positive: whether each of them is positive; shape (m,).
        last: whether it is the last of its group with its score; shape (m,).
        starts: where each group starts in order, and the end; shape (g + 1,).
        weights: how often each row counts, int32, shape (n,).
        out: NaN is filled in where a group does not answer both ways.
    """
    for group in range(starts.size - 1):
        above = below = 0
        level_positive = level_negative = 0
        pairs = precision = 0.0
        for i in range(starts[group], starts[group + 1]):
            weight = weights[order[i]]
            if positive[i]:
                level_positive += weight
            else:
                level_negative += weight
            if last[i]:
                pairs += level_negative * (above + level_positive / 2)
                above += level_positive
                below += level_negative
                if level_positive:
                    precision += level_positive * (above / (above + below))
                level_positive = level_negative = 0
        both = above > 0 and below > 0
        out[0, group] = pairs / (float(above) * below) if both else float("nan")
        out[1, group] = precision / above if both else float("nan")


@kernel
def slice_areas(order, positive, last, starts, members, weights, out, sums, level):  # type: ignore[no-untyped-def]
    """Fill ``out``, shape (3, s), with subgroup, BPSN and BNSP AUC of s slices (Borkan et al. 2019).

    Pairs of a positive and a negative row are counted three ways: both in the slice; the negative in it; the positive in it.
    BPSN (background positive, subgroup negative) is the second less the first, BNSP the third less the first.

    Args:
        order: row numbers by falling score; shape (m,).
        positive: whether each of them is positive; shape (m,).
        last: whether it is the last one with its score; shape (m,).
        starts: where each row's slices start in members, and the end; shape (n + 1,).
        members: slices, row by row.
        weights: how often each row counts, int32, shape (n,).
        out: NaN is filled in where there are no pairs.
        sums: working memory; float64, shape (5, s).
        level: working memory; float64, shape (2, s).
    """
    sums[:] = 0.0
    level[:] = 0.0
    all_negative = 0.0
    for i in range(order.size):
        if not positive[i]:
            all_negative += weights[order[i]]
    above = below = level_positive = level_negative = 0.0
    start = 0
    for i in range(order.size):
        weight = weights[order[i]]
        if weight != 0:
            if positive[i]:
                level_positive += weight
            else:
                level_negative += weight
            for at in range(starts[order[i]], starts[order[i] + 1]):
                level[0 if positive[i] else 1, members[at]] += weight
        if not last[i]:
            continue
        for j in range(start, i + 1):
            if weights[order[j]] == 0:
                continue
            for at in range(starts[order[j]], starts[order[j] + 1]):
                s = members[at]
                if level[0, s] != 0 or level[1, s] != 0:
                    sums[_BOTH_IN, s] += level[1, s] * (sums[_POSITIVES, s] + level[0, s] / 2)
                    sums[_NEGATIVE_IN, s] += level[1, s] * (above + level_positive / 2)
                    sums[_POSITIVE_IN, s] += level[0, s] * (all_negative - below - level_negative / 2)
                    sums[_POSITIVES, s] += level[0, s]
                    sums[_NEGATIVES, s] += level[1, s]
                    level[0, s] = level[1, s] = 0.0
        above += level_positive
        below += level_negative
        level_positive = level_negative = 0.0
        start = i + 1
    for s in range(level.shape[1]):
        in_positive, in_negative = sums[_POSITIVES, s], sums[_NEGATIVES, s]
        out[0, s] = sums[_BOTH_IN, s] / (in_positive * in_negative) if in_positive * in_negative > 0 else float("nan")
        pairs = (above - in_positive) * in_negative
        out[1, s] = (sums[_NEGATIVE_IN, s] - sums[_BOTH_IN, s]) / pairs if pairs > 0 else float("nan")
        pairs = in_positive * (below - in_negative)
        out[2, s] = (sums[_POSITIVE_IN, s] - sums[_BOTH_IN, s]) / pairs if pairs > 0 else float("nan")


@kernel
def slice_counts(starts, members, kinds, flagged, weights, out):  # type: ignore[no-untyped-def]
    """Fill ``out``, shape (k, 2, s): rows of each of k kinds in each of s slices, and how many of these score above a threshold.

    Args:
        starts: where each row's slices start in members, and the end; shape (n + 1,).
        members: slices, row by row.
        kinds: whether a row is of each kind; bool, shape (n, k).
        flagged: whether a row scores above the threshold of each kind; bool, shape (n, k).
        weights: how often each row counts, int32, shape (n,).
        out: float64; is filled.
    """
    out[:] = 0.0
    for row in range(weights.size):
        weight = weights[row]
        if weight == 0:
            continue
        for kind in range(kinds.shape[1]):
            if kinds[row, kind]:
                for at in range(starts[row], starts[row + 1]):
                    out[kind, 0, members[at]] += weight
                    if flagged[row, kind]:
                        out[kind, 1, members[at]] += weight
