"""Answers are read as they come, whole or in pieces."""

import socket
import threading
from collections.abc import Callable

import pytest

from fuzz.http.connection import converse, parse_answers

TWO = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


def test_answers_are_parsed() -> None:
    """Answers with a length, in chunks, up to the end, without a body, and after an interim answer."""
    answers, rest = parse_answers(TWO)
    assert ([answer.status for answer in answers], answers[0].body, rest) == ([200, 404], b"hi", b"")
    (chunked,), _ = parse_answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n")
    assert chunked.body == b"hi!"
    (endless,), _ = parse_answers(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\nx: y\r\n\r\nuntil the end")
    assert (endless.status, endless.body, endless.header("x"), endless.header("z")) == (400, b"until the end", "y", "")
    (head,), rest = parse_answers(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", heads=[True])
    assert (head.body, rest) == (b"", b"")


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", b"no answer\r\n\r\n"])
def test_what_is_no_whole_answer_is_left(data: bytes) -> None:
    """What is cut off or no answer at all stays as it is."""
    assert parse_answers(data) == ([], data)


def serve_once(handle: Callable[[socket.socket], object]) -> int:
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with listener, listener.accept()[0] as connection:
            handle(connection)

    threading.Thread(target=run, daemon=True).start()
    return int(listener.getsockname()[1])


def test_two_calls_share_a_connection() -> None:
    """Both calls are sent before the first is answered, and both answers are read."""

    def handle(connection: socket.socket) -> None:
        assert connection.recv(100) == b"onetwo"
        connection.sendall(TWO)

    talk = converse(serve_once(handle), [b"one", b"two"], heads=[False, False])
    assert ([answer.status for answer in talk.answers], talk.rest) == ([200, 404], b"")


def test_a_connection_that_is_closed_is_told() -> None:
    """A server that hangs up leaves the answers that it gave, and what was said of the next."""
    talk = converse(serve_once(lambda connection: connection.sendall(TWO[:60])), [b"one", b"two"], heads=[False, False])
    assert (len(talk.answers), talk.rest, talk.ended) == (1, TWO[40:60], True)


def test_silence_ends() -> None:
    """A server that says nothing is left after a while."""
    end = threading.Event()
    talk = converse(serve_once(lambda _: end.wait(30)), [b"one"], heads=[False], timeout=0.2)
    end.set()
    assert (talk.answers, talk.ended) == ([], False)
