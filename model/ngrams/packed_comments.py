"""Comments whose texts are packed in one array, as columns of files hold them; most can be scored without a copy."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, ByteArray, IntArray
from model.comment import Comment, Format
from model.ngrams.packed_texts import PackedTexts
from model.numba_cache import kernel
from model.text.pipeline import prepare_text

__all__ = ["PackedComments"]

_PLAIN, _MARKDOWN, _HTML = range(3)
_FORMAT_CODES = {Format.PLAIN: _PLAIN, Format.MARKDOWN: _MARKDOWN, Format.HTML: _HTML}


class PackedComments(Sequence[Comment]):
    """n comments that consist of a text alone, all in the same format.

    Args:
        texts: their UTF-8, which has to be valid.
        text_format: how all of them are written.
    """

    def __init__(self, texts: PackedTexts, text_format: Format) -> None:
        self.texts, self.text_format = texts, text_format

    def __len__(self) -> int:
        """Return n."""
        return self.texts.offsets.size - 1

    @overload
    def __getitem__(self, at: int) -> Comment: ...
    @overload
    def __getitem__(self, at: slice) -> "PackedComments": ...
    def __getitem__(self, at: int | slice) -> "Comment | PackedComments":
        """Return one comment, or those of a slice without a step."""
        data, offsets = self.texts
        if isinstance(at, slice):
            lo, hi, _ = at.indices(len(self))
            return PackedComments(PackedTexts(data, offsets[lo : max(lo, hi) + 1]), self.text_format)
        at = range(len(self))[at]
        return Comment("", data[offsets[at] : offsets[at + 1]].tobytes().decode(), self.text_format)

    def __iter__(self) -> Iterator[Comment]:
        """Yield the comments."""
        return (self[at] for at in range(len(self)))

    def take(self, rows: npt.NDArray[np.int64]) -> "PackedComments":
        """Return some of the comments; those that follow one another are copied at once."""
        data, offsets = self.texts
        view = data.data
        firsts, lasts = rows[np.diff(rows, prepend=-2) != 1], rows[np.diff(rows, append=-2) != 1]
        texts = [view[begin:end] for begin, end in zip(offsets[firsts].tolist(), offsets[lasts + 1].tolist(), strict=True)]
        ends = np.cumsum(offsets[rows + 1] - offsets[rows])
        return PackedComments(PackedTexts(np.frombuffer(b"".join(texts), np.uint8), np.concatenate([[0], ends])), self.text_format)

    def prepare(self) -> PackedTexts:
        """Return what ``model.text.pipeline.prepare`` makes of the comments, packed; texts that it would not change are not read."""
        data, offsets = self.texts
        changes = np.zeros(len(self), np.bool_)
        _find_changes(data, offsets, _FORMAT_CODES[self.text_format], changes)
        return self.replace_texts(np.flatnonzero(changes), lambda text: prepare_text(text, self.text_format))

    def code_points(self) -> tuple[npt.NDArray[np.uint32], IntArray]:
        """Return the code points of all texts, one after the other, and where those of each begin and end; shape (n + 1,)."""
        data, offsets = self.texts
        part = data[offsets[0] : offsets[-1]]
        begins = np.concatenate([[0], np.cumsum((part & 0xC0) != 0x80)])  # every byte but those within a character
        return np.frombuffer(part.tobytes().decode().encode("utf-32-le"), np.uint32), begins[offsets - offsets[0]]

    def replace_texts(self, rows: npt.NDArray[np.intp], replacement: Callable[[str], bytes]) -> PackedTexts:
        """Return the texts with others in the places of some, packed; without any of these they are not copied.

        Args:
            rows: the numbers of the texts to be replaced, ascending.
            replacement: returns the UTF-8 that stands in for a text.
        """
        if not rows.size:
            return self.texts
        data, offsets = self.texts
        view = data.data
        parts: list[bytes | memoryview[int]] = []
        copied = int(offsets[0])
        for begin, end in zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True):
            parts += (view[copied:begin], replacement(str(view[begin:end], "utf-8")))
            copied = end
        parts.append(view[copied : int(offsets[-1])])
        sizes = np.diff(offsets)
        sizes[rows] = [len(text) for text in parts[1::2]]
        return PackedTexts(np.frombuffer(b"".join(parts), np.uint8), np.concatenate([[0], np.cumsum(sizes)]))


@kernel
def _find_changes(data: ByteArray, offsets: IntArray, text_format: int, changes: BoolArray) -> None:
    """Mark the texts that ``prepare`` may change: all HTML; what is not ASCII; what has a reference or, in Markdown, a mark.

    Args:
        data: of n packed texts.
        offsets: of the packed texts.
        text_format: one of ``_FORMAT_CODES``.
        changes: gets the marks, shape (n,).
    """
    special = np.zeros(256, np.bool_)
    special[128:] = True
    special[ord("&")] = True
    if text_format == _MARKDOWN:
        for sign in (ord("*"), ord("_"), ord("~"), ord("|"), ord("`"), ord("["), ord("<"), ord(">"), ord("\\")):
            special[sign] = True
    for i in range(changes.size):
        changes[i] = text_format == _HTML
        at_line_start = text_format == _MARKDOWN
        for at in range(offsets[i], offsets[i + 1]):
            sign = data[at]
            if special[sign]:
                changes[i] = True
                break
            if at_line_start:
                if sign == ord("-") or sign == ord("+") or sign == ord("=") or sign == ord("#") or ord("0") <= sign <= ord("9"):
                    changes[i] = True
                    break
                at_line_start = sign == ord(" ") or sign == ord("\t") or sign == ord("\n")
            else:
                at_line_start = text_format == _MARKDOWN and sign == ord("\n")
