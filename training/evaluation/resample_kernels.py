"""The compiled loops of an evaluation: what is repeated for each of many resamples."""

from model.numba_cache import kernel

__all__ = ["areas", "draw", "slice_areas", "slice_counts"]


@kernel
def draw(uniform, starts, weights):  # type: ignore[no-untyped-def]
    """Count how often each row is drawn, with replacement, within its stratum.

    Args:
        uniform: numbers in [0, 1), shape (n,).
        starts: where each of s strata starts, and the end; shape (s + 1,).
        weights: int32, shape (n,); is filled.
    """
    weights[:] = 0
    for stratum in range(starts.size - 1):
        first = starts[stratum]
        size = starts[stratum + 1] - first
        for i in range(first, first + size):
            weights[first + min(int(uniform[i] * size), size - 1)] += 1


@kernel
def areas(order, yes, last, starts, weights, out):  # type: ignore[no-untyped-def]
    """Fill out, shape (2, g), with the AUC and the average precision of g groups of rows.

    Args:
        order: row numbers, group by group, each by falling score; shape (m,).
        yes: whether each of them is positive; shape (m,).
        last: whether the next one of the group has another score, or there is none; shape (m,).
        starts: where each group starts in order, and the end; shape (g + 1,).
        weights: how often each row counts, int32, shape (n,).
        out: NaN is filled in where a group does not answer both ways.
    """
    for group in range(starts.size - 1):
        above = below = 0
        level_yes = level_no = 0
        pairs = precision = 0.0
        for i in range(starts[group], starts[group + 1]):
            weight = weights[order[i]]
            if yes[i]:
                level_yes += weight
            else:
                level_no += weight
            if last[i]:
                pairs += level_no * (above + level_yes / 2)
                above += level_yes
                below += level_no
                if level_yes:
                    precision += level_yes * (above / (above + below))
                level_yes = level_no = 0
        both = above > 0 and below > 0
        out[0, group] = pairs / (float(above) * below) if both else float("nan")
        out[1, group] = precision / above if both else float("nan")


@kernel
def slice_areas(order, yes, last, starts, members, weights, out, sums, level):  # type: ignore[no-untyped-def]
    """Fill out, shape (3, s), with subgroup, BPSN and BNSP AUC of s slices (Borkan et al. 2019).

    Pairs of a positive and a negative row are counted three ways: both in the slice; the negative in it; the positive in it.
    BPSN (background positive, subgroup negative) is the second less the first, BNSP the third less the first.

    Args:
        order: as in ``areas``, one group.
        yes: likewise.
        last: likewise.
        starts: where each row's slices start in members, and the end; shape (n + 1,).
        members: slices, row by row.
        weights: as in ``areas``.
        out: NaN is filled in where there are no pairs.
        sums: room to work in; float64, shape (5, s).
        level: room to work in; float64, shape (2, s).
    """
    sums[:] = 0.0  # pairs both in, negative in, positive in; positives so far, negatives so far
    level[:] = 0.0
    every_no = 0.0
    for i in range(order.size):
        if not yes[i]:
            every_no += weights[order[i]]
    above = below = level_yes = level_no = 0.0
    start = 0
    for i in range(order.size):
        weight = weights[order[i]]
        if weight != 0:
            if yes[i]:
                level_yes += weight
            else:
                level_no += weight
            for at in range(starts[order[i]], starts[order[i] + 1]):
                level[0 if yes[i] else 1, members[at]] += weight
        if not last[i]:
            continue
        for j in range(start, i + 1):
            if weights[order[j]] == 0:
                continue
            for at in range(starts[order[j]], starts[order[j] + 1]):
                s = members[at]
                if level[0, s] != 0 or level[1, s] != 0:
                    sums[0, s] += level[1, s] * (sums[3, s] + level[0, s] / 2)
                    sums[1, s] += level[1, s] * (above + level_yes / 2)
                    sums[2, s] += level[0, s] * (every_no - below - level_no / 2)
                    sums[3, s] += level[0, s]
                    sums[4, s] += level[1, s]
                    level[0, s] = level[1, s] = 0.0
        above += level_yes
        below += level_no
        level_yes = level_no = 0.0
        start = i + 1
    for s in range(level.shape[1]):
        in_yes, in_no = sums[3, s], sums[4, s]
        out[0, s] = sums[0, s] / (in_yes * in_no) if in_yes * in_no > 0 else float("nan")
        pairs = (above - in_yes) * in_no
        out[1, s] = (sums[1, s] - sums[0, s]) / pairs if pairs > 0 else float("nan")
        pairs = in_yes * (below - in_no)
        out[2, s] = (sums[2, s] - sums[0, s]) / pairs if pairs > 0 else float("nan")


@kernel
def slice_counts(starts, members, kinds, over, weights, out):  # type: ignore[no-untyped-def]
    """Fill out, shape (k, 2, s), with how many rows of each of k kinds are in each of s slices, and how many of them are over.

    Args:
        starts: as in ``slice_areas``.
        members: likewise.
        kinds: whether a row is of each kind; bool, shape (n, k).
        over: whether a row scores above the point of each kind; bool, shape (n, k).
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
                    if over[row, kind]:
                        out[kind, 1, members[at]] += weight
