"""The official client for TypeScript and JavaScript in a page of another origin, which Chromium shows."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from service.store.stored_types import Scope
from tests.service.http.browser import open_browser
from tests.service.http.conftest import MakeKey, Serve

CALL = """
const [url, key, done] = arguments;
import("/dist/index.js").then(async ({ Client }) => {
  const judged = await new Client({ url, key }).moderate("Shut up, you pathetic idiot.");
  const refused = await new Client({ url, key, retries: 0 }).moderate(Array(1000).fill("Good morning")).catch((error) => error);
  return [judged.label, refused.constructor.name, refused.retryAfter > 0];
}).then(done, (error) => done([String(error)]));
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def pages(folder: Path) -> Iterator[str]:
    """Hand out the files of a folder for as long as the context lasts, and yield the address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.nightly
def test_page_of_another_origin_calls(serve: Serve, make_key: MakeKey, project: Path, tmp_path: Path) -> None:
    """A page whose origin is let in gets judgements, and where it calls too often, learns when to come back."""
    key = make_key(tmp_path, Scope.SCORE)
    with pages(project / "node_modules/tipstaff-client") as origin, open_browser() as chrome:
        (project / "node_modules/tipstaff-client/page.html").write_text("<title>A page</title>", encoding="utf-8")
        with serve(open=False, cors_origins=origin, limit_per_key="1/hour", queue_ms=60_000) as service:
            chrome.get(f"{origin}/page.html")
            said = chrome.execute_async_script(CALL, str(service.base_url), key)

    assert said == ["toxic", "RateLimitError", True]
