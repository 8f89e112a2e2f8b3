"""A small HTTP server that answers as a test says, and notes what it was sent."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class StandIn:
    """The server's address, and each request that it was sent: method, path, headers and body."""

    url: str = ""
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def stand_in(answer: Callable[[int], Answer]) -> Iterator[StandIn]:
    """Serves for the length of a block.

    Args:
        answer: the answer to the request of that number, from 0.
    """
    server = StandIn()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            with lock:
                number = len(server.requests)
                server.requests.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, headers, content = answer(number)
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of clients that leave before the end of an answer, as they should."""

    with Server(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        try:
            server.url = f"http://127.0.0.1:{httpd.server_address[1]}"
            yield server
        finally:
            httpd.shutdown()
            thread.join()
