"""The messages of an Arrow file or stream, looked at before Arrow reads them: where they lie, and how much memory each will take.

Messages and the footer are FlatBuffers (https://flatbuffers.dev/internals/); their fields are defined in
https://github.com/apache/arrow/tree/main/format (``Message.fbs``, ``File.fbs``).
"""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from model.errors import UnsafeFileError
from training.tables.expansion import ExpansionBudget

__all__ = ["MAX_BATCH_SIZE", "check_arrow_file", "check_arrow_stream"]

MAX_BATCH_SIZE = 1 << 29
"""The most bytes that a record batch, or all dictionaries together, may take in memory."""

_MAX_METADATA_SIZE = 1 << 24
_MAX_FOOTER_SIZE = 1 << 26
_MAX_VALUES = 1 << 26
"""The most values, those in lists included, that a column of a batch may have."""
_CONTINUATION = 0xFFFFFFFF
_FILE_TAIL_SIZE = 10
"""Bytes behind the footer of a file: its length, and the signature."""
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3
# Fields of Message, DictionaryBatch, RecordBatch and Footer.
_HEADER_TYPE, _HEADER, _BODY_LENGTH = 1, 2, 3
_DICTIONARY_DATA = 1
_LENGTH, _NODES, _BUFFERS, _COMPRESSION = 0, 1, 2, 3
_FOOTER_DICTIONARIES, _FOOTER_BATCHES = 2, 3


class _Place(NamedTuple):
    """Where a message lies: the byte where its metadata begins, the size of these, and the byte where its body begins."""

    begin: int
    size: int
    body: int


class _Table:
    """A table of a FlatBuffer; reading outside of it raises ``struct.error``."""

    def __init__(self, content: bytes, position: int) -> None:
        self._content = content
        self._position = position

    @classmethod
    def root(cls, content: bytes) -> "_Table":
        return cls(content, _unpack("<I", content, 0))

    def _field(self, number: int) -> int:
        """Return where a field lies; 0 if the table lacks it."""
        vtable = self._position - _unpack("<i", self._content, self._position)
        if 4 + 2 * number >= _unpack("<H", self._content, vtable):
            return 0
        offset = _unpack("<H", self._content, vtable + 4 + 2 * number)
        return self._position + offset if offset else 0

    def number(self, number: int, form: str) -> int:
        at = self._field(number)
        return _unpack(form, self._content, at) if at else 0

    def table(self, number: int) -> "_Table | None":
        at = self._field(number)
        return _Table(self._content, at + _unpack("<I", self._content, at)) if at else None

    def structs(self, number: int, form: str) -> list[tuple[int, ...]]:
        """Return a vector of structs."""
        at = self._field(number)
        if not at:
            return []
        at += _unpack("<I", self._content, at)
        count = _unpack("<I", self._content, at)
        begin, size = at + 4, struct.calcsize(form)
        if begin < 0 or begin + count * size > len(self._content):
            raise struct.error
        return list(struct.iter_unpack(form, self._content[begin : begin + count * size]))


def _unpack(form: str, content: bytes, at: int) -> int:
    if at < 0:
        raise struct.error
    value: int = struct.unpack_from(form, content, at)[0]
    return value


def check_arrow_file(file: BinaryIO, budget: ExpansionBudget) -> None:
    """Look at all messages that the footer of an Arrow file names.

    Args:
        file: the file; it must be seekable.
        budget: what the file may become.

    Raises:
        UnsafeFileError: a message lies outside of the file, or takes too much memory.
        ValueError: the file has no footer that can be read.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - _FILE_TAIL_SIZE, 0))
    footer_size = int.from_bytes(file.read(4), "little")
    if not 0 < footer_size <= size - _FILE_TAIL_SIZE:
        raise ValueError("it has no footer")
    if footer_size > _MAX_FOOTER_SIZE:
        raise UnsafeFileError(f"{budget.name}: its footer has {footer_size:,} bytes; write it anew with fewer, larger batches")
    file.seek(size - _FILE_TAIL_SIZE - footer_size)
    checker = _MessageChecker(file, size, budget)
    try:
        footer = _Table.root(file.read(footer_size))
        blocks = (footer.structs(number, "<qi4xq") for number in (_FOOTER_DICTIONARIES, _FOOTER_BATCHES))
        places = [(begin, length) for part in blocks for begin, length, _ in part]
    except struct.error:
        raise ValueError("its footer cannot be read") from None
    for begin, length in places:
        checker.check(checker.place_of(begin), outside=begin + length)


def check_arrow_stream(file: BinaryIO, budget: ExpansionBudget) -> None:
    """Look at all messages of an Arrow stream; the arguments and the errors are those of ``check_arrow_file``."""
    size = file.seek(0, io.SEEK_END)
    checker = _MessageChecker(file, size, budget)
    at = 0
    while at < size:
        place = checker.place_of(at)
        if not place.size or place.body > size:
            return  # what is cut off is for Arrow to notice, which gives the batches before it
        at = checker.check(place)


class _MessageChecker:
    """Looks at the messages of one file."""

    def __init__(self, file: BinaryIO, size: int, budget: ExpansionBudget) -> None:
        self._file = file
        self._size = size
        self._budget = budget
        self._batches = self._dictionaries_size = 0

    def place_of(self, begin: int) -> _Place:
        """Return the place of the message that begins at a byte; an empty one at the end of a stream."""
        if not 0 <= begin < self._size:
            raise self._outside()
        self._file.seek(begin)
        prefix = self._file.read(8)
        size, prefix_size = int.from_bytes(prefix[:4], "little"), 4
        if size == _CONTINUATION:
            size, prefix_size = int.from_bytes(prefix[4:], "little"), 8
        return _Place(begin + prefix_size, size, begin + prefix_size + size)

    def check(self, place: _Place, *, outside: int = 0) -> int:
        """Look at a message, and return the byte behind it.

        Args:
            place: where it lies.
            outside: where its metadata end according to the footer; 0 if nothing says so.
        """
        if max(place.body, outside) > self._size:
            raise self._outside()
        if place.size > _MAX_METADATA_SIZE:
            raise self._too_large(place.size)
        self._file.seek(place.begin)
        try:
            message = _Table.root(self._file.read(place.size))
            kind, body_size = message.number(_HEADER_TYPE, "<B"), message.number(_BODY_LENGTH, "<q")
            body = max(place.body, outside)
            if body_size < 0 or body + body_size > self._size:
                if body_size >= 0 and not outside:
                    return self._size  # a stream that is cut off
                raise self._outside()
            header = message.table(_HEADER)
            if kind == _DICTIONARY_BATCH and header is not None:
                self._check_batch(header.table(_DICTIONARY_DATA), body, body_size, is_dictionary=True)
            elif kind == _RECORD_BATCH:
                self._batches += 1
                self._check_batch(header, body, body_size, is_dictionary=False)
        except struct.error:
            raise self._outside() from None
        self._budget.add("messages", place.size + body_size)
        return body + body_size

    def _check_batch(self, batch: _Table | None, body: int, body_size: int, *, is_dictionary: bool) -> None:
        if batch is None:
            raise self._outside()
        lengths = [batch.number(_LENGTH, "<q"), *(length for length, _ in batch.structs(_NODES, "<qq"))]
        if min(lengths) < 0:
            raise self._outside()
        buffers = batch.structs(_BUFFERS, "<qq")
        if any(offset < 0 or length < 0 or offset + length > body_size for offset, length in buffers):
            raise self._outside()
        sizes = [length for _, length in buffers]
        if batch.table(_COMPRESSION) is not None:
            sizes = list(self._unpacked_sizes(buffers, body))
        size = sum(sizes)
        self._budget.add("buffers", size)
        if is_dictionary:
            self._dictionaries_size += size
            size = self._dictionaries_size
        if size > MAX_BATCH_SIZE or max(lengths) > _MAX_VALUES:
            raise self._too_large(max(size, *lengths))

    def _unpacked_sizes(self, buffers: list[tuple[int, ...]], body: int) -> Iterator[int]:
        """Yield the sizes that compressed buffers say they have when they are unpacked; Arrow refuses those for which that is not true."""
        for offset, length in buffers:
            if not length:
                continue
            self._file.seek(body + offset)
            size = int.from_bytes(self._file.read(8), "little", signed=True)
            yield length if size < 0 else size

    def _outside(self) -> UnsafeFileError:
        return UnsafeFileError(
            f"{self._budget.name}: record batch {max(self._batches, 1)} is not sound (it points outside the file); it is not read: write "
            "the file anew with the program that it comes from, or copy it once more"
        )

    def _too_large(self, size: int) -> UnsafeFileError:
        return UnsafeFileError(
            f"{self._budget.name}: record batch {max(self._batches, 1)} takes {size:,} bytes of memory or more; write the file with "
            "smaller batches (pyarrow: max_chunksize=65536)"
        )
