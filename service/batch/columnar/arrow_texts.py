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
    """Return the texts of an array that are not null, as comments that share its memory.

    Args:
        texts: an array of strings.
        text_format: how they are written.
    """
    texts = texts.drop_null()
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1] if offsets else np.zeros(1, np.int32)
    codes = np.frombuffer(data or b"", np.uint8)
    # Everything else that is judged is read-only; for memory that can be written to, the kernels would be compiled anew.
    codes.flags.writeable = False
    return PackedComments(PackedTexts(codes, ends.astype(np.int64)), text_format)
