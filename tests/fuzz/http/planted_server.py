"""A service with one fault, to see whether the fuzzer of calls finds it: ``python -m tests.fuzz.http.planted_server FAULT``."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fuzz.http.calls import SEEDS

FAULT = sys.argv[1]
STATUSES = ("200", "400", "401", "403", "404", "405", "408", "411", "413", "415", "422", "429", "431", "503", "504")
RESPONSES: dict[str, object] = {status: {} for status in STATUSES}
PATHS = {call.path.partition("?")[0]: {call.method.lower(): {"responses": RESPONSES}} for call in SEEDS if "/c/" not in call.path}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        size = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(size) if size.isdecimal() else 0)
        self.close_connection = "Transfer-Encoding" in self.headers or not size.isdecimal()
        if FAULT == "writes the text into its log":
            print(f"judged {body.decode(errors='replace')}", file=sys.stderr, flush=True)
        if FAULT == "logs a traceback":
            print("Traceback (most recent call last):", file=sys.stderr, flush=True)
        if FAULT == "does not answer":
            self.close_connection = True
        elif FAULT == "answers with a fault":
            self.answer(500, b"{}")
        elif FAULT == "says an undocumented status":
            self.answer(418, b"{}")
        elif FAULT == "says that it is busy without saying until when":
            self.answer(503, b"{}")
        elif FAULT == "returns the text":
            self.answer(200, json.dumps({"said": body.decode(errors="replace")}).encode())
        elif FAULT == "answers with numbers that JSON lacks":
            self.answer(200, b'{"score": NaN}')
        elif FAULT == "answers with half a problem":
            self.answer(422, b'{"type": "/docs#x"}', "application/problem+json")
        else:
            self.answer(200, b"{}")

    def do_GET(self) -> None:
        self.answer(200, json.dumps({"paths": PATHS} if self.path == "/openapi.json" else {}).encode())

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self.do_GET
        raise AttributeError(name)

    def answer(self, status: int, body: bytes, media: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("X-Request-ID", "1")
        if FAULT != "lacks the headers of protection":
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
