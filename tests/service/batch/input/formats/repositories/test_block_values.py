"""Values in blocks are decoded as they were written, and whatever breaks the rules is refused."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.formats.repositories.block_values import BrokenBlockError, decode_block
from tests.service.batch.input.formats.repositories.repository_writer import encode_value

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=30) | st.binary(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(VALUES)
@settings(max_examples=100)
def test_values_are_decoded_as_they_were_written(value: object) -> None:
    """Numbers, texts, bytes, lists and maps come back as they are."""
    assert decode_block(encode_value(value)) == value


@given(st.binary(max_size=60))
@settings(max_examples=200)
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    """Nothing but the refusal is raised."""
    with suppress(BrokenBlockError):
        decode_block(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81" * 100,
        b"\x9b" + b"\xff" * 8,
        b"\xbb" + b"\xff" * 8,
        b"\x7b" + b"\xff" * 8,
        b"\xa1\x01\x01",
        b"\x00\x00",
        b"\xc1\x00",
        b"\xf9\x00\x00",
    ],
    ids=["empty", "deep", "long list", "long map", "long text", "number as name", "two values", "tag", "short float"],
)
def test_what_breaks_the_rules_is_refused(data: bytes) -> None:
    """Lengths that promise more than there is take neither time nor memory."""
    with pytest.raises(BrokenBlockError):
        decode_block(data)
