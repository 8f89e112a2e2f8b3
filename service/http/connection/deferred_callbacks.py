"""Passes on what a parser finds, from the moment that somebody wants to know."""

from typing import Protocol

__all__ = ["DeferredCallbacks"]


class _Callbacks(Protocol):
    def on_message_begin(self) -> None: ...

    def on_url(self, url: bytes) -> None: ...

    def on_header(self, name: bytes, value: bytes) -> None: ...

    def on_headers_complete(self) -> None: ...

    def on_chunk_header(self) -> None: ...

    def on_body(self, body: bytes) -> None: ...

    def on_message_complete(self) -> None: ...


class DeferredCallbacks:
    """The callbacks of a parser that is to go on in the middle of a request, and has to be shown its head first.

    Args:
        callbacks: what is called.

    Attributes:
        is_open: whether it is called yet.
    """

    def __init__(self, callbacks: _Callbacks) -> None:
        self._callbacks = callbacks
        self.is_open = False

    def on_message_begin(self) -> None:
        """Pass it on that a request begins."""
        if self.is_open:
            self._callbacks.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Pass a piece of a target on."""
        if self.is_open:
            self._callbacks.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Pass a header or a trailer on."""
        if self.is_open:
            self._callbacks.on_header(name, value)

    def on_headers_complete(self) -> None:
        """Pass it on that a head is complete."""
        if self.is_open:
            self._callbacks.on_headers_complete()

    def on_chunk_header(self) -> None:
        """Pass it on that a chunk begins."""
        self._callbacks.on_chunk_header()

    def on_body(self, body: bytes) -> None:
        """Pass a piece of a body on."""
        self._callbacks.on_body(body)

    def on_message_complete(self) -> None:
        """Pass it on that a request is complete."""
        self._callbacks.on_message_complete()
