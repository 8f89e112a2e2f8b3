"""Array files: one array in one file of NumPy's own format (``.npy``, version 1.0), which is read without parsing it.

The manifest gives the dtype and the shape of every array. So there is exactly one header that can be right, byte for byte, and
any other file is refused. ``numpy.load`` reads these files as well.
"""

import hashlib
import math
import os

import numpy as np

from model.array_types import AnyArray
from model.artefact.manifest import ArrayEntry
from model.artefact.sealed_files import map_copy

__all__ = ["array_bytes", "array_header", "describe_array", "ensure_storable", "map_array"]

_TYPE_CODES = {
    **{"int8": "|i1", "uint8": "|u1", "int16": "<i2", "int32": "<i4", "uint32": "<u4", "int64": "<i8"},
    **{"float32": "<f4", "float64": "<f8"},
}
_MAGIC = np.lib.format.MAGIC_PREFIX + b"\x01\x00"
_ALIGNMENT = 64


def ensure_storable(array: AnyArray) -> AnyArray:
    """Return an array in C order, if it can be stored.

    Raises:
        ValueError: its dtype cannot be stored, or it holds NaN or infinity.
    """
    if array.dtype.name not in _TYPE_CODES or array.dtype != np.dtype(_TYPE_CODES[array.dtype.name]):
        raise ValueError(f"dtype {array.dtype} cannot be stored: convert to one of {', '.join(_TYPE_CODES)}")
    if not _is_finite(array):
        raise ValueError("it holds numbers that are not finite: mend the fit")
    return np.asarray(array, order="C")


def describe_array(array: AnyArray) -> ArrayEntry:
    """Return the entry of the manifest for a storable array."""
    unhashed = ArrayEntry(dtype=array.dtype.name, shape=array.shape, sha256="0" * 64)  # type: ignore[arg-type]
    digest = hashlib.sha256(array_header(unhashed))
    digest.update(array_bytes(array))
    return unhashed.model_copy(update={"sha256": digest.hexdigest()})


def array_header(entry: ArrayEntry) -> bytes:
    """Return the bytes of an array file before those of the array; their number is a multiple of 64.

    Written here rather than by NumPy, whose padding, and with it the content hash, varies with its version. The format:
    https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (version 1.0).
    """
    fields = f"{{'descr': '{_TYPE_CODES[entry.dtype]}', 'fortran_order': False, 'shape': {entry.shape}, }}"
    start = len(_MAGIC) + 2
    size = math.ceil((start + len(fields) + 1) / _ALIGNMENT) * _ALIGNMENT - start
    return _MAGIC + size.to_bytes(2, "little") + fields.ljust(size - 1).encode("ascii") + b"\n"


def array_bytes(array: AnyArray) -> memoryview:
    """Return the bytes of an array in C order, without copying them."""
    return array.reshape(-1).view(np.uint8).data


def map_array(file: int, entry: ArrayEntry, *, name: str) -> AnyArray:
    """Copy an array file into memory, and check the copy, so that nothing can be slipped in between.

    Args:
        file: descriptor of a plain file, open for reading; it may be closed afterwards. A copy that `copy_to_memory` made is not copied
            once more: all processes that map it share its pages.
        entry: the entry of the manifest for the array.
        name: the name of the file.

    Returns:
        The array, read-only and aligned.

    Raises:
        ValueError: the file is not the one described; the message reads on from the name of the file.
        OSError: the system cannot copy or map it.
    """
    start, dtype = array_header(entry), np.dtype(_TYPE_CODES[entry.dtype])
    size = len(start) + math.prod(entry.shape) * dtype.itemsize
    file_size = os.fstat(file).st_size
    if file_size != size:
        raise ValueError(f"is {'truncated' if file_size < size else 'too long'} ({file_size} bytes of {size})")
    view = map_copy(file, name, size=size)
    if view[: len(start)] != start or hashlib.sha256(view).hexdigest() != entry.sha256:
        raise ValueError("was altered or damaged (it is not the file that the manifest describes)")
    array: AnyArray = np.ndarray(entry.shape, dtype, buffer=view, offset=len(start))
    if not _is_finite(array):
        raise ValueError("holds numbers that are not finite")
    return array


def _is_finite(array: AnyArray) -> bool:
    # The extremes suffice, and need no second array of the same size: both are NaN if any number is.
    return array.dtype.kind != "f" or not array.size or bool(np.isfinite(array.min()) and np.isfinite(array.max()))
