"""Something on a socket that is not Tipstaff: it answers every request with given bytes, or in a way of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

__all__ = ["QUOTING_ANSWERS", "STRANGE_ANSWERS", "Respond", "answer_with", "raw_server"]

Respond = Callable[[socket.socket, bytes], None]
"""Answers a request, which it gets whole, on its connection."""

_LARGEST = 1 << 20


def answer_with(status: str, media_type: str, body: bytes) -> Respond:
    """Return what answers each request with the given bytes; ``b"%s"`` in them stands for the body of the request."""

    def respond(connection: socket.socket, request: bytes) -> None:
        content = body.replace(b"%s", request.partition(b"\r\n\r\n")[2])
        head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + content)

    return respond


@contextmanager
def raw_server(respond: Respond) -> Iterator[str]:
    """Listen for as long as the context lasts, and yield the address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        stopping = threading.Event()
        thread = threading.Thread(target=_serve, args=(listener, respond, stopping))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopping.set()
            with suppress(OSError):
                socket.create_connection(listener.getsockname()).close()
            thread.join(60)
            assert not thread.is_alive()


def _serve(listener: socket.socket, respond: Respond, stopping: threading.Event) -> None:
    while not stopping.is_set():
        connection, _ = listener.accept()
        with closing(connection), suppress(OSError):
            connection.settimeout(30)
            respond(connection, _read_request(connection))


def _read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        part = connection.recv(65536)
        if not part:
            raise OSError("the client went away")
        request += part
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < min(int(lengths[0]), _LARGEST):
        part = connection.recv(65536)
        if not part:
            raise OSError("the client went away")
        body += part
    return head + b"\r\n\r\n" + body


STRANGE_ANSWERS: dict[str, Respond] = {
    "a page": answer_with("200 OK", "text/html", b"<html>Welcome</html>"),
    "other JSON": answer_with("200 OK", "application/json", b'{"decisions": 5}'),
    "a list": answer_with("200 OK", "application/json", b"[]"),
    "too deep": answer_with("200 OK", "application/json", b"[" * 100_000),
    "too few": answer_with("200 OK", "application/json", b'{"model": "m", "policy": "p", "decisions": []}'),
    "elsewhere": answer_with("302 Found", "text/html", b""),
    "no gzip": lambda connection, _: connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
    ),
    "no HTTP": lambda connection, _: connection.sendall(b"220 mail.example ESMTP\r\n"),
}
"""What may answer at an address that is not that of Tipstaff."""

QUOTING_ANSWERS: dict[str, Respond] = {
    "a problem of others": answer_with("422 Wrong", "application/problem+json", b'{"type": "/errors#x", "title": "t", "detail": "%s"}'),
    "a page": answer_with("400 Bad", "text/html", b"<html>%s</html>"),
    "a quotation": answer_with("200 OK", "application/json", b"%s"),
    "a broken answer": lambda connection, request: connection.sendall(request),
    "an overload": answer_with("503 Busy", "text/plain", b"%s"),
}
"""Answers that hold the body of the request."""
