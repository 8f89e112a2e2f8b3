"""Writes repositories of Bluesky as its servers write them: blocks of CBOR, some of which are the tree that names the others."""

import hashlib
from typing import Any, NamedTuple

__all__ = ["Link", "encode_value", "write_repository"]


class Link(NamedTuple):
    """A link to another block, by its address."""

    address: bytes


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 256**size)
    return bytes([kind << 5 | 24 + (1, 2, 4, 8).index(size)]) + number.to_bytes(size, "big")


def encode_value(value: Any) -> bytes:
    """Return a value as a block holds it."""
    match value:
        case None | True | False:
            return bytes([{False: 0xF4, True: 0xF5, None: 0xF6}[value]])
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case Link(address):
            return b"\xd8\x2a" + encode_value(b"\0" + address)
        case list():
            return _head(4, len(value)) + b"".join(map(encode_value, value))
        case _:
            return _head(5, len(value)) + b"".join(encode_value(name) + encode_value(inner) for name, inner in value.items())


def _address(data: bytes) -> bytes:
    return b"\x01\x71\x12\x20" + hashlib.sha256(data).digest()


def _varint(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*data, number])


def write_repository(owner: str, records: dict[str, Any], *, tree_is_last: bool = False) -> bytes:
    """Return a repository.

    Args:
        owner: whose it is, by the identifier (``did:…``).
        records: name in the tree → record.
        tree_is_last: whether the tree stands behind the records.
    """
    blocks = {name: encode_value(record) for name, record in records.items()}
    entries, before = [], ""
    for name in sorted(records):
        shared = next((i for i, pair in enumerate(zip(name, before, strict=False)) if pair[0] != pair[1]), min(len(name), len(before)))
        entries.append({"p": shared, "k": name[shared:].encode(), "v": Link(_address(blocks[name])), "t": None})
        before = name
    node = encode_value({"l": None, "e": entries})
    commit = encode_value({"did": owner, "rev": "3k", "sig": b"\1" * 64, "data": Link(_address(node)), "prev": None, "version": 3})
    header = encode_value({"roots": [Link(_address(commit))], "version": 1})
    ordered = [*blocks.values(), node, commit] if tree_is_last else [commit, node, *blocks.values()]
    framed = (_varint(len(data) + 36) + _address(data) + data for data in ordered)
    return _varint(len(header)) + header + b"".join(framed)
