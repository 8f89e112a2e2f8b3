"""The service under test: a process of its own, with a log that is read along."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.startup import find_free_port, is_ready
from fuzz.text import COMMUNITIES

__all__ = ["FORUM_KEY", "SITES", "WEBHOOK_SECRET", "RunningService", "Site", "serving"]

_START_SECONDS, _STOP_SECONDS = 300, 30
_PAUSE = 0.05


@dataclass(frozen=True)
class Site:
    """How a service is set up.

    Attributes:
        settings: by their names in the environment, without the prefix.
        has_key: whether calls need a key, and one is made.
    """

    settings: Mapping[str, str]
    has_key: bool = False


FORUM_KEY = "".join(("zq7", "forumkey"))
WEBHOOK_SECRET = "".join(("zq7", "webhooksecret"))
"""The key of the forum that posts would be flagged in, and what webhooks are signed with; neither must ever be seen."""

_ALWAYS = {"LOG_LEVEL": "debug", "LOG_CALLS": "true", "RETENTION_DAYS": "1", "QUEUE_MS": "20000"}
_FORUM = {"DISCOURSE_URL": "http://127.0.0.1:9", "DISCOURSE_API_KEY": FORUM_KEY, "DISCOURSE_SECRETS": WEBHOOK_SECRET}
SITES = {
    "open": Site({"LOG_FORMAT": "json", "OPEN": "true", "PROFILE": "fast", **_FORUM}),
    "cascade": Site({"LOG_FORMAT": "json", "OPEN": "true", "PROFILE": "cascade", "ON_FOREIGN": "judge"}),
    "keyed": Site(
        {
            **{"PROFILE": "fast", "ON_FAILURE": "synapse=open,coral=closed,akismet=open", "PERSPECTIVE_STRICT_LANGUAGES": "true"},
            **{"TRUSTED_PROXIES": "127.0.0.1", "CORS_ORIGINS": "https://forum.example", "CORAL_REVIEW": "premod", "ON_FOREIGN": "reject"},
            **{"ALLOWED_HOSTS": "127.0.0.1", "CORAL_SECRETS": f"old,{WEBHOOK_SECRET}"},
        },
        has_key=True,
    ),
}
"""By their names."""


@dataclass
class RunningService:
    """A service that is ready.

    Attributes:
        process: its process.
        port: where it listens on 127.0.0.1.
        log: the file of its log.
        secret: of a key that it knows; None if it needs none.
        logs_json: whether each line of its log is an object in JSON.
    """

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    secret: str | None = None
    logs_json: bool = False
    _read: int = field(default=0)

    def new_log(self) -> bytes:
        """Return the lines that were logged since this was last asked."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        content = content[: content.rfind(b"\n") + 1]
        self._read += len(content)
        if self._read > 2**28:
            # Its writer appends, so that a file that was emptied is written on from its beginning.
            os.truncate(self.log, 0)
            self._read = 0
        return content

    def get(self, path: str) -> bytes:
        """Return the body of an answer to a plain call."""
        headers = {"X-API-KEY": self.secret} if self.secret else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document: dict[str, Any] = json.loads(self.get("/openapi.json"))
        return document


def _environment(site: Site, folder: Path) -> dict[str, str]:
    communities = folder / "communities.toml"
    communities.write_text(COMMUNITIES, encoding="utf-8")
    known = _known_settings()
    settings = {"DATA_DIR": str(folder / "data"), "COMMUNITIES": str(communities), **_ALWAYS, **site.settings}
    outside = {name: value for name, value in os.environ.items() if not name.startswith("TIPSTAFF_")}
    return outside | {f"TIPSTAFF_{name}": value for name, value in settings.items() if name in known}


def _known_settings() -> set[str]:
    from service.settings import Settings

    return {name.upper() for name in Settings.model_fields}


@contextmanager
def serving(site: Site, folder: Path) -> Iterator[RunningService]:
    """Serve while the context lasts; the service is ready when it begins.

    Args:
        site: how it is set up.
        folder: for its data and its log; what an earlier run left there is used again.

    Raises:
        RuntimeError: the service does not become ready.
    """
    folder.mkdir(parents=True, exist_ok=True)
    env = _environment(site, folder)
    command = [str(Path(sys.executable).with_name("tipstaff"))]
    secret = None
    if site.has_key:
        scopes = ["--scope", "score", "--scope", "feedback", "--scope", "admin"]
        made = subprocess.run([*command, "keys", "create", "fuzz", *scopes, "--json"], env=env, check=True, capture_output=True)
        secret = json.loads(made.stdout)["secret"]
    port, log = find_free_port(), folder / "log"
    with log.open("ab") as stream:
        os.truncate(log, 0)
        process = subprocess.Popen([*command, "serve", "--port", str(port)], env=env, stdout=stream, stderr=stream)
    try:
        _wait_until_ready(process, port)
        yield RunningService(process, port, log, secret, logs_json=site.settings.get("LOG_FORMAT") == "json")
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the service does not become ready; its log says why")
        time.sleep(_PAUSE)
