"""/docs: what the page may load, and what a person can do with it in Chromium."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from service.http.app import create_app
from service.http.problems import ProblemKind
from service.settings import read_settings
from service.store.stored_types import Scope
from tests.service.http.browser import SECONDS, open_browser

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
MakeKey = Callable[..., str]

MODERATE = "#operations-moderate-moderate"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class _Page(HTMLParser):
    """What a page consists of: its tags and the ids, links and attributes of all of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_policy_of_the_page(client: httpx.Client) -> None:
    """The page may run scripts of this service alone, neither inline ones nor eval, and call this service alone."""
    response = client.get("/docs")

    directives = dict(directive.split(" ", 1) for directive in response.headers["content-security-policy"].split("; "))
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert not any("unsafe-eval" in sources for sources in directives.values())


def test_page_holds_no_script_itself(client: httpx.Client) -> None:
    """All scripts are files, no tag has a handler, and each type of problem has its row."""
    page = _Page(client.get("/docs").text)

    assert [attributes for tag, attributes in page.tags if tag == "script" and not attributes.get("src")] == []
    assert [name for _, attributes in page.tags for name in attributes if name.startswith("on")] == []
    assert len(page.ids) == len(set(page.ids))
    assert {kind.code for kind in ProblemKind} | {"comment-too-long", "comment-empty"} <= set(page.ids)


@pytest.mark.parametrize("path", ["/docs", "/c/garden/docs"])
def test_files_of_the_page(running: Running, moderator: "Moderator", tmp_path: Path, path: str) -> None:
    """Every link is relative and leads to a file of this service, which a browser may keep since its address names its content."""
    communities = tmp_path / "communities.toml"
    communities.write_text('[community.garden]\npolicy = "default"\n', encoding="utf-8")

    with running(create_app(read_settings(data_dir=tmp_path, communities=communities), load=lambda _: moderator)) as client:
        address = client.base_url.join(path)
        links = set(_Page(client.get(address).text).links) - {"data:,", "openapi.json"}
        answers = {link: client.get(address.join(link)) for link in links}
        document = client.get(address.join("openapi.json"))
        unknown = client.get(f"{path}/redoc.standalone.js")

    assert {link.partition("?")[0] for link in links} == {
        "docs/swagger-ui-bundle.js",
        "docs/swagger-ui.css",
        "docs/start.js",
        "docs/page.css",
    }
    for link, answer in answers.items():
        name, _, digest = link.partition("?v=")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == MEDIA_TYPES[Path(name).suffix]
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert hashlib.sha256(answer.content).hexdigest().startswith(digest)
        assert len(digest) == 16
    assert document.json()["info"]["title"] == "Tipstaff"
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Chrome]":
    """Chromium without a window."""
    with open_browser() as chrome:
        yield chrome


@pytest.fixture(scope="module")
def secret(make_key: MakeKey, data_dir: Path) -> str:
    """A key of the service that the browser sees."""
    return make_key(data_dir, Scope.SCORE)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that service keeps its keys."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def docs(running: Running, moderator: "Moderator", data_dir: Path, secret: str) -> Iterator[str]:
    """The address of the page of a service that lets nobody in without a key."""
    assert secret
    with running(create_app(read_settings(data_dir=data_dir, open=False), load=lambda _: moderator)) as client:
        yield str(client.base_url.join("/docs"))


def _find(browser: "Chrome", selector: str) -> Any:
    """Return the element, as soon as it is there and can be seen.

    Raises:
        TimeoutException: it is not there in time.
    """
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.expected_conditions import visibility_of_element_located
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, SECONDS).until(visibility_of_element_located((By.CSS_SELECTOR, selector)), f"no {selector}")


def _click(browser: "Chrome", selector: str) -> None:
    element = _find(browser, selector)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def _log(browser: "Chrome", name: str) -> Any:
    """Return the entries that a log has had since the last time."""
    return cast("Any", browser).get_log(name)


def _requests(browser: "Chrome") -> list[str]:
    """Return the addresses that were asked for since the last time, but for what the page holds itself."""
    events = [json.loads(entry["message"])["message"] for entry in _log(browser, "performance")]
    addresses = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [address for address in addresses if not address.startswith(("data:", "blob:"))]


def _complaints(browser: "Chrome") -> list[str]:
    """Return what the console has had to say since the last time."""
    return [entry["message"] for entry in _log(browser, "browser")]


def test_call_with_a_key_from_the_page(browser: "Chrome", docs: str, secret: str) -> None:
    """A person gives the page a key and judges comments from it; the console stays empty and no other host is asked."""
    browser.get("about:blank")
    _requests(browser), _complaints(browser)

    browser.get(docs)
    _click(browser, ".auth-wrapper .authorize")
    _find(browser, "#auth-bearer-value").send_keys(secret)
    _click(browser, ".auth-container form button[type=submit]")
    _click(browser, ".auth-container .btn-done")
    _click(browser, f"{MODERATE} .opblock-summary-control")
    _click(browser, f"{MODERATE} button.execute")
    answer = _find(browser, f"{MODERATE} .live-responses-table tbody")

    assert answer.text.startswith("200")
    assert '"label": "fine"' in answer.text
    origin = docs.removesuffix("/docs")
    requests = _requests(browser)
    assert f"{origin}/v1/moderate" in requests
    assert [address for address in requests if not address.startswith(f"{origin}/")] == []
    assert _complaints(browser) == []
    # The key is forgotten with the page.
    assert secret not in browser.execute_script("return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_page_is_dark_where_the_reader_likes_it_dark(browser: "Chrome", docs: str, scheme: str, is_dark: bool) -> None:
    """The page follows the colour scheme of the system."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.get(docs)
    _find(browser, MODERATE)

    brightness = browser.execute_script("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")

    assert (brightness < 128) == is_dark


def test_type_of_a_problem_leads_to_its_row(browser: "Chrome", docs: str) -> None:
    """The type of a problem document leads readers to the row of that problem, although Swagger UI is drawn above it."""
    browser.get("about:blank")
    browser.get(f"{docs}#unknown-policy")
    _find(browser, MODERATE)

    row = _find(browser, "#unknown-policy")

    assert "There is no such policy" in row.text
    assert browser.current_url.endswith("#unknown-policy")
    top, height = browser.execute_script("return [arguments[0].getBoundingClientRect().top, innerHeight]", row)
    # A browser scrolls by whole pixels, and rows need not begin at one.
    assert -1 < top < height
