"""Searches the bytes of files for many values at once, in bounded memory."""

import json
from collections.abc import Collection
from pathlib import Path

import numpy as np

__all__ = ["LEAST_BYTES", "find_in_bytes"]

LEAST_BYTES = 8
"""The length from which a value is searched byte by byte: shorter ones occur everywhere by chance."""

_BLOCK_BYTES = 1 << 22


def find_in_bytes(path: Path, values: Collection[str]) -> set[str]:
    """Return the values that a file holds anywhere in its bytes: as UTF-8, as JSON, or as CSV.

    Args:
        path: the file.
        values: the values; those with fewer than `LEAST_BYTES` bytes are never found.

    Raises:
        OSError: the file cannot be read.
    """
    spellings = {spelling: value for value in values for spelling in _spellings(value) if len(spelling) >= LEAST_BYTES}
    if not spellings:
        return set()
    by_prefix: dict[int, list[bytes]] = {}
    for spelling in spellings:
        by_prefix.setdefault(int.from_bytes(spelling[:LEAST_BYTES], "little"), []).append(spelling)
    prefixes = np.array(sorted(by_prefix), dtype="<u8")
    # Most places are ruled out by two bytes.
    is_start = np.zeros(1 << 16, dtype=np.bool_)
    is_start[(prefixes & np.uint64(0xFFFF)).astype(np.int64)] = True
    overlap = max(map(len, spellings)) - 1
    found: set[str] = set()
    with path.open("rb") as file:
        kept = b""
        while block := file.read(_BLOCK_BYTES):
            content = kept + block
            for place in _candidates(content, prefixes, is_start):
                prefix = int.from_bytes(content[place : place + LEAST_BYTES], "little")
                found.update(spellings[spelling] for spelling in by_prefix[prefix] if content.startswith(spelling, place))
            kept = content[-overlap:]
    return found


def _candidates(
    content: bytes, prefixes: "np.ndarray[tuple[int], np.dtype[np.uint64]]", is_start: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> list[int]:
    """Return the places at which one of the prefixes stands."""
    if len(content) < LEAST_BYTES:
        return []
    points = np.frombuffer(content, dtype=np.uint8)
    starts = points[: 1 - LEAST_BYTES]
    pairs = starts.astype(np.int64) | (points[1 : 2 - LEAST_BYTES].astype(np.int64) << 8)
    places = np.flatnonzero(is_start[pairs])
    windows = np.zeros(len(places), dtype=np.uint64)
    for offset in range(LEAST_BYTES):
        windows |= points[places + offset].astype(np.uint64) << np.uint64(8 * offset)
    nearest = np.minimum(np.searchsorted(prefixes, windows), len(prefixes) - 1)
    found: list[int] = places[prefixes[nearest] == windows].tolist()
    return found


def _spellings(value: str) -> set[bytes]:
    texts = {value, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1], value.replace('"', '""')}
    return {text.encode("utf-8", "surrogatepass") for text in texts}
