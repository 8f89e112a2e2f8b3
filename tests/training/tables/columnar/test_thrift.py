"""Whatever the bytes are, the reader of Thrift ends, with a value or with one of three errors."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.tables.columnar.thrift import ThriftReader, ThriftType


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    """Reading and skipping a struct from random bytes stays within them."""
    for read in (ThriftReader(content).read_struct, lambda: ThriftReader(content).skip(ThriftType.STRUCT)):
        with suppress(IndexError, KeyError, ValueError):
            read()


@pytest.mark.parametrize("content", [b"\x1c" * 100_000, b"\x19" * 100_000, b"\x15" + b"\xff" * 100_000])
def test_what_is_nested_or_long_without_end_is_refused(content: bytes) -> None:
    """Structs in structs, lists in lists and numbers of a thousand digits are errors."""
    with pytest.raises(ValueError, match="too"):
        ThriftReader(content).read_struct()
    with pytest.raises(ValueError, match="too"):
        ThriftReader(content).skip(ThriftType.STRUCT)
