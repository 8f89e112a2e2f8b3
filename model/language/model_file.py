"""The n-gram model of py3langid in a form of a tenth of its size: a trie with fall-backs, and what differs from the usual.

py3langid keeps an automaton of bytes as a dense table (39 MB) and the logarithm of P(n-gram | language) of every n-gram and language
(28 MB, of which four in five are the value of an n-gram that was never seen). What it computes is kept, but for rounding.
"""

import importlib.util
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.errors import ArtefactError
from model.numba_cache import inner, kernel

__all__ = ["NO_EDGE", "STEP", "Tables", "edge", "read_tables"]

STEP = 0.05
"""What one unit of ``Tables.more`` is worth, in logarithms."""

NO_EDGE = -1
_FILE = Path("data") / "model.npz.xz"
_LOCAL_HEADER = b"PK\x03\x04"
_ROWS = 4096
_MIX = np.uint64(0x9E3779B97F4A7C15)

Array = npt.NDArray[Any]


class Tables(NamedTuple):
    """The compact model; a state is a place in the trie, 0 its root.

    Attributes:
        edges: hash table from (state << 8 | byte) + 1 to the next state, uint32, shape (2**k, 2); 0 is empty.
        fall: the state of the longest proper suffix, int32, shape (states,).
        feature: the n-gram that ends in a state, -1 if none; int32, shape (states,).
        first: where what an n-gram says begins in the next two, int32, shape (features + 1,).
        language: column of a language, uint8.
        more: how much likelier the n-gram is there than one never seen, in units of STEP; uint8.
        unseen: logarithm of the probability of an n-gram never seen, by column, float64.
        prior: logarithm of the prior, by column, float64.
    """

    edges: npt.NDArray[np.uint32]
    fall: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    language: npt.NDArray[np.uint8]
    more: npt.NDArray[np.uint8]
    unseen: npt.NDArray[np.float64]
    prior: npt.NDArray[np.float64]


@inner
def _slot(key: np.uint32, mask: np.uint64) -> np.uint64:
    return ((np.uint64(key) * _MIX) >> np.uint64(32)) & mask


@inner
def edge(edges: npt.NDArray[np.uint32], state: int, byte: int) -> int:
    """Return the state that a byte leads to in the trie itself, NO_EDGE if there is none."""
    key = np.uint32(((state << 8) | byte) + 1)
    mask = np.uint64(edges.shape[0] - 1)
    slot = _slot(key, mask)
    while True:
        found = edges[slot, 0]
        if found == key:
            return int(np.int64(edges[slot, 1]))
        if found == np.uint32(0):
            return NO_EDGE
        slot = (slot + np.uint64(1)) & mask


@kernel
def _enter(sources, bytes_, targets, edges, fall) -> None:  # type: ignore[no-untyped-def]
    """Enter the edges of the trie, shallow ones first, and find the fall-back of each state as Aho and Corasick do."""
    mask = np.uint64(edges.shape[0] - 1)
    for k in range(sources.size):
        key = np.uint32(((sources[k] << 8) | bytes_[k]) + 1)
        slot = _slot(key, mask)
        while edges[slot, 0] != np.uint32(0):
            slot = (slot + np.uint64(1)) & mask
        edges[slot, 0] = key
        edges[slot, 1] = np.uint32(targets[k])
    for k in range(sources.size):
        if sources[k] == 0:
            continue
        state = fall[sources[k]]
        found = edge(edges, state, bytes_[k])
        while found == NO_EDGE and state != 0:
            state = fall[state]
            found = edge(edges, state, bytes_[k])
        fall[targets[k]] = max(found, 0)


def read_tables() -> tuple[Tables, tuple[str, ...]]:
    """Read the model of the py3langid that is installed, without importing it.

    Returns:
        The tables, and the code of the language of each column; some languages have two.

    Raises:
        ArtefactError: it is not there, or not what this Tipstaff knows.
    """
    spec = importlib.util.find_spec("py3langid")
    folder = spec.submodule_search_locations[0] if spec is not None and spec.submodule_search_locations else None
    if folder is None:
        raise ArtefactError("py3langid, whose model tells languages, is not installed: install Tipstaff with its dependencies")
    try:
        with lzma.open(Path(folder) / _FILE) as file:
            return _tables(dict(_arrays(file)))
    except (OSError, EOFError, ValueError, KeyError, IndexError, lzma.LZMAError) as error:
        raise ArtefactError(f"the model of py3langid cannot be read ({type(error).__name__}): install py3langid 0.4 anew") from error


def _arrays(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of an .npz from a stream; numpy's own reader goes back and forth, which a compressed file does badly."""
    while file.read(4) == _LOCAL_HEADER:
        head = file.read(26)
        name = file.read(int.from_bytes(head[22:24], "little")).decode().removesuffix(".npy")
        file.read(int.from_bytes(head[24:26], "little"))
        array = np.lib.format.read_array(file, allow_pickle=False)
        # As soon as it is there, so that the two large ones are never in memory together.
        yield name, _sparse(array) if name == "ptc" else array


def _sparse(logs: Array) -> tuple[Array, Array, Array, Array]:
    """Return first, language, more and unseen of Tables."""
    unseen = logs.min(axis=0).astype(np.float64)
    sizes, languages, mores = [np.zeros(1, np.int32)], [], []
    for start in range(0, len(logs), _ROWS):
        units = np.rint((logs[start : start + _ROWS].astype(np.float32) - unseen) / STEP).astype(np.uint8)
        rows, columns = np.nonzero(units)
        sizes.append(np.bincount(rows, minlength=len(units)).astype(np.int32))
        languages.append(columns.astype(np.uint8))
        mores.append(units[rows, columns])
    return np.cumsum(np.concatenate(sizes), dtype=np.int32), np.concatenate(languages), np.concatenate(mores), unseen


def _tables(found: dict[str, Any]) -> tuple[Tables, tuple[str, ...]]:
    rows, row_of = found["nextmove"].reshape(-1, 256), found["nextmove_row"]
    sources, bytes_, targets = _trie(rows, row_of)
    edges = np.zeros((1 << (2 * len(sources)).bit_length(), 2), np.uint32)
    fall = np.zeros(len(row_of), np.int32)
    _enter(sources, bytes_, targets, edges, fall)
    first, language, more, unseen = found["ptc"]
    tables = Tables(edges, fall, found["out_feat"].astype(np.int32), first, language, more, unseen, found["pc"].astype(np.float64))
    return tables, tuple(found["classes"].tolist())


def _trie(rows: Array, row_of: Array) -> tuple[Array, Array, Array]:
    """Return the edges of the trie in an automaton, shallow ones first: those that lead one step further from the root."""
    depth = np.full(len(row_of), -1, np.int32)
    depth[0] = 0
    level = np.zeros(1, np.int64)
    edges = []
    while level.size:
        found = []
        for start in range(0, level.size, _ROWS):
            part = level[start : start + _ROWS]
            after = rows[row_of[part]]
            at, byte = np.nonzero(depth[after] < 0)
            found.append((part[at], byte, after[at, byte].astype(np.int64)))
        sources, bytes_, targets = (np.concatenate(each) for each in zip(*found, strict=True))
        edges.append((sources, bytes_, targets))
        depth[targets] = depth[level[0]] + 1
        level = np.unique(targets)
    sources, bytes_, targets = (np.concatenate(each) for each in zip(*edges, strict=True))
    return sources, bytes_, targets
