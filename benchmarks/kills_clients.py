"""Clients that hand in rulings and posts as fast as they are acknowledged, and the forum whose posts are flagged."""

import hmac
import http.client
import json
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode

from benchmarks.kills_store import Expected
from benchmarks.kills_tools import Check

__all__ = ["WEBHOOK_SECRET", "Clients", "Forum"]

WEBHOOK_SECRET = "secret-of-the-webhooks"
"""The secret with which the forum signs its webhooks."""

_HOST = "127.0.0.1"
_TIMEOUT = 60.0  # seconds
_PAUSE = 0.02  # seconds before something that had no answer is sent again
_FINISH_SECONDS = 120.0
_REVISED_SHARE = 0.2
_INAPPROPRIATE = 4
_MODERATORS = ("ann", "bob")
_ABUSE = "You are a fucking idiot, everybody hates you."
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Forum(ThreadingHTTPServer):
    """Stands in for the part of Discourse's API that sets flags.

    Attributes:
        flagged: the posts that were flagged.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((_HOST, 0), _Handler)
        self.flagged: set[int] = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the forum."""
        return f"http://{_HOST}:{self.server_address[1]}"

    def close(self) -> None:
        """End the forum."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Forum

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        post = int(form["id"][0])
        # As with Discourse, a post is flagged once.
        status = 422 if post in self.server.flagged else 200
        self.server.flagged.add(post)
        self._answer(status, {"id": post})

    def do_GET(self) -> None:
        post = int(self.path.rpartition("/")[2].removesuffix(".json"))
        self._answer(200, {"id": post, "actions_summary": [{"id": _INAPPROPRIATE, "acted": post in self.server.flagged}]})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def _call(connection: http.client.HTTPConnection, path: str, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection.request("POST", path, body, dict(headers))
    answer = connection.getresponse()
    return answer.status, answer.read()


class _Client:
    """Sends one thing after the other; what has no answer is sent again, as it was, until it has one."""

    def __init__(self, port: int, expected: Expected, *, chance: random.Random, name: str) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None
        self.expected = expected
        self.chance = chance
        self.name = name
        self.number = 0
        self.secret = ""
        self.is_waiting = False

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._step(stop)
        self._disconnect()

    def finish(self, deadline: threading.Event) -> None:
        while self.is_waiting and not deadline.is_set():
            self._step(deadline)
        self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _step(self, stop: threading.Event) -> None:
        if not self.is_waiting:
            self.choose_next()
            self.is_waiting = True
        try:
            is_acknowledged = self.send()
        except (OSError, http.client.HTTPException):
            self._disconnect()
            is_acknowledged = False
        if is_acknowledged:
            self.acknowledge()
            self.is_waiting = False
            self.expected.note_acknowledged()
        else:
            stop.wait(_PAUSE)

    def call(self, path: str, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(_HOST, self._port, timeout=_TIMEOUT)
        return _call(self._connection, path, body, headers)

    def choose_next(self) -> None:
        raise NotImplementedError

    def send(self) -> bool:
        raise NotImplementedError

    def acknowledge(self) -> None:
        raise NotImplementedError


class _RulingClient(_Client):
    """Hands in rulings, and now and then another answer about the comment before."""

    text = ""

    def choose_next(self) -> None:
        if not self.text or self.chance.random() > _REVISED_SHARE:
            self.number += 1
            self.text = f"comment {self.number} of {self.name}"
        answers = self.expected.rulings[self.text].answers
        answers.append(not answers[-1] if answers else self.chance.random() < 1 / 2)

    @property
    def answer(self) -> bool:
        return self.expected.rulings[self.text].answers[-1]

    def acknowledge(self) -> None:
        self.expected.rulings[self.text].acknowledged += 1


class _PerspectiveClient(_RulingClient):
    def send(self) -> bool:
        scores = {"TOXICITY": {"summaryScore": {"value": float(self.answer)}}}
        message = {"comment": {"text": self.text}, "attributeScores": scores, "clientToken": self.name}
        status, _ = self.call(f"/v1alpha1/comments:suggestscore?key={self.secret}", json.dumps(message), _JSON)
        return status == http.client.OK


class _AkismetClient(_RulingClient):
    def send(self) -> bool:
        form = {"api_key": self.secret, "blog": "https://blog.example", "user_ip": "192.0.2.1", "comment_content": self.text}
        status, body = self.call(f"/1.1/submit-{'spam' if self.answer else 'ham'}", urlencode(form), _FORM)
        return status == http.client.OK and body.startswith(b"Thanks")


class _NativeClient(_RulingClient):
    """Hands in rulings under ids of their own: two moderators who agree, in one call, which are two acts however often it is sent."""

    def choose_next(self) -> None:
        super().choose_next()
        self.expected.rulings[self.text].answers.append(self.answer)

    def send(self) -> bool:
        said = len(self.expected.rulings[self.text].answers)
        ruling = {"comment": self.text, "text": self.text, "label": "toxic" if self.answer else "fine"}
        rulings = [ruling | {"moderator": name, "act": f"{self.text}, {said} of {name}"} for name in _MODERATORS]
        status, body = self.call("/v1/rulings", json.dumps({"rulings": rulings}), {**_JSON, "X-API-KEY": self.secret})
        return status == http.client.OK and len(json.loads(body)["rulings"]) == len(_MODERATORS)

    def acknowledge(self) -> None:
        self.expected.rulings[self.text].acknowledged += len(_MODERATORS)


class _DiscourseClient(_Client):
    def choose_next(self) -> None:
        # Two clients never have a post of the same number.
        self.number = self.number + 1 if self.number else self.chance.getrandbits(40) << 20
        self.expected.posts[self.number] = False

    def send(self) -> bool:
        body = json.dumps({"post": {"id": self.number, "post_number": 2, "cooked": f"<p>{_ABUSE}</p>"}})
        signature = hmac.new(WEBHOOK_SECRET.encode(), body.encode(), "sha256").hexdigest()
        headers = {**_JSON, "X-Discourse-Event": "post_created", "X-Discourse-Event-Signature": f"sha256={signature}"}
        status, answer = self.call("/discourse/webhook", body, headers)
        return status == http.client.OK and json.loads(answer)["flagged"] is True

    def acknowledge(self) -> None:
        self.expected.posts[self.number] = True


class Clients:
    """The clients of one site.

    Args:
        port: the port of the service.
        expected: takes note of what is sent and acknowledged.
        seed: decides what is left to chance.

    Attributes:
        secret: the secret of their key.
    """

    def __init__(self, port: int, expected: Expected, *, seed: int) -> None:
        self._port = port
        self._expected = expected
        self._clients = [
            kind(port, expected, chance=random.Random(seed + number), name=f"{kind.__name__.strip('_')} {number}")
            for number, kind in enumerate((_PerspectiveClient, _AkismetClient, _NativeClient, _NativeClient, _DiscourseClient))
        ]
        self.secret = ""

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Have all clients call for as long as the context lasts."""
        stop = threading.Event()
        threads = [threading.Thread(target=client.run, args=[stop], daemon=True) for client in self._clients]
        for client, thread in zip(self._clients, threads, strict=True):
            client.secret = self.secret
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(_TIMEOUT)

    def finish(self) -> None:
        """Send everything that has no answer yet, until it has one."""
        deadline = threading.Event()
        timer = threading.Timer(_FINISH_SECONDS, deadline.set)
        timer.start()
        for client in self._clients:
            client.secret = self.secret
            client.finish(deadline)
        timer.cancel()
        if deadline.is_set():
            raise RuntimeError("the service does not acknowledge what is sent again; its log says why")

    def check_keys(self) -> Check:
        """Check that every key that was made works, and that none does that was revoked."""
        check = Check()
        body = json.dumps({"comments": [{"id": "1", "text": "Good morning"}]})
        for secrets, status in ((self._expected.valid, http.client.OK), (self._expected.revoked, http.client.UNAUTHORIZED)):
            for number, secret in enumerate(secrets):
                connection = http.client.HTTPConnection(_HOST, self._port, timeout=_TIMEOUT)
                answer, _ = _call(connection, "/v1/moderate", body, {**_JSON, "X-API-KEY": secret})
                connection.close()
                if answer != status:
                    check.broken.append(f"the key {number} is answered {answer} instead of {status:d}")
        return check
