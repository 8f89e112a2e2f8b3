"""Which words moved the encoder's log-odds: the change when a word is left out, scaled so that the changes add up.

An encoder is not linear, so its log-odds cannot be split exactly among the words. Each word, or run of words in a long text,
gets the difference that leaving it out makes. What is then missing to the difference between the whole text and an empty one is
shared equally. (Zeiler & Fergus 2014 for images; Li, Monroe & Jurafsky 2016 for words.)
"""

from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray, FloatArray, Int32Array
from model.encoder.session import EncoderReader

__all__ = ["MAX_PARTS", "Occlusion", "occlude"]


MAX_PARTS = 32
"""The most parts of a text that are left out, one after the other; the encoder reads the text once for each."""


class Occlusion(NamedTuple):
    """What each word contributes to the encoder's log-odds.

    Attributes:
        contributions: of each word to the log-odds of the two heads, shape (k, 2).
        baseline: the log-odds of a text without words, shape (2,); with the contributions they add up to those of the whole.
    """

    contributions: FloatArray
    baseline: FloatArray


def occlude(reader: EncoderReader, text: ByteArray, begin: Int32Array, end: Int32Array, context: str = "") -> Occlusion:
    """Return what each word of a text contributes to the encoder's log-odds.

    Args:
        reader: the encoder.
        text: UTF-8, normalised, but for an encoder that reads plain forms; shape (n,).
        begin: first byte of each of k words, ascending.
        end: end of each word, exclusive.
        context: what the text answers, normalised, which is read with it whatever is left out.
    """
    whole, baseline = _read(reader, text, context), reader.log_odds("", context)
    if not begin.size:
        return Occlusion(np.empty((0, whole.size)), whole)
    changes = np.empty((begin.size, whole.size))
    for part in np.array_split(np.arange(begin.size), min(begin.size, MAX_PARTS)):
        rest = np.concatenate([text[: begin[part[0]]], text[end[part[-1]] :]])
        changes[part] = (whole - _read(reader, rest, context)) / part.size
    return Occlusion(changes + (whole - baseline - changes.sum(axis=0)) / begin.size, baseline)


def _read(reader: EncoderReader, text: ByteArray, context: str) -> FloatArray:
    data = text.tobytes()
    return reader.log_odds(reader.normalise([data])[0] if reader.vocabulary.reads_plain_form else data.decode(), context)
