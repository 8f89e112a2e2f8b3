"""The first step of the compiled normalisation: whatever needs no word. Case, blanks, control characters, addresses, "&"."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray
from model.normaliser.alphabet import is_alnum
from model.numba_cache import inner

__all__ = ["Traced", "clean", "clean_again", "copy", "write"]

Offsets = npt.NDArray[np.int32]

_AND = np.frombuffer(b" and ", np.uint8)
_HTTP = np.frombuffer(b"http", np.uint8)
_LOST = np.zeros(128, np.uint8)  # punctuation of U+20xx that lost its high byte on the way: quotes, as old dumps have them
_LOST[[0x18, 0x19, 0x1C, 0x1D]] = [ord(sign) for sign in "''\"\""]


class Traced(NamedTuple):
    """Text under way: bytes, and the half-open range of the source's bytes that each stands for, unless these have no room."""

    data: ByteArray
    begin: Offsets
    end: Offsets


@inner
def write(word: ByteArray, size: int, begin: int, end: int, out: Traced, n: int) -> int:
    """Write a word that stands for bytes begin to end of the source."""
    for k in range(size):
        out.data[n + k] = word[k]
    if out.begin.size:
        for k in range(size):
            out.begin[n + k] = begin
            out.end[n + k] = end
    return n + size


@inner
def write_byte(b: int, at: int, out: Traced, n: int) -> int:
    out.data[n] = b
    if out.begin.size:
        out.begin[n] = at
        out.end[n] = at + 1
    return n + 1


@inner
def _copy_simple(src: ByteArray, lo: int, hi: int, out: ByteArray) -> bool:
    """Copy src[lo:hi] in lower case if there is nothing to join, to drop or to name, as in most comments; else what is in out is waste.

    There is no branch in it, which makes it three times as fast as ``clean``.
    """
    odd = False
    before = np.uint8(32)
    for i in range(lo, hi):
        b = src[i]
        odd |= (b < 32) | (b == 38) | (b == 127) | ((b == 32) & (before == 32))
        odd |= ((b == 47) & (before == 58)) | ((b | 32 == 119) & (before | 32 == 119))  # "://", "www."
        out[i - lo] = b + (np.uint8(32) if 65 <= b <= 90 else np.uint8(0))
        before = b
    return not odd


@inner
def clean(src: ByteArray, lo: int, hi: int, out: Traced) -> tuple[int, bool]:
    """Lower the case, join blanks, drop control characters, name addresses and '&'.

    Returns:
        The size written to out, and whether something was dropped, so that an address may have come to light.
    """
    n = 0
    dropped = False
    i = lo
    if out.begin.size == 0 and _copy_simple(src, lo, hi, out.data):
        n, i = hi - lo, hi
    while i < hi:
        b = src[i]
        if 65 <= b <= 90:
            b += 32
        if b > 32 and b != 38 and b != 127 and b != 104 and b != 119:
            n = write_byte(b, i - lo, out, n)
        elif b == 32 or 9 <= b <= 13 or 19 <= b <= 20:
            if n > 0 and out.data[n - 1] != 32:
                n = write_byte(32, i - lo, out, n)
        elif b < 32 or b == 127:
            if _LOST[b] != 0:
                n = write_byte(_LOST[b], i - lo, out, n)
            else:
                dropped = True
        elif b == 38:
            first = 1 if n == 0 or out.data[n - 1] == 32 else 0
            n = write(_AND[first:], 5 - first, i - lo, i - lo + 1, out, n)
        else:
            stop = i
            if n == 0 or not is_alnum(out.data[n - 1]):
                stop = address(src, i, hi)
            if stop > i:
                n = write(_HTTP, 4, i - lo, stop - lo, out, n)
                i = stop
                continue
            n = write_byte(b, i - lo, out, n)
        i += 1
    if n > 0 and out.data[n - 1] == 32:
        n -= 1
    return n, dropped


@inner
def address(src: ByteArray, i: int, hi: int) -> int:
    """Return where the web address that begins at i ends, or i if there is none."""
    j = i
    if hi - i > 7 and src[i] | 32 == 104 and src[i + 1] | 32 == 116 and src[i + 2] | 32 == 116 and src[i + 3] | 32 == 112:
        j = i + 4
        if src[j] | 32 == 115:
            j += 1
        if j + 3 >= hi or src[j + 3] <= 32 or src[j] != 58 or src[j + 1] != 47 or src[j + 2] != 47:
            return i
    elif hi - i > 4 and src[i] | 32 == 119 and src[i + 1] | 32 == 119 and src[i + 2] | 32 == 119 and src[i + 3] == 46:
        if src[i + 4] <= 32 or not is_alnum(src[i + 4] | 32):
            return i
    else:
        return i
    while j < hi and src[j] > 32:
        j += 1
    return j


@inner
def clean_again(text: Traced, size: int, out: Traced) -> int:
    """Name the addresses that came to light; return the size written to out, -1 if there were none."""
    for i in range(size):
        b = text.data[i]
        if (b == 104 or b == 119) and (i == 0 or not is_alnum(text.data[i - 1])) and address(text.data, i, size) > i:
            n, _ = clean(text.data, 0, size, out)
            for k in range(n if out.begin.size else 0):
                out.begin[k] = text.begin[out.begin[k]]
                out.end[k] = text.end[out.end[k] - 1]
            return n
    return -1


@inner
def copy(text: Traced, lo: int, hi: int, out: Traced, n: int) -> int:
    """Append text[lo:hi] to out[:n]; return the new n."""
    for k in range(hi - lo):
        out.data[n + k] = text.data[lo + k]
    if out.begin.size:
        for k in range(hi - lo):
            out.begin[n + k] = text.begin[lo + k]
            out.end[n + k] = text.end[lo + k]
    return n + hi - lo
