"""What one end of a line sends, the other receives, with descriptors; what is no message ends the line."""

import os
import socket
from pathlib import Path

from service.http.reloading.model_channel import ModelChannel


def test_messages_and_descriptors_arrive_in_order(tmp_path: Path) -> None:
    """A message brings its fields, and descriptors of the same files; the next one is not mixed up with it."""
    ours, theirs = ModelChannel.pair()
    path = tmp_path / "a"
    path.write_bytes(b"weights")
    with path.open("rb") as file:
        assert ours.send("prepare", files=[file.fileno(), file.fileno()], names=["a", "b"])
    assert ours.send("serve", current="x" * 100_000)

    first, second = theirs.receive(), theirs.receive()

    assert first is not None
    assert second is not None
    assert (first.kind, first.fields) == ("prepare", {"names": ["a", "b"]})
    assert [os.pread(file, 100, 0) for file in first.files] == [b"weights"] * 2
    assert (second.kind, len(second.fields["current"]), list(second.files)) == ("serve", 100_000, [])
    for received in first.files:
        os.close(received)
    ours.close()
    theirs.close()


def test_the_end_of_a_line_is_noticed() -> None:
    """Once one end is closed the other receives None, and what it sends is not taken for received."""
    ours, theirs = ModelChannel.pair()
    ours.close()

    assert theirs.receive() is None
    assert not theirs.send("joined")
    theirs.close()


def test_what_is_no_message_ends_the_line() -> None:
    """A length beyond all messages, descriptors that were not announced, and content that is no JSON are not waited for or read."""
    here = os.open("/dev/null", os.O_RDONLY)
    for head, content, files in [(b"\xff" * 8, b"", []), (b"\0\0\0\2\0\0\0\0", b"{}", [here]), (b"\0\0\0\2\0\0\0\0", b"no", [])]:
        raw, line = socket.socketpair()
        channel = ModelChannel(line)
        socket.send_fds(raw, [head], files)
        raw.sendall(content)
        assert channel.receive() is None
        raw.close()
        channel.close()
    os.close(here)


def test_a_released_end_leaves_the_line_open() -> None:
    """A process that hands its end over may close its descriptor: the line goes on between the others."""
    ours, theirs = ModelChannel.pair()
    handed_over = ModelChannel(socket.socket(fileno=os.dup(theirs.fileno())))
    theirs.release()

    assert ours.send("drop", content_hash="a")
    message = handed_over.receive()
    assert message is not None
    assert message.fields == {"content_hash": "a"}
    ours.close()
    handed_over.close()
