"""The n-gram model of py3langid in a form of a tenth of its size: a trie with fallbacks, and only what differs from the usual.

py3langid keeps an automaton of bytes as a dense table (39 MB), and the logarithm of P(n-gram | language) of every n-gram and
language (28 MB), four in five of which have the value of an n-gram that never occurred. The scores are the same but for rounding.
"""

import importlib.util
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import AnyArray, ByteArray, FloatArray, Int32Array, IntArray
from model.errors import ArtefactError
from model.numba_cache import inner, kernel

__all__ = ["GAIN_STEP", "NO_STATE", "NgramTables", "child_state", "read_langid_model"]

GAIN_STEP = 0.05
"""What one unit of ``NgramTables.gain`` is worth, in logarithms."""

NO_STATE = -1
_FILE = Path("data") / "model.npz.xz"
_LOCAL_HEADER = b"PK\x03\x04"
_ROWS = 4096
_SLOT_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, TAOCP 3, 6.4)


class NgramTables(NamedTuple):
    """The compact model; a state is a node of the trie, 0 its root.

    Attributes:
        edges: hash table from (state << 8 | byte) + 1 to the next state, uint32, shape (2**k, 2); 0 is empty.
        fallback: state of the longest proper suffix, where the search goes on if no edge fits; int32, shape (states,).
        ngram: number of the n-gram that ends in a state, -1 if none does; int32, shape (states,).
        starts: where the entries of an n-gram begin in the next two fields, int32, shape (n-grams + 1,).
        language: column of the language of an entry, uint8.
        gain: how much likelier the n-gram is in that language than one that never occurred in it, in units of GAIN_STEP; uint8.
        unseen: logarithm of the probability of an n-gram that never occurred, by column, float64.
        prior: logarithm of the prior, by column, float64.
    """

    edges: npt.NDArray[np.uint32]
    fallback: Int32Array
    ngram: Int32Array
    starts: Int32Array
    language: ByteArray
    gain: ByteArray
    unseen: FloatArray
    prior: FloatArray


@inner
def _slot(key: np.uint32, mask: np.uint64) -> np.uint64:
    return ((np.uint64(key) * _SLOT_MIX) >> np.uint64(32)) & mask


@inner
def child_state(edges: npt.NDArray[np.uint32], state: int, byte: int) -> int:
    """Return the state that a byte leads to in the trie itself, without fallbacks; NO_STATE if there is none."""
    key = np.uint32(((state << 8) | byte) + 1)
    mask = np.uint64(edges.shape[0] - 1)
    slot = _slot(key, mask)
    while True:
        entry = edges[slot, 0]
        if entry == key:
            return int(np.int64(edges[slot, 1]))
        if entry == np.uint32(0):
            return NO_STATE
        slot = (slot + np.uint64(1)) & mask


@kernel
def _build_trie(sources: IntArray, labels: IntArray, targets: IntArray, edges: npt.NDArray[np.uint32], fallback: Int32Array) -> None:
    """Enter edges, shallow ones first, into an empty table, and find the fallback of each state as Aho and Corasick do (1975)."""
    mask = np.uint64(edges.shape[0] - 1)
    for k in range(sources.size):
        key = np.uint32(((sources[k] << 8) | labels[k]) + 1)
        slot = _slot(key, mask)
        while edges[slot, 0] != np.uint32(0):
            slot = (slot + np.uint64(1)) & mask
        edges[slot, 0] = key
        edges[slot, 1] = np.uint32(targets[k])
    for k in range(sources.size):
        if sources[k] == 0:
            continue
        state = fallback[sources[k]]
        after = child_state(edges, state, labels[k])
        while after == NO_STATE and state != 0:
            state = fallback[state]
            after = child_state(edges, state, labels[k])
        fallback[targets[k]] = max(after, 0)


def read_langid_model() -> tuple[NgramTables, tuple[str, ...]]:
    """Read the model of the installed py3langid, without importing py3langid.

    Returns:
        The tables, and the code of the language of each column; some languages have two columns.

    Raises:
        ArtefactError: the model is missing, or is not one that this Tipstaff knows.
    """
    spec = importlib.util.find_spec("py3langid")
    folder = spec.submodule_search_locations[0] if spec is not None and spec.submodule_search_locations else None
    if folder is None:
        raise ArtefactError("py3langid, whose model identifies languages, is not installed: install Tipstaff with its dependencies")
    try:
        with lzma.open(Path(folder) / _FILE) as file:
            return _build_tables(dict(_read_arrays(file)))
    except (OSError, EOFError, ValueError, KeyError, IndexError, lzma.LZMAError) as error:
        raise ArtefactError(f"the model of py3langid cannot be read ({type(error).__name__}): install py3langid 0.4 anew") from error


def _read_arrays(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of an .npz in the order of the file: NumPy's own reader seeks, which is slow in a compressed file."""
    while file.read(4) == _LOCAL_HEADER:
        head = file.read(26)
        name = file.read(int.from_bytes(head[22:24], "little")).decode().removesuffix(".npy")
        file.read(int.from_bytes(head[24:26], "little"))
        array = np.lib.format.read_array(file, allow_pickle=False)
        # Compacted at once, so that the two large ones are never in memory together.
        yield name, _compact(array) if name == "ptc" else array


def _compact(logs: AnyArray) -> tuple[Int32Array, ByteArray, ByteArray, FloatArray]:
    """Return ``starts``, ``language``, ``gain`` and ``unseen`` of NgramTables, given the logarithm of every n-gram and language."""
    unseen = logs.min(axis=0).astype(np.float64)
    sizes, languages, gains = [np.zeros(1, np.int32)], [], []
    for start in range(0, len(logs), _ROWS):
        units = np.rint((logs[start : start + _ROWS].astype(np.float32) - unseen) / GAIN_STEP).astype(np.uint8)
        rows, columns = np.nonzero(units)
        sizes.append(np.bincount(rows, minlength=len(units)).astype(np.int32))
        languages.append(columns.astype(np.uint8))
        gains.append(units[rows, columns])
    return np.cumsum(np.concatenate(sizes), dtype=np.int32), np.concatenate(languages), np.concatenate(gains), unseen


def _build_tables(arrays: dict[str, Any]) -> tuple[NgramTables, tuple[str, ...]]:
    transitions, row_of = arrays["nextmove"].reshape(-1, 256), arrays["nextmove_row"]
    sources, labels, targets = _find_edges(transitions, row_of)
    edges = np.zeros((1 << (2 * len(sources)).bit_length(), 2), np.uint32)
    fallback = np.zeros(len(row_of), np.int32)
    _build_trie(sources, labels, targets, edges, fallback)
    starts, language, gain, unseen = arrays["ptc"]
    ngram, prior = arrays["out_feat"].astype(np.int32), arrays["pc"].astype(np.float64)
    return NgramTables(edges, fallback, ngram, starts, language, gain, unseen, prior), tuple(arrays["classes"].tolist())


def _find_edges(transitions: AnyArray, row_of: AnyArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the edges of the trie in a dense automaton: the transitions that lead one step further away from the root.

    Args:
        transitions: the next state by byte, shape (rows, 256); states may share a row.
        row_of: the row of each state.

    Returns:
        State, byte and next state of each edge, shallow ones first.
    """
    depth = np.full(len(row_of), -1, np.int32)
    depth[0] = 0
    level = np.zeros(1, np.int64)
    edges = []
    while level.size:
        parts = []
        for start in range(0, level.size, _ROWS):
            states = level[start : start + _ROWS]
            after = transitions[row_of[states]]
            at, byte = np.nonzero(depth[after] < 0)
            parts.append((states[at], byte, after[at, byte].astype(np.int64)))
        sources, labels, targets = (np.concatenate(each) for each in zip(*parts, strict=True))
        edges.append((sources, labels, targets))
        depth[targets] = depth[level[0]] + 1
        level = np.unique(targets)
    sources, labels, targets = (np.concatenate(each) for each in zip(*edges, strict=True))
    return sources, labels, targets
