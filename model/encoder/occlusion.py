"""Which words moved what the encoder says: what changes when they are left out, scaled so that it adds up.

An encoder is not linear, so nothing splits its log-odds exactly among the words. Each word, or run of words in a long
text, gives the difference that leaving it out makes; what is then missing to the difference between the whole text and none is
shared equally. (Zeiler & Fergus 2014 for pictures; Li, Monroe & Jurafsky 2016 for words.)
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.encoder.session import EncoderReader

__all__ = ["MAX_PARTS", "Occlusion", "occlude"]


MAX_PARTS = 32
"""How many parts of a text are left out, one after the other, at most: so often the encoder has to read it."""


class Occlusion(NamedTuple):
    """What the encoder owes to each word.

    Attributes:
        contributions: of each word to the log-odds of the two heads, shape (k, 2).
        nothing: the log-odds of a text without words, shape (2,); with the contributions, they are those of the whole.
    """

    contributions: FloatArray
    nothing: FloatArray


def occlude(reader: EncoderReader, text: npt.NDArray[np.uint8], begin: npt.NDArray[np.int32], end: npt.NDArray[np.int32]) -> Occlusion:
    """Return what each word of a normalised text adds to what the encoder says of it.

    Args:
        reader: the encoder.
        text: UTF-8 bytes, shape (n,).
        begin: where each of k words begins, ascending.
        end: where it ends, exclusive.
    """
    whole, nothing = reader.log_odds(text.tobytes().decode()), reader.log_odds("")
    if not begin.size:
        return Occlusion(np.empty((0, whole.size)), whole)
    found = np.empty((begin.size, whole.size))
    for part in np.array_split(np.arange(begin.size), min(begin.size, MAX_PARTS)):
        rest = np.concatenate([text[: begin[part[0]]], text[end[part[-1]] :]])
        found[part] = (whole - reader.log_odds(rest.tobytes().decode())) / part.size
    return Occlusion(found + (whole - nothing - found.sum(axis=0)) / begin.size, nothing)
