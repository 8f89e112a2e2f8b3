"""Minimal pairs: two comments with nearly the same words, one of them fine, the other abusive.

A classifier that leans on single words gets one side of a pair wrong. The pairs are written by hand to test classifiers and are
**never trained on**: a figure measured on them means nothing once a classifier has seen them.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from model.comment import Label
from model.errors import InputError, TableError

__all__ = ["FailureMode", "FailureModeScores", "Pair", "Side", "judge_pairs", "load_pairs", "pair_texts"]

_PAIRS_FILE = Path(__file__).with_name("pairs.jsonl")


class FailureMode(StrEnum):
    """A kind of comment that classifiers of abuse are known to get wrong."""

    IDENTITY_MENTION = "identity_mention"
    COUNTER_SPEECH = "counter_speech"
    SELF_DEPRECATION = "self_deprecation"
    INNOCENT_WORDS_AND_NAMES = "innocent_words_and_names"
    THREATS = "threats"
    NEGATION = "negation"


@dataclass(frozen=True, slots=True)
class Side:
    """One comment of a pair, and its right label."""

    text: str
    label: Label


@dataclass(frozen=True, slots=True)
class Pair:
    """Two comments that are close in wording and differ in label.

    Attributes:
        id: unique among all pairs.
        failure_mode: the failure that the pair tests for.
        a: the side that is fine.
        b: the side that is toxic or hateful.
        differs: the difference between the two, in words.
    """

    id: str
    failure_mode: FailureMode
    a: Side
    b: Side
    differs: str


@dataclass(frozen=True, slots=True)
class FailureModeScores:
    """The accuracy of a classifier on the pairs of one failure mode. Every share lies in [0, 1].

    Attributes:
        failure_mode: the failure that the pairs test for.
        pairs: number of pairs, at least 1.
        comments_right: share of comments (two a pair) that are rightly called fine or abusive.
        pairs_right: share of pairs with both sides rightly called fine or abusive.
        comments_exact: share of comments with exactly the right label.
        pairs_exact: share of pairs with exactly the right label on both sides.
    """

    failure_mode: FailureMode
    pairs: int
    comments_right: float
    pairs_right: float
    comments_exact: float
    pairs_exact: float


def load_pairs(path: Path = _PAIRS_FILE) -> tuple[Pair, ...]:
    """Read the pairs, in the order of the file.

    Args:
        path: a JSONL file, UTF-8, one object a line: ``{"id", "fault", "a": {"text", "label"}, "b": {"text", "label"}, "differs"}``,
            where ``a`` is the side that is fine and ``b`` the abusive one.

    Raises:
        TableError: the file cannot be read, a line is empty or not JSON, a field is missing, unknown or wrong, or an id or a text
            occurs twice.
    """
    try:
        # Not splitlines(): it also splits at separators such as U+2028, which a JSON string may contain.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}); name a file of minimal pairs") from error
    pairs: list[Pair] = []
    keys: set[str] = set()
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        pair = _parse_pair(line, where=where)
        _refuse_repeats(pair, keys, where=where)
        pairs.append(pair)
    return tuple(pairs)


def pair_texts(pairs: Iterable[Pair]) -> tuple[str, ...]:
    """Return the comments in the order in which ``judge_pairs`` takes their labels: a and b of each pair in turn."""
    return tuple(side.text for pair in pairs for side in (pair.a, pair.b))


def judge_pairs(pairs: Sequence[Pair], labels: Sequence[str]) -> tuple[FailureModeScores, ...]:
    """Compare a classifier's labels with the right ones, by failure mode.

    Args:
        pairs: the pairs whose comments were labelled.
        labels: the classifier's, in the order of ``pair_texts(pairs)``; each one a ``Label`` or its value.

    Returns:
        One entry for each failure mode that occurs in ``pairs``, in the order of ``FailureMode``.

    Raises:
        InputError: ``labels`` is a lone string, not twice as long as ``pairs``, or holds something that is not a label.
    """
    answers = _check_labels(labels, expected=2 * len(pairs))
    by_mode: dict[FailureMode, list[_RightSides]] = defaultdict(list)
    for pair, a, b in zip(pairs, answers[::2], answers[1::2], strict=True):
        by_mode[pair.failure_mode].append(_RightSides.of(pair, a, b))
    return tuple(_scores(mode, by_mode[mode]) for mode in FailureMode if mode in by_mode)


@dataclass(frozen=True, slots=True)
class _RightSides:
    """Which sides of one pair are right: (a, b) as fine or abusive, and by exact label."""

    right: tuple[bool, bool]
    exact: tuple[bool, bool]

    @classmethod
    def of(cls, pair: Pair, a: Label, b: Label) -> "_RightSides":
        """Compare the labels of both sides with the right ones."""
        return cls(right=(a is Label.FINE, b is not Label.FINE), exact=(a is pair.a.label, b is pair.b.label))


def _scores(mode: FailureMode, pairs: Sequence[_RightSides]) -> FailureModeScores:
    return FailureModeScores(
        failure_mode=mode,
        pairs=len(pairs),
        comments_right=_mean(side for pair in pairs for side in pair.right),
        pairs_right=_mean(all(pair.right) for pair in pairs),
        comments_exact=_mean(side for pair in pairs for side in pair.exact),
        pairs_exact=_mean(all(pair.exact) for pair in pairs),
    )


def _mean(values: Iterable[bool]) -> float:
    hits = list(values)
    return sum(hits) / len(hits)


def _check_labels(labels: Sequence[str], *, expected: int) -> list[Label]:
    if isinstance(labels, str):
        raise InputError("labels: a lone string was given; give a sequence of labels, two a pair")
    if len(labels) != expected:
        raise InputError(f"labels: {len(labels)} given, {expected} expected; give one label a comment, in the order of pair_texts(pairs)")
    by_value = {label.value: label for label in Label}
    answers = []
    for position, label in enumerate(labels):
        if label not in by_value:
            raise InputError(f"labels: entry {position} is not a label; use one of {', '.join(by_value)}")
        answers.append(by_value[label])
    return answers


def _parse_pair(line: str, *, where: str) -> Pair:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise TableError(f"{where}: not JSON (column {error.colno}); write one object a line") from error
    fields = _check_fields(row, ("id", "fault", "a", "b", "differs"), where=where)
    fault = _check_text(fields, "fault", where=where)
    if fault not in set(FailureMode):
        raise TableError(f"{where}, field 'fault': unknown; use one of {', '.join(FailureMode)}")
    return Pair(
        id=_check_text(fields, "id", where=where),
        failure_mode=FailureMode(fault),
        a=_parse_side(fields["a"], (Label.FINE,), where=f"{where}, field 'a'"),
        b=_parse_side(fields["b"], (Label.TOXIC, Label.HATEFUL), where=f"{where}, field 'b'"),
        differs=_check_text(fields, "differs", where=where),
    )


def _parse_side(value: object, allowed: Collection[Label], *, where: str) -> Side:
    fields = _check_fields(value, ("text", "label"), where=where)
    label = _check_text(fields, "label", where=where)
    if label not in allowed:
        raise TableError(f"{where}, field 'label': wrong for this side; use {' or '.join(allowed)}")
    return Side(text=_check_text(fields, "text", where=where), label=Label(label))


def _check_fields(value: object, names: tuple[str, ...], *, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TableError(f"{where}: not an object; write an object with the fields {', '.join(names)}")
    for name in names:
        if name not in value:
            raise TableError(f"{where}, field '{name}': missing; add it")
    if len(value) > len(names):
        raise TableError(f"{where}: has unknown fields; keep only {', '.join(names)}")
    return value


def _check_text(fields: dict[str, object], name: str, *, where: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value or value != value.strip():
        raise TableError(f"{where}, field '{name}': not a text, empty or padded with blanks; write a trimmed text")
    return value


def _refuse_repeats(pair: Pair, keys: set[str], *, where: str) -> None:
    for field, value in (("id", pair.id), ("a", pair.a.text), ("b", pair.b.text)):
        # An id and a text may look alike: the prefix keeps them apart in one set.
        key = _key(value, is_id=field == "id")
        if key in keys:
            raise TableError(f"{where}, field '{field}': occurs before; every id and every text must be unique")
        keys.add(key)


def _key(value: str, *, is_id: bool) -> str:
    return f"id:{value}" if is_id else "text:" + " ".join(value.casefold().split())
