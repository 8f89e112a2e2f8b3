"""Byte streams hand out all of their bytes, whatever the size of the reads."""

import io
import os

from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.streams.byte_stream import ReplayedStream


def pipe_with(content: bytes) -> int:
    """Return the reading end of a pipe that holds these bytes."""
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return reader


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(1, 9))
def test_a_replayed_stream_is_its_head_and_its_rest(head: bytes, rest: bytes, size: int) -> None:
    """Reads of any size, put together, give both."""
    with io.FileIO(pipe_with(rest), "rb") as file:
        stream = io.BufferedReader(ReplayedStream(head, file), 16)
        pieces = list(iter(lambda: stream.read(size), b""))
    assert b"".join(pieces) == head + rest
