"""One array in one file, in NumPy's own format (``.npy``, version 1.0), without ever parsing one.

Whoever reads an array knows from the manifest which dtype and shape it has. So there is exactly one header that can be
right, byte for byte, and any other file is refused. ``numpy.load`` reads these files as well.
"""

import hashlib
import math
import mmap
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from model.artefact.manifest import ArrayEntry

__all__ = ["Array", "describe", "header", "mapped", "raw", "storable"]

Array = npt.NDArray[Any]

_CODES = {"int8": "|i1", "uint8": "|u1", "int32": "<i4", "uint32": "<u4", "int64": "<i8", "float32": "<f4", "float64": "<f8"}
_START = np.lib.format.MAGIC_PREFIX + b"\x01\x00"
_ALIGNMENT = 64


def storable(array: Array) -> Array:
    """Return an array in C order.

    Raises:
        ValueError: its dtype cannot be stored, or it holds NaN or infinity.
    """
    if array.dtype.name not in _CODES or array.dtype != np.dtype(_CODES[array.dtype.name]):
        raise ValueError(f"dtype {array.dtype} cannot be stored: convert to one of {', '.join(_CODES)}")
    if not _finite(array):
        raise ValueError("it holds numbers that are not finite: mend the fit")
    return np.asarray(array, order="C")


def describe(array: Array) -> ArrayEntry:
    """Return the manifest's entry for a storable array."""
    unhashed = ArrayEntry(dtype=array.dtype.name, shape=array.shape, sha256="0" * 64)  # type: ignore[arg-type]
    digest = hashlib.sha256(header(unhashed))
    digest.update(raw(array))
    return unhashed.model_copy(update={"sha256": digest.hexdigest()})


def header(entry: ArrayEntry) -> bytes:
    """Return the first bytes of an array file, a multiple of 64.

    Ours rather than NumPy's, whose padding varies with its version, and the content hash would with it. The format:
    https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (version 1.0).
    """
    words = f"{{'descr': '{_CODES[entry.dtype]}', 'fortran_order': False, 'shape': {entry.shape}, }}"
    start = len(_START) + 2
    size = math.ceil((start + len(words) + 1) / _ALIGNMENT) * _ALIGNMENT - start
    return _START + size.to_bytes(2, "little") + words.ljust(size - 1).encode("ascii") + b"\n"


def raw(array: Array) -> memoryview:
    """Return the bytes of an array in C order, not copied."""
    return array.reshape(-1).view(np.uint8).data


def mapped(file: int, entry: ArrayEntry) -> Array:
    """Map an array file; what is hashed is the mapping itself, so that nothing can be slipped in between.

    Args:
        file: descriptor of a plain file, open for reading; may be closed afterwards.
        entry: what the manifest says about it.

    Returns:
        The array: read-only, aligned, its pages shared by all who map it.

    Raises:
        ValueError: the file is not the one described; the message fits after its name.
        OSError: the system cannot map it.
    """
    start, dtype = header(entry), np.dtype(_CODES[entry.dtype])
    size = len(start) + math.prod(entry.shape) * dtype.itemsize
    found = os.fstat(file).st_size
    if found != size:
        raise ValueError(f"is {'truncated' if found < size else 'too long'} ({found} bytes of {size})")
    view = mmap.mmap(file, size, access=mmap.ACCESS_READ)
    if view[: len(start)] != start or hashlib.sha256(view).hexdigest() != entry.sha256:
        raise ValueError("was altered or damaged (it is not the file that the manifest describes)")
    array: Array = np.ndarray(entry.shape, dtype, buffer=view, offset=len(start))
    if not _finite(array):
        raise ValueError("holds numbers that are not finite")
    return array


def _finite(array: Array) -> bool:
    # The extremes tell without a second array of the same size: both are NaN where any number is.
    return array.dtype.kind != "f" or not array.size or bool(np.isfinite(array.min()) and np.isfinite(array.max()))
