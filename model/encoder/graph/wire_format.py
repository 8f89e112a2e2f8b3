"""Reads messages of Protocol Buffers strictly: every field has to be known, and what may come once comes once.

Google's own library would skip unknown fields, which ONNX Runtime may know, and would copy a network of many megabytes.
The format: https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["BYTES", "FIXED32", "FIXED64", "VARINT", "Field", "MessageReader"]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""How a field is encoded: as a number of any length, of 8 bytes, as bytes, or as a number of 4 bytes."""

_MAX_FIELDS = 200_000
_LARGEST_VARINT_SHIFT = 63


class Field(NamedTuple):
    """A field of a message.

    Attributes:
        name: its name.
        wire: how it is encoded.
        many: whether it may come more than once.
        message: the name of the message that it holds; None if it holds none.
    """

    name: str
    wire: int = BYTES
    many: bool = False
    message: str | None = None


class MessageReader:
    """Reads messages, up to a number of fields in all.

    Args:
        messages: the fields of each message by their numbers, by the name of the message. Messages are nested as deep as these say, and
            no deeper.
    """

    def __init__(self, messages: Mapping[str, Mapping[int, Field]]) -> None:
        self._messages = messages
        self._left = _MAX_FIELDS

    def read(self, data: memoryview, message: str) -> dict[str, Any]:
        """Return the fields of a message by name; those that may come more than once are lists.

        Numbers are not negative; bytes, and numbers of a fixed size, stay where they are in memory.

        Raises:
            ValueError: the message is damaged, or has other fields than the known ones; the message of the error reads on from the name of
                the file.
        """
        known = self._messages[message]
        values: dict[str, Any] = {entry.name: [] for entry in known.values() if entry.many}
        at = 0
        while at < len(data):
            self._count()
            key, at = _read_varint(data, at)
            entry, wire = known.get(key >> 3), key & 7
            if entry is None:
                raise ValueError(f"holds what no encoder has (field {key >> 3} of a {message})")
            value, at = _read_value(data, at, wire)
            if entry.message is not None and wire == BYTES:
                value = self.read(value, entry.message)
            elif wire != entry.wire and not (wire == BYTES and entry.many):
                raise ValueError(f"is not an ONNX file ({entry.name} is encoded wrongly)")
            if not entry.many and entry.name in values:
                raise ValueError(f"is not an ONNX file ({entry.name} comes twice)")
            if not entry.many:
                values[entry.name] = value
            elif wire == BYTES and entry.wire != BYTES:
                values[entry.name].extend(self._unpack(value, entry.wire))
            else:
                values[entry.name].append(value)
        return values

    def _unpack(self, data: memoryview, wire: int) -> Sequence[Any]:
        """Return numbers that are packed into one field; those of a fixed size stay together, in bytes."""
        if wire != VARINT:
            return [data]
        numbers, at = [], 0
        while at < len(data):
            self._count()
            number, at = _read_varint(data, at)
            numbers.append(number)
        return numbers

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ValueError("has more parts than any encoder")


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift <= _LARGEST_VARINT_SHIFT:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise ValueError("is not an ONNX file (a number does not end)")


def _read_value(data: memoryview, at: int, wire: int) -> tuple[Any, int]:
    if wire == VARINT:
        return _read_varint(data, at)
    if wire == BYTES:
        size, at = _read_varint(data, at)
    elif wire in (FIXED32, FIXED64):
        size = 4 if wire == FIXED32 else 8
    else:
        raise ValueError("is not an ONNX file (a field is encoded in an unknown way)")
    if size > len(data) - at:
        raise ValueError("is not an ONNX file (it is truncated)")
    return data[at : at + size], at + size
