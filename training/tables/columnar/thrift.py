"""A reader of Thrift's compact protocol, in which Parquet writes its footers and the headers of its pages.

The protocol is described at https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["ThriftFields", "ThriftList", "ThriftReader", "ThriftType"]

# The protocol packs two numbers into a byte: a type in the low half, and in the high half a step to the next field's number or the
# length of a list, if they are small enough.
_FIELD_TYPE_BITS = 0x0F
_STEP_SHIFT = 4
_LONG_LIST = 15
_VARINT_BITS = 7
_VARINT_MASK = 0x7F
_VARINT_CONTINUES = 0x80
_MAX_SHIFT = 63
_MAX_DEPTH = 64


class ThriftType:
    """The numbers of the protocol's types."""

    TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)


@dataclass
class ThriftList:
    """A list of values of one type."""

    type: int
    values: list[Any]


ThriftFields = dict[int, tuple[int, Any]]
"""A struct: number of a field → its type and value."""


class ThriftReader:
    """Reads values from bytes; whatever the bytes are, it raises nothing but IndexError, KeyError and ValueError.

    Args:
        content: the bytes.

    Attributes:
        position: how many bytes have been read.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._depth = 0
        self.position = 0

    def read_struct(self) -> ThriftFields:
        """Read a struct.

        Raises:
            IndexError: the bytes end within it.
            KeyError: a value is of an unknown type.
            ValueError: a value is too long, or structs are nested too deeply.
        """
        return {number: (type_, _READERS[type_](self)) for number, type_ in self.read_fields()}

    def read_fields(self) -> Iterator[tuple[int, int]]:
        """Read the fields of a struct: yield number and type of each, whose value must be read or skipped before the next is requested.

        The errors are those of ``read_struct``.
        """
        self._descend()
        number = 0
        while header := self._byte():
            step = header >> _STEP_SHIFT
            number = number + step if step else self.read_number()
            yield number, header & _FIELD_TYPE_BITS
        self._depth -= 1

    def read_number(self) -> int:
        """Read a whole number of any type; the errors are those of ``read_struct``."""
        value = self._varint()
        return value >> 1 ^ -(value & 1)

    def read_list_header(self) -> tuple[int, int]:
        """Read the type of the values in a list, and how many there are; the errors are those of ``read_struct``."""
        header = self._byte()
        short_count = header >> _STEP_SHIFT
        return header & _FIELD_TYPE_BITS, short_count if short_count != _LONG_LIST else self._varint()

    def skip(self, type_: int) -> None:
        """Skip a value of some type; the errors are those of ``read_struct``."""
        if type_ == ThriftType.STRUCT:
            for _, inner in self.read_fields():
                self.skip(inner)
        elif type_ in {ThriftType.LIST, ThriftType.SET}:
            inner, count = self.read_list_header()
            self._descend()
            for _ in range(count):
                self.skip(ThriftType.BYTE if inner in {ThriftType.TRUE, ThriftType.FALSE} else inner)
            self._depth -= 1
        else:
            _READERS[type_](self)

    def _list(self) -> ThriftList:
        type_, count = self.read_list_header()
        # In a list, unlike in a field, each boolean has a byte of its own.
        read = _READERS[ThriftType.BYTE if type_ in {ThriftType.TRUE, ThriftType.FALSE} else type_]
        self._descend()
        values = [read(self) for _ in range(count)]
        self._depth -= 1
        return ThriftList(type_, values)

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ValueError("something is nested too deeply")

    def _byte(self) -> int:
        self.position += 1
        return self._content[self.position - 1]

    def _bytes(self, count: int) -> bytes:
        self.position += count
        if self.position > len(self._content):
            raise IndexError
        return self._content[self.position - count : self.position]

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & _VARINT_CONTINUES:
            value |= (byte & _VARINT_MASK) << shift
            shift += _VARINT_BITS
            if shift > _MAX_SHIFT:
                raise ValueError("a number is too long")
        return value | byte << shift

    def _double(self) -> bytes:
        return self._bytes(8)

    def _binary(self) -> bytes:
        return self._bytes(self._varint())

    def _true(self) -> bool:
        return True

    def _false(self) -> bool:
        return False


_READERS: dict[int, Callable[[ThriftReader], Any]] = {
    ThriftType.TRUE: ThriftReader._true,
    ThriftType.FALSE: ThriftReader._false,
    ThriftType.BYTE: ThriftReader._byte,
    **dict.fromkeys((ThriftType.I16, ThriftType.I32, ThriftType.I64), ThriftReader.read_number),
    ThriftType.DOUBLE: ThriftReader._double,
    ThriftType.BINARY: ThriftReader._binary,
    **dict.fromkeys((ThriftType.LIST, ThriftType.SET), ThriftReader._list),
    ThriftType.STRUCT: ThriftReader.read_struct,
}
