"""Minimal pairs: two comments with nearly the same words, one of them fine, the other abusive.

A classifier that leans on single words gets one side of a pair wrong. The pairs judge and are **never trained on**: they are
written by hand for this purpose, and a figure measured on them means nothing once a classifier has seen them.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from model.comment import Label
from model.errors import InputError, TableError

__all__ = ["PAIRS_FILE", "FailureMode", "FailureModeScores", "Pair", "Side", "judge_pairs", "load_pairs", "pair_texts"]

PAIRS_FILE = Path(__file__).with_name("pairs.jsonl")


class FailureMode(StrEnum):
    """What classifiers of abuse are known to get wrong."""

    IDENTITY_MENTION = "identity_mention"
    COUNTER_SPEECH = "counter_speech"
    SELF_DEPRECATION = "self_deprecation"
    INNOCENT_WORDS_AND_NAMES = "innocent_words_and_names"
    THREATS = "threats"
    NEGATION = "negation"


@dataclass(frozen=True, slots=True)
class Side:
    """One comment of a pair, and the label that it deserves."""

    text: str
    label: Label


@dataclass(frozen=True, slots=True)
class Pair:
    """Two comments that are close in wording and differ in label.

    Attributes:
        id: unique among all pairs.
        fault: what the pair probes.
        a: the side that is fine.
        b: the side that is toxic or hateful.
        differs: what the one difference is, in words.
    """

    id: str
    fault: FailureMode
    a: Side
    b: Side
    differs: str


@dataclass(frozen=True, slots=True)
class FailureModeScores:
    """How much of one fault's pairs a classifier gets right. Every share lies in [0, 1].

    Attributes:
        fault: what the pairs probe.
        pairs: number of pairs judged, at least 1.
        comments_right: share of comments (two a pair) that are rightly called fine or abusive.
        pairs_right: share of pairs with both sides rightly called fine or abusive.
        comments_exact: share of comments with exactly the right label.
        pairs_exact: share of pairs with exactly the right label on both sides.
    """

    fault: FailureMode
    pairs: int
    comments_right: float
    pairs_right: float
    comments_exact: float
    pairs_exact: float


def load_pairs(path: Path = PAIRS_FILE) -> tuple[Pair, ...]:
    """Read the pairs, in the order of the file.

    Args:
        path: a JSONL file, UTF-8, one object a line: ``{"id", "fault", "a": {"text", "label"}, "b": {"text", "label"}, "differs"}``,
            where ``a`` is the side that is fine and ``b`` the abusive one.

    Raises:
        TableError: the file cannot be read, a line is empty or not JSON, a field is missing, unknown or wrong, or an id or a text
            occurs twice.
    """
    try:
        # Not splitlines(): it also splits at separators such as U+2028, which may stand inside a JSON string.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}); name a file of minimal pairs") from error
    pairs: list[Pair] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        pair = _pair(line, where=where)
        _refuse_repeats(pair, seen, where=where)
        pairs.append(pair)
    return tuple(pairs)


def pair_texts(pairs: Iterable[Pair]) -> tuple[str, ...]:
    """The comments in the order in which `judge` wants their labels: a and b of the first pair, of the second, and so on."""
    return tuple(side.text for pair in pairs for side in (pair.a, pair.b))


def judge_pairs(pairs: Sequence[Pair], labels: Sequence[str]) -> tuple[FailureModeScores, ...]:
    """Compare a classifier's labels with the right ones, fault by fault.

    Args:
        pairs: the pairs that were judged.
        labels: what the classifier calls each comment, aligned with ``texts(pairs)``; each one a `Label` or its value.

    Returns:
        One entry for each fault that occurs in ``pairs``, in the order of `Fault`.

    Raises:
        InputError: ``labels`` is a lone string, not twice as long as ``pairs``, or holds something that is not a label.
    """
    answers = _answers(labels, expected=2 * len(pairs))
    judged = list(zip(pairs, answers[::2], answers[1::2], strict=True))
    shares = []
    for fault in FailureMode:
        rows = [_row(pair, a, b) for pair, a, b in judged if pair.fault is fault]
        if rows:
            shares.append(_share(fault, rows))
    return tuple(shares)


@dataclass(frozen=True, slots=True)
class _Row:
    """Which sides of one pair are right: (a, b) as fine or abusive, and by exact label."""

    right: tuple[bool, bool]
    exact: tuple[bool, bool]


def _row(pair: Pair, a: Label, b: Label) -> _Row:
    return _Row(right=(a is Label.FINE, b is not Label.FINE), exact=(a is pair.a.label, b is pair.b.label))


def _share(fault: FailureMode, rows: Sequence[_Row]) -> FailureModeScores:
    return FailureModeScores(
        fault=fault,
        pairs=len(rows),
        comments_right=_mean(side for row in rows for side in row.right),
        pairs_right=_mean(all(row.right) for row in rows),
        comments_exact=_mean(side for row in rows for side in row.exact),
        pairs_exact=_mean(all(row.exact) for row in rows),
    )


def _mean(values: Iterable[bool]) -> float:
    hits = list(values)
    return sum(hits) / len(hits)


def _answers(labels: Sequence[str], *, expected: int) -> list[Label]:
    if isinstance(labels, str):
        raise InputError("labels: a lone string was given; give a sequence of labels, two a pair")
    if len(labels) != expected:
        raise InputError(f"labels: {len(labels)} given, {expected} expected; give one label a comment, in the order of texts(pairs)")
    known = {label.value: label for label in Label}
    answers = []
    for position, label in enumerate(labels):
        if label not in known:
            raise InputError(f"labels: entry {position} is not a label; use one of {', '.join(known)}")
        answers.append(known[label])
    return answers


def _pair(line: str, *, where: str) -> Pair:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise TableError(f"{where}: not JSON (column {error.colno}); write one object a line") from error
    fields = _fields(row, ("id", "fault", "a", "b", "differs"), where=where)
    fault = _text(fields, "fault", where=where)
    if fault not in set(FailureMode):
        raise TableError(f"{where}, field 'fault': unknown; use one of {', '.join(FailureMode)}")
    return Pair(
        id=_text(fields, "id", where=where),
        fault=FailureMode(fault),
        a=_side(fields["a"], (Label.FINE,), where=f"{where}, field 'a'"),
        b=_side(fields["b"], (Label.TOXIC, Label.HATEFUL), where=f"{where}, field 'b'"),
        differs=_text(fields, "differs", where=where),
    )


def _side(value: object, allowed: Collection[Label], *, where: str) -> Side:
    fields = _fields(value, ("text", "label"), where=where)
    label = _text(fields, "label", where=where)
    if label not in allowed:
        raise TableError(f"{where}, field 'label': wrong for this side; use {' or '.join(allowed)}")
    return Side(text=_text(fields, "text", where=where), label=Label(label))


def _fields(value: object, names: tuple[str, ...], *, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TableError(f"{where}: not an object; write an object with the fields {', '.join(names)}")
    for name in names:
        if name not in value:
            raise TableError(f"{where}, field '{name}': missing; add it")
    if len(value) > len(names):
        raise TableError(f"{where}: has unknown fields; keep only {', '.join(names)}")
    return value


def _text(fields: dict[str, object], name: str, *, where: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value or value != value.strip():
        raise TableError(f"{where}, field '{name}': not a text, empty or padded with blanks; write a trimmed text")
    return value


def _refuse_repeats(pair: Pair, seen: set[str], *, where: str) -> None:
    for field, value in (("id", pair.id), ("a", pair.a.text), ("b", pair.b.text)):
        # An id and a text may look alike: the prefix keeps them apart in one set.
        key = _key(value, is_id=field == "id")
        if key in seen:
            raise TableError(f"{where}, field '{field}': occurs before; every id and every text must be unique")
        seen.add(key)


def _key(value: str, *, is_id: bool) -> str:
    return f"id:{value}" if is_id else "text:" + " ".join(value.casefold().split())
