"""A parser that is shown a head again tells nobody of it."""

import httptools

from service.http.connection.deferred_callbacks import DeferredCallbacks


class Record:
    """Keeps what it is called with."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def on_message_begin(self) -> None:
        """Keep it."""
        self.calls.append("begin")

    def on_url(self, url: bytes) -> None:
        """Keep it."""
        self.calls.append(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep it."""
        self.calls.append((name, value))

    def on_headers_complete(self) -> None:
        """Keep it."""
        self.calls.append("head")

    def on_chunk_header(self) -> None:
        """Keep it."""
        self.calls.append("chunk")

    def on_body(self, body: bytes) -> None:
        """Keep it."""
        self.calls.append(body)

    def on_message_complete(self) -> None:
        """Keep it."""
        self.calls.append("end")


def test_what_comes_after_the_head_is_passed_on() -> None:
    """Nothing of the head is passed on, and all that comes after it is: the body, its end, and the next request."""
    record = Record()
    callbacks = DeferredCallbacks(record)
    parser = httptools.HttpRequestParser(callbacks)

    parser.feed_data(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    callbacks.is_open = True
    parser.feed_data(b"1\r\nx\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")

    assert record.calls == ["chunk", b"x", "chunk", "end", "begin", b"/b", (b"Host", b"a"), "head", "end"]
