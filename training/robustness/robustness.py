"""How many caught comments escape, and how many clean ones are flagged, once somebody attacks their spelling or their length.

Threshold, caught and clean are those of the figure "caught at 5 % false alarms": the score that 5 % of the clean conversation
exceeds. Attacks on words edit the three words that weigh most for abuse, by the exact explanation of the score.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.classifier import Classifier
from model.comment import Comment
from model.explain import explain
from model.moderator import Moderator
from model.profile import Profile
from model.text.pipeline import prepare
from training.robustness.attacks import ATTACKS, LONG_ATTACKS, Attack, attack_rng
from training.tables.labelled import Labelled

__all__ = ["AttackResult", "RobustnessResults", "ShareInterval", "heaviest_words", "measure_robustness"]

_ALARMS = 0.05
_WORDS = 3
_LETTERS = 3
_LONG_SHARE = 8
_BATCH = 512
_ADDRESS = re.compile(r"https?:|www\.|@", re.IGNORECASE)
_SIGN = re.compile(r"[^\W_]", re.UNICODE)


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """A share, or a difference of shares, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AttackResult:
    """What an attack comes to.

    Attributes:
        attack: its name in ``ATTACKS``.
        caught: how many caught abusive comments were attacked.
        escaped: of these, the share that is no longer caught (Wilson's interval).
        clean: how many clean comments were attacked.
        newly_flagged: of these, the share that is flagged now and was not before (Wilson's interval).
        over_reach: by how much the share of clean comments that are flagged has grown (paired differences, normal interval).
    """

    attack: str
    caught: int
    escaped: ShareInterval
    clean: int
    newly_flagged: ShareInterval
    over_reach: ShareInterval


@dataclass(frozen=True, slots=True)
class RobustnessResults:
    """What all attacks come to.

    Attributes:
        threshold: P(abusive) that 5 % of the clean conversation exceeds.
        abusive: how many abusive comments there are.
        caught: how many of these exceed the threshold.
        attacks: in the order of the attacks asked for.
    """

    threshold: float
    abusive: int
    caught: int
    attacks: tuple[AttackResult, ...]


def measure_robustness(
    judge: Moderator | Classifier,
    rows: Labelled,
    *,
    clean: Collection[str] | None = None,
    attacks: Mapping[str, Attack] = ATTACKS,
    limit: int | None = None,
    seed: int = 0,
    known: FloatArray | None = None,
    tell: Callable[[float], None] | None = None,
) -> RobustnessResults:
    """Attack comments and see what becomes of them.

    Args:
        judge: what is attacked; a moderator by its profile. The words that are edited are those that weigh most for its n-grams.
        rows: n comments, of which those known to be abusive, and fine ones of the clean sources, are used.
        clean: sources whose fine rows are clean conversation; None for all.
        attacks: by name.
        limit: the largest number of caught comments, and of clean ones, that are attacked, drawn at random; None for all. Of
            those attacks that make a comment very long, an eighth of that, and 2,000 at most.
        seed: what is drawn, and what the attacks do to each comment, depend on this.
        known: P(abusive) of the rows, shape (n,), if that is known already.
        tell: is told the share of the attacks that is done.

    Raises:
        ValueError: there are no abusive comments or no clean ones.
    """
    classifier = judge.classifier if isinstance(judge, Moderator) else judge
    read: Classifier | Moderator = classifier if isinstance(judge, Moderator) and judge.profile is Profile.FAST else judge
    calm = (rows.abusive == 0) & (np.isin(rows.source, list(clean)) if clean is not None else True)
    if not calm.any() or not (rows.abusive == 1).any():
        raise ValueError("rows hold no clean or no abusive comments: both are needed")
    abusive = _abusive(read, rows.text) if known is None else known
    threshold = float(np.quantile(abusive[calm], 1 - _ALARMS))
    bad, good = np.flatnonzero((rows.abusive == 1) & (abusive > threshold)), np.flatnonzero(calm)
    rng = np.random.default_rng(seed)
    drawn = [_draw(of, limit, rng) for of in (bad, good)]
    chosen = [[_Marked.of(classifier, rows.text[row]) for row in part] for part in drawn]
    before = abusive[drawn[1]] > threshold
    results = []
    for done, (name, attack) in enumerate(attacks.items()):
        most = min(limit or 16000, 16000) // _LONG_SHARE if name in LONG_ATTACKS else None
        after = [_attacked(read, part[:most], attack=attack, name=name, seed=seed) > threshold for part in chosen]
        results.append(_result(name, after[0], before[:most], after[1]))
        if tell:
            tell((done + 1) / len(attacks))
    return RobustnessResults(threshold, int((rows.abusive == 1).sum()), bad.size, tuple(results))


def heaviest_words(classifier: Classifier, text: str, *, most: int = _WORDS) -> tuple[tuple[int, int], ...]:
    """Return the words of a text that weigh most for abuse, as ranges of code points in the order of the text.

    A word weighs what it adds to ``-log(1 - P(abusive))``, to first order: what it adds to the log-odds of each head, times that
    head's probability. Words of fewer than three letters, addresses and mentions are left alone.
    """
    told = explain(classifier, Comment("", text))
    weight = told.contributions[:, :2] @ (1 / (1 + np.exp(-told.log_odds[:2])))
    found: list[tuple[int, int]] = []
    for at in np.argsort(-weight, kind="stable"):
        begin, end = int(told.begin[at]), int(told.end[at])
        word = text[begin:end]
        if len(_SIGN.findall(word)) < _LETTERS or _ADDRESS.match(word) or any(begin < hi and lo < end for lo, hi in found):
            continue
        found.append((begin, end))
        if len(found) == most:
            break
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class _Marked:
    """A text, and its words that attacks edit."""

    text: str
    words: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, classifier: Classifier, text: str) -> "_Marked":
        return cls(text, heaviest_words(classifier, text))


def _draw(of: npt.NDArray[np.intp], limit: int | None, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return rows in random order, so that the first ones are a sample too."""
    return rng.permutation(of)[:limit]


def _abusive(read: Classifier | Moderator, texts: Sequence[str]) -> FloatArray:
    comments = [Comment("", text) for text in texts]
    scored = read.decide(comments).scores if isinstance(read, Moderator) else read.score(prepare(comments)).scores
    probability: FloatArray = np.nan_to_num(1 - scored[:, 0])  # what cannot be judged is fine
    return probability


def _attacked(read: Classifier | Moderator, marked: Sequence[_Marked], *, attack: Attack, name: str, seed: int) -> FloatArray:
    """Return P(abusive) after the attack, shape (n,); in batches, for a long attack makes long texts."""
    parts = []
    for batch in _batches(marked):
        texts = [attack(one.text, one.words, attack_rng(one.text, attack=name, seed=seed)) for one in batch]
        parts.append(_abusive(read, texts))
    return np.concatenate([np.empty(0), *parts])


def _batches(marked: Sequence[_Marked]) -> Iterator[Sequence[_Marked]]:
    for first in range(0, len(marked), _BATCH):
        yield marked[first : first + _BATCH]


def _result(name: str, caught: npt.NDArray[np.bool_], before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]) -> AttackResult:
    new, gone = int((after & ~before).sum()), int((before & ~after).sum())
    return AttackResult(
        attack=name,
        caught=caught.size,
        escaped=_wilson(int((~caught).sum()), caught.size),
        clean=after.size,
        newly_flagged=_wilson(new, after.size),
        over_reach=_paired(new, gone, after.size),
    )


def _wilson(hits: int, size: int, z: float = 1.96) -> ShareInterval:
    """Return a share with Wilson's score interval (Wilson 1927); of nothing, it is 0 and may be anything."""
    if not size:
        return ShareInterval(0.0, 0.0, 1.0)
    share = hits / size
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    return ShareInterval(share, max(0.0, middle - half), min(1.0, middle + half))


def _paired(up: int, down: int, size: int, z: float = 1.96) -> ShareInterval:
    """Return the difference of two shares of the same comments, from how many changed each way, with its normal interval."""
    if not size:
        return ShareInterval(0.0, -1.0, 1.0)
    value = (up - down) / size
    half = z * sqrt(max(up + down - (up - down) ** 2 / size, 0.0)) / size
    return ShareInterval(value, max(-1.0, value - half), min(1.0, value + half))
