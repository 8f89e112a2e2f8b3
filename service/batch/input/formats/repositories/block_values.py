"""Values in the blocks of a repository: the part of CBOR (RFC 8949) that its rules, DAG-CBOR, allow."""

import struct

__all__ = ["BrokenBlockError", "decode_block"]

_MAX_DEPTH = 64
_LENGTH_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}
_SIMPLE_VALUES = {20: False, 21: True, 22: None}
_FLOAT = 27
_LINK_TAG = 42


class BrokenBlockError(Exception):
    """A block does not hold what the rules allow."""


def decode_block(data: bytes) -> object:
    """Return the value in a block: of links to other blocks, the bytes of the address; texts that are not UTF-8 with lone surrogates.

    Args:
        data: the whole block.

    Raises:
        BrokenBlockError: it is cut off, too deep, or breaks the rules.
    """
    try:
        value, end = _decode(data, 0, _MAX_DEPTH)
    except (IndexError, struct.error) as error:
        raise BrokenBlockError("the block is cut off") from error
    if end != len(data):
        raise BrokenBlockError("there is more in the block than a value")
    return value


def _decode(data: bytes, at: int, depth: int) -> tuple[object, int]:
    """Return the value that begins at an index, and the index behind it."""
    if not depth:
        raise BrokenBlockError("the values are too deep")
    kind, detail = data[at] >> 5, data[at] & 31
    at += 1
    if kind == 7:
        if detail == _FLOAT:
            return struct.unpack_from(">d", data, at)[0], at + 8
        if detail in _SIMPLE_VALUES:
            return _SIMPLE_VALUES[detail], at
        raise BrokenBlockError("there is a value that the rules do not allow")
    number, at = _decode_number(data, at, detail)
    if kind == 0:
        return number, at
    if kind == 1:
        return -1 - number, at
    if kind in {2, 3}:
        return _decode_bytes(data, at, number, is_text=kind == 3)
    if kind == 4:
        return _decode_list(data, at, number, depth)
    if kind == 5:
        return _decode_map(data, at, number, depth)
    if number != _LINK_TAG:
        raise BrokenBlockError("there is a tag that the rules do not allow")
    link, at = _decode(data, at, depth - 1)
    if not isinstance(link, bytes):
        raise BrokenBlockError("a link has no address")
    return link[1:], at


def _decode_number(data: bytes, at: int, detail: int) -> tuple[int, int]:
    if detail < min(_LENGTH_SIZES):
        return detail, at
    size = _LENGTH_SIZES.get(detail)
    if size is None or at + size > len(data):
        raise BrokenBlockError("there is a length that the rules do not allow")
    return int.from_bytes(data[at : at + size], "big"), at + size


def _decode_bytes(data: bytes, at: int, length: int, *, is_text: bool) -> tuple[object, int]:
    end = at + length
    if end > len(data):
        raise BrokenBlockError("the block is cut off")
    piece = data[at:end]
    return (piece.decode("utf-8", "surrogateescape") if is_text else piece), end


def _decode_list(data: bytes, at: int, length: int, depth: int) -> tuple[object, int]:
    values = []
    for _ in range(min(length, len(data))):
        value, at = _decode(data, at, depth - 1)
        values.append(value)
    return values, at


def _decode_map(data: bytes, at: int, length: int, depth: int) -> tuple[object, int]:
    fields: dict[str, object] = {}
    for _ in range(min(length, len(data))):
        name, at = _decode(data, at, depth - 1)
        if not isinstance(name, str):
            raise BrokenBlockError("a name is no text")
        value, at = _decode(data, at, depth - 1)
        fields[name] = value
    return fields, at
