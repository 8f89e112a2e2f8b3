"""Web pages of other origins in a real browser, with everything that a page can do without asking; and one that may call."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.http.app import create_app
from service.settings import read_settings
from service.store.store import Store
from tests.service.http.browser import open_browser, serve_page
from tests.waiting import wait_until

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]

ATTACK = """
const [target, done] = arguments;
const ruling = JSON.stringify({
  comment: {text: "have a nice day"}, attributeScores: {TOXICITY: {summaryScore: {value: 1}}},
});
const call = JSON.stringify({comments: [{id: "1", text: "Good morning"}]});
const fields = {blog: "http://x", user_ip: "1.2.3.4", comment_content: "you are great"};
const post = (path, options) => fetch(target + path, {method: "POST", ...options});
const read = (answer) => answer.then(async (a) => `${a.status} ${(await a.text()).length}`, () => "not read");

function submit(path, encoding, names) {
  return new Promise((loaded) => {
    const frame = document.createElement("iframe");
    frame.name = `frame${Math.random()}`;
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action: target + path, enctype: encoding, target: frame.name});
    for (const [name, value] of Object.entries(names)) {
      const input = document.createElement("textarea");
      Object.assign(input, {name, value});
      form.append(input);
    }
    document.body.append(form);
    frame.onload = () => loaded("loaded");
    form.submit();
  });
}

function embed(tag, path) {
  return new Promise((seen) => {
    const element = document.createElement(tag);
    element.onload = () => seen("loaded");
    element.onerror = () => seen("not loaded");
    element.src = target + path;
    document.body.append(element);
  });
}

const attacks = {
  "form": () => submit("/1.1/submit-spam", "application/x-www-form-urlencoded", fields),
  "form of text": () => submit("/v1alpha1/comments:suggestscore", "text/plain", {[ruling.slice(0, -1) + ', "x": "']: '"}'}),
  "form of parts": () => submit("/1.1/submit-spam", "multipart/form-data", fields),
  "text": () => read(post("/v1alpha1/comments:suggestscore", {mode: "no-cors", body: ruling})),
  "no type": () => read(post("/v1alpha1/comments:suggestscore", {mode: "no-cors", body: new Blob([ruling])})),
  "no type, judged": () => read(post("/v1/moderate", {mode: "no-cors", body: new Blob([call])})),
  "fields": () => read(post("/1.1/submit-spam", {mode: "no-cors", body: new URLSearchParams(fields)})),
  "json": () => read(post("/v1/moderate", {headers: {"Content-Type": "application/json"}, body: call})),
  "beacon": () => navigator.sendBeacon(target + "/1.1/submit-spam", new URLSearchParams(fields)),
  "beacon without type": () => navigator.sendBeacon(target + "/v1alpha1/comments:suggestscore", new Blob([ruling])),
  "image": () => embed("img", "/metrics"),
  "script": () => embed("script", "/metrics"),
  "script of the page": () => embed("script", "/docs/start.js"),
  "read": () => read(fetch(target + "/metrics")),
};
(async () => {
  const results = {};
  for (const [name, attack] of Object.entries(attacks)) results[name] = await attack();
  done(results);
})();
"""

REFUSED_WRITES = 9
"""The attacks that reach a route by POST: all but the call in JSON, which the browser asks about first."""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Chrome]":
    """Chromium, for which three names lead to this machine."""
    with open_browser("--host-resolver-rules=MAP evil.example 127.0.0.1,MAP forum.example 127.0.0.1") as chrome:
        yield chrome


@pytest.fixture(scope="module")
def page_port() -> Iterator[int]:
    """The port at which the page is, under any name."""
    with serve_page() as port:
        yield port


def _attack(browser: "Chrome", page: str, target: str) -> Mapping[str, Any]:
    """Open a page and have it do everything that it can do to a service; return what it saw of that."""
    browser.get(page)
    result: Mapping[str, Any] = browser.execute_async_script(ATTACK, target)
    return result


def _count_calls(client: httpx.Client, method_paths: tuple[str, ...], status: str) -> float:
    """Return how many calls to these paths were answered with a status."""
    samples = [sample for family in text_string_to_metric_families(client.get("/metrics").text) for sample in family.samples]
    counted = [sample for sample in samples if sample.name == "tipstaff_calls_total" and sample.labels["status"] == status]
    return sum(sample.value for sample in counted if sample.labels["route"] in method_paths)


WRITING = ("/1.1/submit-spam", "/v1alpha1/comments:suggestscore", "/v1/moderate")


def _count_comments(client: httpx.Client) -> float:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return sum(sample.value for family in families for sample in family.samples if sample.name == "tipstaff_comments_total")


@pytest.mark.parametrize(
    ("page", "host"),
    [("http://evil.example:{port}", "127.0.0.1"), ("http://evil.example:{port}", "localhost"), ("http://127.0.0.1:{port}", "127.0.0.1")],
)
def test_page_of_another_origin(
    browser: "Chrome", running: Running, moderator: "Moderator", store: Store, tmp_path: Path, page_port: int, page: str, host: str
) -> None:
    """Nothing that a page of another origin does is judged or stored, and it can read nothing, also if it is on this machine."""
    with running(create_app(read_settings(data_dir=tmp_path), load=lambda _: moderator)) as client:
        seen = _attack(browser, page.format(port=page_port), f"http://{host}:{client.base_url.port}")
        wait_until(lambda: _count_calls(client, WRITING, "403") >= REFUSED_WRITES, what="all that the page sends is refused")

        assert _count_calls(client, WRITING, "403") == REFUSED_WRITES
        assert _count_calls(client, WRITING, "200") == 0
        assert (store.rulings.count(), _count_comments(client)) == (0, 0)
    assert {name: seen[name] for name in ("json", "read", "image", "script", "script of the page")} == {
        "json": "not read",
        "read": "not read",
        "image": "not loaded",
        "script": "not loaded",
        "script of the page": "not loaded",
    }
    # What a page may not read it sees as an answer with the status 0 and no text.
    assert {seen[name] for name in ("text", "no type", "no type, judged", "fields")} <= {"0 0", "not read"}


def test_name_that_leads_here_later(browser: "Chrome", running: Running, moderator: "Moderator", store: Store, tmp_path: Path) -> None:
    """A page whose own name leads to this service once it is loaded (DNS rebinding) has nothing judged or stored, and reads refusals."""
    with serve_page() as port:
        browser.get(f"http://evil.example:{port}")
    with running(create_app(read_settings(data_dir=tmp_path), load=lambda _: moderator), port=port) as client:
        seen = browser.execute_async_script(ATTACK, f"http://evil.example:{port}")
        wait_until(lambda: _count_calls(client, WRITING, "403") > REFUSED_WRITES, what="all that the page sends is refused")

        assert _count_calls(client, WRITING, "403") == REFUSED_WRITES + 1
        assert _count_calls(client, WRITING, "200") == 0
        assert (store.rulings.count(), _count_comments(client)) == (0, 0)
    assert seen["json"].startswith("403 ")
    assert seen["read"].startswith("403 ")


def test_page_that_may_call(
    browser: "Chrome", running: Running, moderator: "Moderator", store: Store, tmp_path: Path, page_port: int
) -> None:
    """A page of an origin in the settings calls in JSON and reads the answer, and what it sends is stored: so the attacks are real ones."""
    settings = read_settings(data_dir=tmp_path, cors_origins=f"http://forum.example:{page_port}")
    with running(create_app(settings, load=lambda _: moderator)) as client:
        seen = _attack(browser, f"http://forum.example:{page_port}", str(client.base_url).rstrip("/"))
        wait_until(lambda: store.rulings.count() > 0, what="what the page sends is stored")

        assert seen["json"].startswith("200 ")
        # Without a type even such a page cannot write, nor can it load anything as a script of its own.
        assert _count_calls(client, ("/v1alpha1/comments:suggestscore",), "200") == 0
        assert (seen["script"], seen["script of the page"]) == ("not loaded", "not loaded")
        assert _count_comments(client) == 1
