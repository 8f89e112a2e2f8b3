"""Searches the bytes of files for many values at once, in bounded memory."""

import json
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

__all__ = ["LEAST_BYTES", "ByteSearch"]

LEAST_BYTES = 8
"""The length from which a value is searched byte by byte: shorter ones occur everywhere by chance."""

_BLOCK_BYTES = 1 << 22


class ByteSearch:
    """Searches for values as UTF-8, as JSON and as CSV, wherever they stand; those with fewer than `LEAST_BYTES` bytes are never found.

    Args:
        values: the values.
    """

    def __init__(self, values: Collection[str]) -> None:
        self._values = {spelling: value for value in values for spelling in _spellings(value) if len(spelling) >= LEAST_BYTES}
        # By their first bytes and their lengths: thousands of ids may begin alike.
        self._lengths: dict[int, set[int]] = {}
        for spelling in self._values:
            self._lengths.setdefault(int.from_bytes(spelling[:LEAST_BYTES], "little"), set()).add(len(spelling))
        self._prefixes = np.array(sorted(self._lengths), dtype=np.uint64)
        # Most places are ruled out by two bytes.
        self._is_start = np.zeros(1 << 16, dtype=np.bool_)
        self._is_start[(self._prefixes & np.uint64(0xFFFF)).astype(np.int64)] = True
        self._overlap = max(map(len, self._values), default=1) - 1

    def find_in_file(self, path: Path) -> set[str]:
        """Return the values that a file holds.

        Raises:
            OSError: the file cannot be read.
        """
        found: set[str] = set()
        if not self._values:
            return found
        with path.open("rb") as file:
            kept = b""
            while block := file.read(_BLOCK_BYTES):
                content = kept + block
                found |= self._find(content)
                kept = content[-self._overlap :]
        return found

    def find_in_texts(self, texts: Iterable[str]) -> set[str]:
        """Return the values that any of some texts holds."""
        found: set[str] = set()
        if not self._values:
            return found
        pending: list[bytes] = []
        size = 0
        for text in texts:
            pending.append(text.encode("utf-8", "surrogatepass"))
            size += len(pending[-1])
            if size > _BLOCK_BYTES:
                found |= self._find(b"\0".join(pending))
                pending, size = [], 0
        return found | self._find(b"\0".join(pending))

    def _find(self, content: bytes) -> set[str]:
        found: set[str] = set()
        for place in self._places(content):
            for length in self._lengths[int.from_bytes(content[place : place + LEAST_BYTES], "little")]:
                value = self._values.get(content[place : place + length])
                if value is not None:
                    found.add(value)
        return found

    def _places(self, content: bytes) -> list[int]:
        """Return where the first bytes of a value stand."""
        if len(content) < LEAST_BYTES:
            return []
        points = np.frombuffer(content, dtype=np.uint8)
        pairs = points[: 1 - LEAST_BYTES].astype(np.int64) | (points[1 : 2 - LEAST_BYTES].astype(np.int64) << 8)
        places = np.flatnonzero(self._is_start[pairs])
        windows = np.zeros(len(places), dtype=np.uint64)
        for offset in range(LEAST_BYTES):
            windows |= points[places + offset].astype(np.uint64) << np.uint64(8 * offset)
        nearest = np.minimum(np.searchsorted(self._prefixes, windows), len(self._prefixes) - 1)
        found: list[int] = places[self._prefixes[nearest] == windows].tolist()
        return found


def _spellings(value: str) -> set[bytes]:
    texts = {value, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1], value.replace('"', '""')}
    return {text.encode("utf-8", "surrogatepass") for text in texts}
