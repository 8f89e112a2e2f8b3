"""Clients that run in a web page of another origin, in a real browser: what pages write themselves, and the official client of OpenAI."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from service.http.app import create_app
from service.settings import read_settings
from service.store.stored_types import Scope
from tests.service.http.browser import MODULES, open_browser, serve_page

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
MakeKey = Callable[..., str]

CALLS = """
const [target, modules, key, done] = arguments;
const analyze = target + "/v1alpha1/comments:analyze";
const text = "Shut up, you pathetic idiot.";
const message = JSON.stringify({comment: {text}, requestedAttributes: {TOXICITY: {}}, languages: ["en"]});
const json = {"Content-Type": "application/json"};

async function post(address, options) {
  const answer = await fetch(address, {method: "POST", body: message, ...options});
  const score = (await answer.json()).attributeScores?.TOXICITY.summaryScore.value ?? 0;
  return {status: answer.status, id: Boolean(answer.headers.get("X-Request-ID")), score};
}

async function moderate() {
  const {default: OpenAI} = await import(modules + "openai/index.mjs");
  const options = {apiKey: key, baseURL: target + "/v1", organization: "org", project: "project", maxRetries: 0};
  options.dangerouslyAllowBrowser = true;
  const {data, response} = await new OpenAI(options).moderations.create({input: text}).withResponse();
  return {status: response.status, id: Boolean(response.headers.get("X-Request-ID")), score: data.results[0].category_scores.harassment};
}

const calls = {
  "key in the query": () => post(`${analyze}?key=${key}`, {headers: json}),
  "key in a header of Google's": () => post(analyze, {headers: {...json, "x-goog-api-key": key, "x-goog-api-client": "gl-js/1"}}),
  "key in our header": () => post(analyze, {headers: {...json, "Authorization": `Bearer ${key}`, "X-Request-Timeout": "20s"}}),
  "JSON without its type": () => post(`${analyze}?key=${key}`, {}),
  "no key": () => post(analyze, {headers: json}),
  "a header that nobody sends": () => post(analyze, {headers: {...json, "x-forwarded-for": "192.0.2.1"}}),
  "openai": moderate,
};
(async () => {
  const results = {};
  for (const [name, call] of Object.entries(calls)) {
    try { results[name] = await call(); } catch (error) { results[name] = error.constructor.name; }
  }
  done(results);
})();
"""
ANSWERED = ("key in the query", "key in a header of Google's", "key in our header", "JSON without its type", "openai")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Chrome]":
    """Chromium, for which two names lead to this machine."""
    with open_browser("--host-resolver-rules=MAP stranger.example 127.0.0.1,MAP forum.example 127.0.0.1") as chrome:
        yield chrome


@pytest.fixture(scope="module")
def page_port(node: Path) -> Iterator[int]:
    """The port at which a page is, under any name, with the clients' modules."""
    with serve_page(node.parent.parent / "node_modules") as port:
        yield port


def _call(browser: "Chrome", page: str, target: httpx.URL, key: str) -> Mapping[str, Any]:
    """Open a page and have it make all calls; return what it got."""
    browser.get(page)
    results: Mapping[str, Any] = browser.execute_async_script(CALLS, str(target).rstrip("/"), page + MODULES, key)
    return results


@pytest.mark.parametrize("any_origin", [False, True])
def test_clients_in_a_page_that_may_call(
    browser: "Chrome", running: Running, moderator: "Moderator", make_key: MakeKey, tmp_path: Path, page_port: int, any_origin: bool
) -> None:
    """What a page writes itself, with the key wherever it may be, and the official client are answered, and read the answer's headers."""
    page = f"http://forum.example:{page_port}"
    key = make_key(tmp_path, Scope.SCORE)
    settings = read_settings(data_dir=tmp_path, cors_origins="*" if any_origin else page)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        results = _call(browser, page, client.base_url, key)

    answered = {name: (results[name]["status"], results[name]["id"], results[name]["score"] > 0.5) for name in ANSWERED}
    assert answered == dict.fromkeys(ANSWERED, (200, True, True))
    assert results["no key"]["status"] == 403
    assert results["a header that nobody sends"] == "TypeError"


def test_clients_in_a_page_that_may_not_call(
    browser: "Chrome", running: Running, moderator: "Moderator", make_key: MakeKey, tmp_path: Path, page_port: int
) -> None:
    """A page of another origin gets no answer to any of these calls, although it has a key."""
    key = make_key(tmp_path, Scope.SCORE)
    settings = read_settings(data_dir=tmp_path, cors_origins=f"http://forum.example:{page_port}")
    with running(create_app(settings, load=lambda _: moderator)) as client:
        results = _call(browser, f"http://stranger.example:{page_port}", client.base_url, key)

    assert set(results.values()) == {"TypeError", "APIConnectionError"}
