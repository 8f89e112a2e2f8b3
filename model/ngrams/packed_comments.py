"""Comments whose texts lie packed one behind the other, as columns of files hold them: most are read where they lie."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

from model.comment import Comment, Format
from model.ngrams.packed_texts import PackedTexts
from model.numba_cache import kernel
from model.text.pipeline import prepare_one

__all__ = ["PackedComments"]

_PLAIN, _MARKDOWN, _HTML = range(3)
_KINDS = {Format.PLAIN: _PLAIN, Format.MARKDOWN: _MARKDOWN, Format.HTML: _HTML}


class PackedComments(Sequence[Comment]):
    """n comments that are nothing but a text, all written alike.

    Args:
        texts: their UTF-8, which has to be valid.
        written: how they are written.
    """

    def __init__(self, texts: PackedTexts, written: Format) -> None:
        self.texts, self.written = texts, written

    def __len__(self) -> int:
        """Return n."""
        return self.texts.offsets.size - 1

    @overload
    def __getitem__(self, at: int) -> Comment: ...
    @overload
    def __getitem__(self, at: slice) -> "PackedComments": ...
    def __getitem__(self, at: int | slice) -> "Comment | PackedComments":
        """Return a comment, or those of a slice without steps."""
        data, offsets = self.texts
        if isinstance(at, slice):
            lo, hi, _ = at.indices(len(self))
            return PackedComments(PackedTexts(data, offsets[lo : max(lo, hi) + 1]), self.written)
        at = range(len(self))[at]
        return Comment("", data[offsets[at] : offsets[at + 1]].tobytes().decode(), self.written)

    def __iter__(self) -> Iterator[Comment]:
        """Yield the comments."""
        return (self[at] for at in range(len(self)))

    def prepared(self) -> PackedTexts:
        """Return what ``model.text.pipeline.prepare`` makes of the comments, packed; those that it leaves alone are not touched."""
        data, offsets = self.texts
        touched = np.zeros(len(self), np.bool_)
        _find_touched(data, offsets, _KINDS[self.written], touched)
        rows = np.flatnonzero(touched)
        if not rows.size:
            return self.texts
        whole, written = data.data, self.written
        parts: list[bytes | memoryview[int]] = []
        done = int(offsets[0])
        for begin, end in zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True):
            parts += (whole[done:begin], prepare_one(str(whole[begin:end], "utf-8"), written))
            done = end
        parts.append(whole[done : int(offsets[-1])])
        sizes = np.diff(offsets)
        sizes[rows] = [len(text) for text in parts[1::2]]
        return PackedTexts(np.frombuffer(b"".join(parts), np.uint8), np.concatenate([[0], np.cumsum(sizes)]))


@kernel
def _find_touched(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], kind: int, touched: npt.NDArray[np.bool_]) -> None:
    """Tell which texts ``prepare`` may change: all of HTML; what is not ASCII; what holds a reference or, in Markdown, a mark."""
    special = np.zeros(256, np.bool_)
    special[128:] = True
    special[ord("&")] = True
    if kind == _MARKDOWN:
        for sign in (ord("*"), ord("_"), ord("~"), ord("|"), ord("`"), ord("["), ord("<"), ord(">"), ord("\\")):
            special[sign] = True
    for i in range(touched.size):
        touched[i] = kind == _HTML
        begun = kind == _MARKDOWN
        for at in range(offsets[i], offsets[i + 1]):
            sign = data[at]
            if special[sign]:
                touched[i] = True
                break
            if begun:
                if sign == ord("-") or sign == ord("+") or sign == ord("=") or sign == ord("#") or ord("0") <= sign <= ord("9"):
                    touched[i] = True
                    break
                begun = sign == ord(" ") or sign == ord("\t") or sign == ord("\n")
            else:
                begun = kind == _MARKDOWN and sign == ord("\n")
