"""Texts that Arrow holds, as comments to judge; a module of its own, because importing it loads the kernels."""

from typing import TYPE_CHECKING, Any

import numpy as np

from model.comment import Format
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["pack_texts"]


def pack_texts(texts: "pa.Array[Any]", text_format: Format) -> PackedComments:
    """Return the texts in an array as comments that share its memory, leaving out nulls.

    Args:
        texts: an array of strings.
        text_format: how they are written.
    """
    texts = texts.drop_null()
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1] if offsets else np.zeros(1, np.int32)
    codes = np.frombuffer(data or b"", np.uint8)
    # All other texts are read-only arrays; Numba would compile the kernels anew for writable ones.
    codes.flags.writeable = False
    return PackedComments(PackedTexts(codes, ends.astype(np.int64)), text_format)
