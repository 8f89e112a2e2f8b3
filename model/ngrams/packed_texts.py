"""Texts as the kernels take them: their UTF-8 in one array, and where each begins and ends."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray, IntArray

__all__ = ["PackedTexts", "pack_bytes"]


class PackedTexts(NamedTuple):
    """n texts in one array.

    Attributes:
        data: their UTF-8, one after the other, uint8.
        offsets: text i is data[offsets[i]:offsets[i + 1]]; int64, shape (n + 1,).
    """

    data: ByteArray
    offsets: IntArray


def pack_bytes(texts: Sequence[bytes]) -> PackedTexts:
    """Return UTF-8 texts packed; a single one is not copied."""
    if len(texts) == 1:
        return PackedTexts(np.frombuffer(texts[0], np.uint8), _single_offsets(len(texts[0])))
    offsets = np.fromiter(accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)
    return PackedTexts(np.frombuffer(b"".join(texts), np.uint8), offsets)


@lru_cache(1024)
def _single_offsets(size: int) -> IntArray:
    return np.array([0, size], np.int64)
