"""A server between the plugin and the service: remembers what was asked, and can answer instead as a broken or foreign server would."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

__all__ = ["Call", "ForeignAnswer", "Relay"]

_FORWARDED = ("authorization", "content-type", "accept")


@dataclass(frozen=True)
class Call:
    """A call of the plugin: its path, its headers in small letters, and its message."""

    path: str
    headers: Mapping[str, str]
    message: Any


@dataclass(frozen=True)
class ForeignAnswer:
    """What is answered in the place of the service. A stalled answer does not come before the caller gives up."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    stalls: bool = False


class Relay:
    """Listens on a port of its own, and forwards to a service while nothing else is to be answered. Ends with the context."""

    def __init__(self, service: str) -> None:
        self.calls: list[Call] = []
        self.instead: ForeignAnswer | None = None
        self._ended = threading.Event()
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                relay.calls.append(Call(self.path, headers, json.loads(body)))
                if relay.instead is None:
                    forwarded = {name: value for name, value in headers.items() if name in _FORWARDED}
                    answer = httpx.post(service + self.path, content=body, headers=forwarded, timeout=60, trust_env=False)
                    self._answer(answer.status_code, {"content-type": answer.headers["content-type"]}, answer.content)
                elif relay.instead.stalls:
                    relay._ended.wait(60)
                    self.close_connection = True
                else:
                    self._answer(relay.instead.status, relay.instead.headers, relay.instead.body)

            def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:  # the caller has read enough
                    self.close_connection = True

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> "Relay":
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop listening."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reset(self) -> None:
        """Forget what was asked, and forward again."""
        self.calls.clear()
        self.instead = None
