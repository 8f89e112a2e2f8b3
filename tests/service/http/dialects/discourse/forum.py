"""A forum that accepts flags, and the webhooks that it sends."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import httpx

from service.settings import Settings, read_settings
from service.store.schema.tables import outbox
from service.store.store import open_store
from service.store.stored_types import TaskState

SECRET = "a-long-secret"
"""The secret of the webhooks, where a test does not choose another."""


class Forum(ThreadingHTTPServer):
    """Stands in for the part of Discourse's API that sets flags, on a socket of its own.

    Attributes:
        answers: status, headers and body of the next answers to a flag; 200 when there are none left.
        flags: the forms of the flags that were sent, in order.
        headers: the headers with which they were sent.
        is_flagged: whether the post says that our user has flagged it.
        is_busy: whether every flag is refused for now.
        requests: is released once for each flag.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, str], object]] = []
        self.flags: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.is_flagged = False
        self.is_busy = False
        self.requests = threading.Semaphore(0)

    @property
    def url(self) -> str:
        """The address of the forum."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Forum

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.flags.append({name: values[0] for name, values in parse_qs(body).items()} | {"path": self.path})
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.server.is_busy:
            self._answer(429, {"Retry-After": "2"}, {"errors": ["slow down"], "error_type": "rate_limit"})
        else:
            self._answer(*(self.server.answers.pop(0) if self.server.answers else (200, {}, {"id": 7})))
        self.server.requests.release()

    def do_GET(self) -> None:
        actions = [{"id": 2, "acted": True}, {"id": 4} | ({"acted": True} if self.server.is_flagged else {})]
        self._answer(200, {}, {"id": 7, "actions_summary": actions})

    def _answer(self, status: int, headers: dict[str, str], body: object) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


def forum_settings(forum: Forum, folder: Path, **more: object) -> Settings:
    """Return the settings of a service that flags posts in the forum."""
    settings = {"discourse_url": forum.url, "discourse_api_key": "k" * 64, "discourse_secrets": SECRET, "max_comment_bytes": 1000}
    return read_settings(port=0, data_dir=folder, **(settings | more))


def post_body(text: str, **more: object) -> bytes:
    """Return the body of a webhook as Discourse makes it, with the fields that matter here."""
    post = {"id": 7, "username": "ann", "post_number": 2, "post_type": 1, "cooked": f"<p>{text}</p>", "raw": text, "version": 1}
    post |= {"topic_id": 3, "topic_title": "Tea", "topic_archetype": "regular", "user_id": 5, "reply_to_post_number": None}
    return json.dumps({"post": post | more}).encode()


def send_webhook(client: httpx.Client, content: bytes, *, event: str = "post_created", secret: str | None = SECRET) -> httpx.Response:
    """Send a webhook with the headers that Discourse sends."""
    headers = {
        "Content-Type": "application/json",
        "X-Discourse-Instance": "http://forum.example",
        "X-Discourse-Event-Id": "11",
        "X-Discourse-Event-Type": event.partition("_")[0],
        "X-Discourse-Event": event,
    }
    if secret is not None:
        headers["X-Discourse-Event-Signature"] = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return client.post("/discourse/webhook", content=content, headers=headers)


def outbox_counts(folder: Path) -> dict[TaskState, int]:
    """Return how many tasks of each state are in the outbox of a service."""
    store = open_store(read_settings(data_dir=folder))
    counts = store.outbox.count_by_state()
    store.close()
    return counts


def outbox_content(folder: Path) -> str:
    """Return everything that is in the outbox of a service, as text."""
    store = open_store(read_settings(data_dir=folder))
    with store.database.read_transaction() as connection:
        rows = connection.execute(outbox.select()).all()
    store.close()
    return repr(rows)
