"""Near duplicates: exactly those pairs of texts whose shingles overlap enough."""

import string
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.tables.near_duplicates import SHINGLE, NearDuplicates, find_near_duplicates, group_near_duplicates


def jaccard(one: str, other: str) -> float:
    """Compare the plain sets of shingles."""
    sets = [{text[i : i + SHINGLE] for i in range(max(len(text) - SHINGLE + 1, 1))} for text in (one, other)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def find_without_answers(texts: list[str], threshold: float) -> NearDuplicates:
    """Find the near duplicates of texts that answer nothing."""
    size = len(texts)
    return find_near_duplicates(texts, sides=np.zeros(size, np.int8), answers=np.zeros((size, 1), np.int8), threshold=threshold)


@st.composite
def variants(draw: st.DrawFn) -> list[str]:
    """Draw texts that are near each other more often than not."""
    rng = draw(st.randoms(use_true_random=False))
    base = "".join(rng.choices(string.ascii_lowercase[:4], k=rng.randint(0, 60)))
    texts = []
    for _ in range(draw(st.integers(1, 12))):
        letters = list(base)
        for _ in range(rng.randint(0, 4)):
            letters.insert(rng.randint(0, len(letters)), rng.choice("abcde"))
            if rng.random() < 0.5:
                letters.pop(rng.randrange(len(letters)))
        texts.append("".join(letters) or "x")
    return texts


@settings(deadline=None)
@given(variants(), st.sampled_from([0.3, 0.5, 0.85, 1.0]))
def test_the_join_finds_exactly_what_comparing_all_pairs_finds(texts: list[str], threshold: float) -> None:
    """Clusters are the connected components of the real Jaccard similarity, whatever the texts and the threshold."""
    size = len(texts)
    # No text answers what another one does alike, so that none is dropped.
    answers = np.full((size, size), -1, dtype=np.int8)
    np.fill_diagonal(answers, 1)
    near = find_near_duplicates(texts, sides=np.zeros(size, dtype=np.int8), answers=answers, threshold=threshold)
    expected = list(range(size))
    for one in range(size):
        for other in range(one):
            if jaccard(texts[one], texts[other]) >= threshold - 1e-9:
                expected = [expected[other] if cluster == expected[one] else cluster for cluster in expected]
    assert near.is_kept.all()
    assert [near.cluster.tolist().index(cluster) for cluster in near.cluster] == [expected.index(cluster) for cluster in expected]


@settings(deadline=None)
@given(variants(), st.sampled_from([0.3, 0.5, 0.85]))
def test_nothing_kept_is_covered_and_nothing_dropped_is_missed(texts: list[str], threshold: float) -> None:
    """Of texts that all say the same, every dropped one has a kept near duplicate, and no two kept ones are near."""
    size = len(texts)
    near = find_without_answers(texts, threshold)
    kept = np.flatnonzero(near.is_kept).tolist()
    has_near = [any(jaccard(texts[row], texts[other]) >= threshold - 1e-9 for other in kept if other < row) for row in range(size)]
    assert has_near == (~near.is_kept).tolist()


def test_a_near_duplicate_that_contradicts_is_kept_as_a_contrast() -> None:
    """Texts that differ a little and answer otherwise are both kept and marked; on another side of the split nothing is dropped."""
    texts = ["they say all of them are criminals", "they say all of them are criminals!"]
    answers = np.array([[1], [0]], np.int8)
    near = find_near_duplicates(texts, sides=np.zeros(2, np.int8), answers=answers, threshold=0.8)
    assert (near.is_kept.tolist(), near.is_contrast.tolist()) == ([True, True], [True, True])
    apart = find_near_duplicates(texts, sides=np.array([1, 2], np.int8), answers=np.ones((2, 1), np.int8), threshold=0.8)
    assert (apart.is_kept.tolist(), len(set(apart.cluster.tolist()))) == ([True, True], 1)


@settings(deadline=None)
@given(variants(), st.sampled_from([0.3, 0.5, 0.85]), st.randoms(use_true_random=False))
def test_groups_follow_from_the_texts_alone(texts: list[str], threshold: float, random: Random) -> None:
    """Texts are in one group exactly if near duplicates link them, in whatever order they come; groups are numbered as they occur."""
    size = len(texts)
    expected = list(range(size))
    for one in range(size):
        for other in range(one):
            if texts[one] == texts[other] or jaccard(texts[one], texts[other]) >= threshold - 1e-9:
                expected = [expected[other] if group == expected[one] else group for group in expected]
    groups = group_near_duplicates(texts, threshold=threshold).tolist()
    assert [groups.index(group) for group in groups] == [expected.index(group) for group in expected]
    assert list(dict.fromkeys(groups)) == list(range(len(set(groups))))
    order = random.sample(range(size), size)
    shuffled = group_near_duplicates([texts[row] for row in order], threshold=threshold).tolist()
    assert len(set(zip(shuffled, (groups[row] for row in order), strict=True))) == len(set(groups))


@pytest.mark.parametrize("find", [find_without_answers, group_near_duplicates])
@pytest.mark.parametrize("threshold", [0.0, 1.01])
def test_a_threshold_out_of_range_is_refused(threshold: float, find: Callable[..., object]) -> None:
    """At 0 everything would be a duplicate of everything, above 1 nothing of anything."""
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        find(["a"], threshold=threshold)
