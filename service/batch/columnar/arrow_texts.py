"""Texts that Arrow holds, as comments; apart from the judging, for this loads the kernels."""

from typing import TYPE_CHECKING, Any

import numpy as np

from model.comment import Format
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["packed"]


def packed(texts: "pa.Array[Any]", written: Format) -> PackedComments:
    """Return the texts of an array that are not null, as comments that share its memory."""
    texts = texts.drop_null()
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1] if offsets else np.zeros(1, np.int32)
    letters = np.frombuffer(data or b"", np.uint8)
    letters.flags.writeable = False  # as everything else that is read: for what can be written to, the kernels would be compiled anew
    return PackedComments(PackedTexts(letters, ends.astype(np.int64)), written)
