"""Posts in a repository of Bluesky (``repo.car``), with the names under which its tree lists them."""

from collections.abc import Iterator
from typing import IO, NamedTuple

from service.batch.input.formats.repositories.block_values import BrokenBlockError, decode_block
from service.batch.input.records import DumpRecord
from service.batch.remarks import add_remark
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["begins_repository", "read_repository"]

_HEADER = b"\xa2eroots"
"""How the header begins behind its length: a map with two names, of which ``roots`` is the first."""
_MAX_HEADER_START = 4
_COLLECTION = "app.bsky.feed.post"
_MAX_NAMED_POSTS = 500_000
_ADDRESS_END = 8
"""Bytes at the end of an address by which blocks are told apart; all of it would take several times the memory."""
_MAX_VARINT_SIZE = 10
_CUT_OFF = "the file is cut off"


class _Block(NamedTuple):
    """A block: where it begins, the end of its address, and its content; None where it is too long to be held."""

    offset: int
    address: bytes
    data: bytes | None


def begins_repository(head: bytes) -> bool:
    """Tell whether a file begins as repositories do."""
    return 0 < head[: _MAX_HEADER_START + len(_HEADER)].find(_HEADER) <= _MAX_HEADER_START


def read_repository(file: IO[bytes], remarks: list[str]) -> Iterator[DumpRecord]:
    """Yield the posts in a repository, each with its address; the file is read twice, because the tree may stand behind them.

    Args:
        file: the repository, from its beginning.
        remarks: gets what a person should know.
    """
    owner, keys = _read_tree(file)
    if len(keys) >= _MAX_NAMED_POSTS:
        add_remark(remarks, f"the repository lists more than {_MAX_NAMED_POSTS:,} posts; those that it lists later have no ids")
    file.seek(0)
    number = others = 0
    try:
        for block in _read_blocks(file):
            record, reason = _decode_record(block)
            if reason is None and record.get("$type") != _COLLECTION:
                others += "$type" in record
                continue
            number += 1
            key = keys.get(block.address)
            uri = None if key is None or owner is None else f"at://{owner}/{key}"
            yield DumpRecord(number, block.offset, {"uri": uri, "value": record} if reason is None else {"uri": uri}, reason)
    except BrokenBlockError:
        yield DumpRecord(number + 1, None, {}, Reason.TRUNCATED)
    if others:
        add_remark(remarks, f"{others:,} records of the repository are no posts (likes, follows, …) and were passed over")


def _read_tree(file: IO[bytes]) -> tuple[str | None, dict[bytes, str]]:
    """Return the owner of a repository, and for the address of each post the name that the tree has for it."""
    owner: str | None = None
    keys: dict[bytes, str] = {}
    try:
        for block in _read_blocks(file):
            fields, reason = _decode_record(block)
            if reason is not None:
                continue
            entries = fields.get("e")
            if isinstance(entries, list) and "l" in fields:
                if len(keys) < _MAX_NAMED_POSTS:
                    keys.update(_read_node(entries))
            elif isinstance(fields.get("did"), str) and "sig" in fields:
                owner = str(fields["did"])
    except BrokenBlockError:
        pass  # what is cut off has a row of its own, when the posts are read
    return owner, keys


def _read_node(entries: list[object]) -> Iterator[tuple[bytes, str]]:
    """Yield address and name of each post in a node of the tree, whose names leave out what they share with the one before."""
    name = b""
    for entry in entries:
        if not isinstance(entry, dict):
            return
        shared, rest, address = entry.get("p"), entry.get("k"), entry.get("v")
        if not (isinstance(shared, int) and isinstance(rest, bytes) and isinstance(address, bytes)):
            return
        name = name[:shared] + rest
        if name.startswith(_COLLECTION.encode()):
            yield address[-_ADDRESS_END:], name.decode("ascii", "replace")


def _decode_record(block: _Block) -> tuple[dict[str, object], Reason | None]:
    if block.data is None:
        return {}, Reason.TOO_LONG
    try:
        value = decode_block(block.data)
    except BrokenBlockError:
        return {}, Reason.DAMAGED
    return (value, None) if isinstance(value, dict) else ({}, None)


def _read_blocks(file: IO[bytes]) -> Iterator[_Block]:
    """Yield the blocks behind the header.

    Raises:
        BrokenBlockError: the file is cut off.
    """
    header_length, offset = _read_varint(file, 0)
    if header_length is None or len(file.read(min(header_length, MAX_ROW_LENGTH))) < header_length:
        raise BrokenBlockError(_CUT_OFF)
    offset += header_length
    while True:
        begin = offset
        length, offset = _read_varint(file, offset)
        if length is None:
            return
        offset += length
        data = file.read(min(length, MAX_ROW_LENGTH))
        if length > MAX_ROW_LENGTH:
            _skip(file, length - len(data))
        elif len(data) < length:
            raise BrokenBlockError(_CUT_OFF)
        address_length = _address_length(data)
        content = None if length > MAX_ROW_LENGTH else data[address_length:]
        yield _Block(begin, data[max(address_length - _ADDRESS_END, 0) : address_length], content)


def _skip(file: IO[bytes], length: int) -> None:
    while length > 0:
        piece = file.read(min(length, MAX_ROW_LENGTH))
        if not piece:
            raise BrokenBlockError(_CUT_OFF)
        length -= len(piece)


def _read_varint(file: IO[bytes], offset: int) -> tuple[int | None, int]:
    """Return a number of variable length and the offset behind it; None in its place where the file ends."""
    number = 0
    for position in range(_MAX_VARINT_SIZE):
        byte = file.read(1)
        if not byte:
            if position:
                raise BrokenBlockError(_CUT_OFF)
            return None, offset
        number |= (byte[0] & 0x7F) << (7 * position)
        if byte[0] < 0x80:
            return number, offset + position + 1
    raise BrokenBlockError("a length is too long")


def _address_length(data: bytes) -> int:
    """Return the length of the address (CID) with which a block begins."""
    if data.startswith(b"\x12\x20"):
        return 34
    at = 0
    sizes = []
    for _ in range(4):
        number = shift = 0
        while True:
            if at >= len(data) or shift > 63:
                raise BrokenBlockError(_CUT_OFF)
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        sizes.append(number)
    return min(at + sizes[-1], len(data))
