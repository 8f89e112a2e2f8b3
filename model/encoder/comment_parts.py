"""How both readers read a comment that is longer than the encoder reads at once: in parts, of which the worst counts.

The n-grams read every part; the encoder reads those that the n-grams suspect most. For a part that both have read their log-odds are
combined, so that the word of the encoder counts for that part alone; for the others that of the n-grams counts. There are parts of two
sizes. *Windows* are as large as the encoder can read, and show a comment as a whole. In *passages*, of a sentence or two, a few vile
words stand out that are lost among a hundred others. The more parts there are, and the shorter, the worse the worst of them looks by
chance. So something is subtracted from their log-odds: for windows a factor times the logarithm of their number, for passages a constant.

What is read is bounded in pieces and not in seconds, so that the same comment always has the same scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from model.array_types import BoolArray, FloatArray, IntArray
from model.classifier import Classifier
from model.encoder.session import EncoderReader
from model.ngrams.packed_texts import PackedTexts, pack_bytes

__all__ = ["LongReading", "ReaderMaps", "cut_text", "read_long_text", "suspect_passages"]

_WINDOW_STEP = 0.75
"""From the beginning of a window to that of the next, in windows."""
_MOST_WINDOWS = 6
_PASSAGE_PIECES, _PASSAGE_STEP = 22, 13
_MOST_PASSAGES = 24


class CommentPart(NamedTuple):
    """A part of a normalised text.

    Attributes:
        pieces: the numbers of its pieces.
        begin: its first byte.
        end: where it ends, exclusive.
    """

    pieces: list[int]
    begin: int
    end: int


class _SpelledText(NamedTuple):
    """The words of a text: the pieces of each; how many pieces are before each, and in all; first byte and end of each, (words, 2)."""

    pieces: list[list[int]]
    ends: IntArray
    bounds: IntArray


@dataclass(frozen=True)
class ReaderMaps:
    """How log-odds of the readers become calibrated ones.

    Attributes:
        combination: of both readers, shape (3, heads); see ``model.encoder.combined``.
        alone: of the n-grams where the encoder has not read: factor and constant of each head, shape (2, heads).
        window_discount: what is subtracted from the log-odds of the windows, times the logarithm of their number.
        passage_discount: what is subtracted from the log-odds of passages.
    """

    combination: FloatArray
    alone: FloatArray
    window_discount: float
    passage_discount: float


class LongReading(NamedTuple):
    """What both readers say of a long text.

    Attributes:
        log_odds: calibrated, of every head, shape (heads,).
        begin: of each head, the first byte of the part that decided, shape (heads,).
        end: where that part ends, exclusive, shape (heads,).
        by_both: whether the encoder has read that part, shape (heads,).
        windows: calibrated log-odds of the worst window, shape (heads,).
        passages: those of the worst passage, before the discount is subtracted, shape (heads,).
    """

    log_odds: FloatArray
    begin: IntArray
    end: IntArray
    by_both: BoolArray
    windows: FloatArray
    passages: FloatArray


def cut_text(reader: EncoderReader, text: str, *, room: int, step: int) -> list[CommentPart]:
    """Return the parts of a normalised text, each of whole words; together they cover all of it.

    Args:
        reader: whose pieces are counted.
        text: a normalised text.
        room: the most pieces of a part; of a longer word the first of them.
        step: how many pieces from the beginning of a part to that of the next, at most.
    """
    return _cut(_spell(reader, text), room, step)


def _spell(reader: EncoderReader, text: str) -> _SpelledText:
    """Return the words of a normalised text in pieces."""
    pieces, spans = reader.vocabulary.tokenize(text), reader.vocabulary.find_words(text)
    bounds = np.array(spans, np.int64).reshape(-1, 2)
    if not text.isascii():
        bounds = np.cumsum([0, *(len(character.encode()) for character in text)])[bounds]
    return _SpelledText(pieces, np.cumsum([0, *map(len, pieces)]), bounds)


def _cut(spelled: _SpelledText, room: int, step: int) -> list[CommentPart]:
    pieces, ends, bounds = spelled
    # Where a part that begins with a word would end, and where the next would begin.
    stops = np.maximum(np.searchsorted(ends, ends[:-1] + room, "right") - 1, np.arange(1, ends.size)).tolist()
    following = np.maximum(np.searchsorted(ends, ends[:-1] + step, "right") - 1, np.arange(1, ends.size)).tolist()
    parts: list[CommentPart] = []
    first = 0
    while first < len(pieces):
        last = stops[first]
        numbers = [number for word in pieces[first:last] for number in word][:room]
        parts.append(CommentPart(numbers, int(bounds[first, 0]), int(bounds[last - 1, 1])))
        if last == len(pieces):
            break
        first = following[first]
    return parts


def _read_parts(classifier: Classifier, data: bytes, parts: Sequence[CommentPart]) -> PackedTexts:
    """Return what the n-grams read of some parts of a normalised text."""
    prepare_part = classifier.reader.form.prepare_part
    return pack_bytes([prepare_part(data[part.begin : part.end]) for part in parts])


def suspect_passages(reader: EncoderReader, classifier: Classifier, text: str) -> float:
    """Return the highest P(abusive) that the n-grams give a passage of a normalised text; 0 where it has none."""
    parts, data = cut_text(reader, text, room=_PASSAGE_PIECES, step=_PASSAGE_STEP), text.encode()
    raw = classifier.raw_scores(_read_parts(classifier, data, parts), threads=1)
    return float((1 - raw.scores[:, 0]).max(initial=0.0))


def read_long_text(reader: EncoderReader, classifier: Classifier, text: str, context: str, maps: ReaderMaps) -> LongReading | None:
    """Have both readers read a normalised text in parts.

    Args:
        reader: the encoder.
        classifier: the n-grams, with the same heads or more.
        text: the normalised text.
        context: what it answers, normalised.
        maps: how the readers are combined.

    Returns:
        None where the text fits into one window, so that it is read as a whole.
    """
    room = reader.room(context)
    spelled = _spell(reader, text)
    windows = _cut(spelled, room, max(1, round(room * _WINDOW_STEP)))
    if len(windows) <= 1:
        return None
    passages = _cut(spelled, _PASSAGE_PIECES, _PASSAGE_STEP)
    data, parts = text.encode(), [*windows, *passages]
    raw = classifier.raw_scores(_read_parts(classifier, data, parts), threads=1)
    ngrams, suspicion = raw.log_odds[:, : maps.combination.shape[1]], 1 - raw.scores[:, 0]
    is_read = np.zeros(len(parts), np.bool_)
    for group, most in ((slice(0, len(windows)), _MOST_WINDOWS), (slice(len(windows), len(parts)), _MOST_PASSAGES)):
        is_read[group.start + np.argsort(-suspicion[group], kind="stable")[:most]] = True
    log_odds = maps.alone[0] * ngrams + maps.alone[1]
    encoder = reader.run_windows([reader.window(parts[row].pieces, context) for row in np.flatnonzero(is_read).tolist()])
    log_odds[is_read] = maps.combination[0] * ngrams[is_read] + maps.combination[1] * encoder + maps.combination[2]
    log_odds[: len(windows)] -= maps.window_discount * np.log(len(windows))
    of_windows, of_passages = log_odds[: len(windows)].max(axis=0), log_odds[len(windows) :].max(axis=0)
    log_odds[len(windows) :] -= maps.passage_discount
    worst = log_odds.argmax(axis=0)
    bounds = np.array([(part.begin, part.end) for part in parts])[worst]
    return LongReading(log_odds.max(axis=0), bounds[:, 0], bounds[:, 1], is_read[worst], of_windows, of_passages)
