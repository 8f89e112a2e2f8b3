"""Byte streams hand out all of their bytes, whatever the size of the reads."""

import io
import os

from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.streams.byte_stream import RecordedStream, ReplayedStream


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


@given(st.binary(max_size=50), st.integers(0, 60))
def test_a_recorded_stream_is_read_once_more(content: bytes, size: int) -> None:
    """Whatever has been read of it, its replay is all of it; beyond the bound there is none."""
    with io.FileIO(pipe_with(content), "rb") as file:
        stream = RecordedStream(io.BufferedReader(file), 30)
        read = stream.read(size) or b""
        replay = stream.replay()
        assert (replay is None) == (len(read) > 30)
        if replay is not None:
            assert replay.read() == content
