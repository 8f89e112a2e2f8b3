"""The pages of our plugin in WordPress' administration: who may save what, what is shown, and what is never shown."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.store.stored_types import Scope
from tests.integrations.wordpress.blog import Blog, form_fields
from tests.integrations.wordpress.relay import ForeignAnswer, Relay
from tests.service.http.conftest import MakeKey
from tests.service.http.sample_texts import FINE, HATEFUL
from tests.waiting import wait_until

pytestmark = pytest.mark.nightly

PAGE = "/wp-admin/options-general.php?page=tipstaff"
SCRIPT = "\"><script>alert('xss')</script>"


def notices(page: str) -> list[tuple[str, str]]:
    """Returns the kind and the text of each notice on a page."""
    found = re.findall(r"<div[^>]*class=[\"']notice notice-(\w+)[^>]*>\s*<p>(.*?)</p>", page, re.DOTALL)
    return [(kind, html.unescape(re.sub(r"<[^>]+>", "", text))) for kind, text in found]


def save(blog: Blog, browser: httpx.Client | None = None, /, **settings: str) -> str:
    """Saves settings as the form does, and returns the page that is shown then."""
    browser = browser or blog.admin()
    fields = {
        name: value
        for name, value in form_fields(browser.get(PAGE).text).items()
        if name in {"option_page", "_wpnonce", "_wp_http_referer"}
    }
    form = {"action": "update", **fields} | {f"tipstaff_settings[{name}]": value for name, value in settings.items()}
    answer = browser.post("/wp-admin/options.php", data=form, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def stored(blog: Blog) -> dict[str, Any]:
    """Returns the settings that are stored."""
    settings: dict[str, Any] = blog.php("return get_option( 'tipstaff_settings' );")
    return settings


def test_settings_are_saved_and_tried(blog: Blog, relay: Relay, key: str) -> None:
    """Address, key and choices are kept, and the page says at once that comments and rulings can be sent."""
    blog.php("delete_option( 'tipstaff_settings' );")

    page = save(
        blog, url=f" {relay.address}/ ", key=key, review="spam", reject="trash", unreachable="hold", timeout="1.5", foreign="review"
    )

    kept = stored(blog)
    assert (kept["url"], kept["key"], kept["timeout"]) == (relay.address, key, 1.5)
    assert (kept["review"], kept["reject"], kept["unreachable"], kept["foreign"]) == ("spam", "trash", "hold", "review")
    assert [kind for kind, _ in notices(page)] == ["success", "success", "success"], notices(page)
    assert any("can be checked: the model default@" in text for _, text in notices(page))


def test_key_is_never_shown(blog: Blog, key: str) -> None:
    """The page tells the key by its end and does not hold it; an empty field keeps it, and a tick forgets it."""
    assert key not in blog.admin().get(PAGE).text
    assert key[-3:] in blog.admin().get(PAGE).text

    page = save(blog, key="", community="")
    assert key not in page
    assert stored(blog)["key"] == key

    save(blog, key="", forget_key="1")
    assert stored(blog)["key"] == ""


def test_key_goes_to_no_other_server(configured: Callable[..., Blog], relay: Relay, key: str) -> None:
    """Whoever changes the address without the key does not get the key sent there: it is forgotten, and the page says so."""
    blog = configured()

    assert "key was forgotten" not in save(blog, url=f"{relay.address}/", key="")
    assert stored(blog)["key"] == key
    assert "key was forgotten" in save(blog, url="http://127.0.0.1:9", key="")
    assert (stored(blog)["url"], stored(blog)["key"]) == ("http://127.0.0.1:9", "")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ForeignAnswer(b"<h1>It works!</h1>", 200, {"content-type": "text/html"}), "not in the way Tipstaff does"),
        (ForeignAnswer(b"<h1>Not found</h1>", 404), "not as Tipstaff does (status 404)"),
        (ForeignAnswer(b'{"type": "/docs#not-ready"}', 503), "not ready"),
        (ForeignAnswer(b'{"type": "/docs#foreign-host"}', 403), "TIPSTAFF_ALLOWED_HOSTS"),
        (ForeignAnswer(status=301, headers={"location": "https://elsewhere.example/"}), "leads elsewhere"),
    ],
    ids=["html", "not found", "not ready", "host", "redirect"],
)
def test_page_says_what_is_wrong(configured: Callable[..., Blog], relay: Relay, answer: ForeignAnswer, words: str) -> None:
    """The button that tests the connection makes the page say in words why the service cannot be asked."""
    blog = configured(timeout=1)
    relay.instead = answer

    assert words in dict(notices(try_connection(blog)))["error"]


def try_connection(blog: Blog) -> str:
    """Presses "Test the connection", and returns the page that is shown then."""
    page = blog.admin().get(PAGE).text
    form = page[page.index("admin-post.php") :]
    answer = blog.admin().post("/wp-admin/admin-post.php", data=form_fields(form), follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.usefixtures("_impatient")
def test_page_says_that_the_service_is_slow(configured: Callable[..., Blog], relay: Relay) -> None:
    """A service that does not answer in time is called that, with the time that is set."""
    blog = configured(timeout=1)
    relay.instead = ForeignAnswer(stalls=True)

    assert "No answer came within 1.0 seconds" in dict(notices(try_connection(blog)))["error"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"key": "tip_wrong_key"}, "does not know this key"),
        ({"key": ""}, "does not know this key"),
        ({"url": "http://127.0.0.1:9"}, "Nobody listens"),
        ({"url": "http://localhost:1"}, "Nobody listens"),
        ({"community": "nowhere"}, "no community of that name"),
    ],
    ids=["wrong key", "no key", "nobody", "other name", "community"],
)
def test_page_says_which_setting_is_wrong(configured: Callable[..., Blog], wrong: dict[str, str], words: str) -> None:
    """With the real service: a key, an address and a community that do not exist are told apart."""
    assert words in dict(notices(try_connection(configured(**wrong))))["error"]


def test_page_says_that_rulings_need_their_scope(configured: Callable[..., Blog], make_key: MakeKey, service_folder: Path) -> None:
    """A key that may have comments judged and nothing else is found out before a moderator decides."""
    blog = configured(key=make_key(service_folder, Scope.SCORE))

    def try_until_known() -> list[tuple[str, str]] | None:
        shown = notices(try_connection(blog))
        return None if any("does not know this key" in text for _, text in shown) else shown

    shown = wait_until(try_until_known, what="the service has read the new key")

    assert [kind for kind, _ in shown] == ["success", "warning"]
    assert any("needs the scopes score and feedback" in text for _, text in shown)


@pytest.mark.parametrize(
    "url", ["tipstaff.example", "javascript:alert(1)", "ftp://tipstaff.example", "http://", "http://me:secret@host/", SCRIPT]
)
def test_what_is_no_address_is_not_saved(blog: Blog, relay: Relay, url: str) -> None:
    """Something else than the address of a service leaves the stored address, and the page says so."""
    page = save(blog, url=url)

    assert "The address was not saved" in page
    assert stored(blog)["url"] == relay.address
    assert "<script>alert" not in page


def test_impossible_values_are_not_saved(blog: Blog, key: str) -> None:
    """Words that are no choice, keys that fit in no header and times without end leave what was set."""
    page = save(blog, review="delete everything", timeout="999", key="two words", community=SCRIPT, exempt="")

    kept = stored(blog)
    assert (kept["review"], kept["exempt"], kept["key"], kept["timeout"]) == ("hold", "moderators", key, 2.0)
    assert "The key was not saved" in page
    assert "<script>alert" not in page


def test_nothing_that_is_stored_can_bring_a_script(configured: Callable[..., Blog], relay: Relay) -> None:
    """Settings, what broken servers say, names of authors and what is kept with comments are shown as text."""
    blog = configured(community=SCRIPT)
    relay.instead = ForeignAnswer(f'{{"type": "{"/docs#"}x", "title": {SCRIPT!r}}}'.encode(), 500)
    blog.php("update_option( 'tipstaff_failure', [ 'time' => 1, 'why' => $script ] );", script=SCRIPT)
    page = try_connection(blog)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page

    comment = blog.comment(FINE, author=SCRIPT)
    kept = {"verdict": "review", "label": SCRIPT, "scores": {SCRIPT: 0.5}, "foreign": False, "problem": "", "time": 1}
    blog.php(
        "delete_comment_meta( $id, '_tipstaff_waiting' ); update_comment_meta( $id, '_tipstaff_result', $kept );", id=comment, kept=kept
    )
    assert "<script>alert" not in blog.admin().get("/wp-admin/edit-comments.php").text


def test_only_who_manages_options_may_save_or_test(blog: Blog, relay: Relay) -> None:
    """An editor and a reader see no page, and can neither save nor test, nor can a form of another site."""
    blog.php(
        "foreach ( [ 'editor', 'subscriber' ] as $role ) { if ( ! username_exists( $role ) ) {"
        "wp_insert_user( [ 'user_login' => $role, 'user_pass' => 'password-of-all', 'role' => $role ] ); } }"
    )
    nonces = form_fields(blog.admin().get(PAGE).text)
    before = stored(blog)
    form = {
        "option_page": "tipstaff_settings",
        "action": "update",
        "_wpnonce": nonces["_wpnonce"],
        "tipstaff_settings[url]": "http://127.0.0.1:1",
    }
    for name in ("editor", "subscriber"):
        browser = blog.log_in(name, "password-of-all")
        assert browser.get(PAGE).status_code == 403
        assert browser.post("/wp-admin/options.php", data=form).status_code == 403
        assert browser.post("/wp-admin/admin-post.php", data={"action": "tipstaff_test"}).status_code == 403
    assert blog.admin().post("/wp-admin/options.php", data=form | {"_wpnonce": "0000000000"}).status_code == 403
    assert blog.admin().post("/wp-admin/admin-post.php", data={"action": "tipstaff_test"}).status_code == 403

    assert stored(blog) == before
    assert relay.calls == []


def test_list_of_comments_shows_label_and_score(configured: Callable[..., Blog], relay: Relay) -> None:
    """The list shows what Tipstaff says about each comment, and offers to check again what it could not be asked about."""
    blog = configured(reject="hold")
    blog.comment(HATEFUL)
    relay.instead = ForeignAnswer(status=502)
    waits = blog.comment(FINE)
    relay.instead = None

    page = blog.admin().get("/wp-admin/edit-comments.php").text
    cells = re.findall(r"data-colname=\"Tipstaff\">([^<]*)<", page)
    assert re.fullmatch(r"\|hateful 0\.\d\d \(reject\)\|not checked yet", "|".join(sorted(cells))), cells

    link = html.unescape(re.search(r"href='?\"?([^'\"]*tipstaff_check[^'\"]*)", page)[1])  # type: ignore[index]
    assert blog.admin().get(re.sub("_wpnonce=.*", "_wpnonce=0", link)).status_code == 403
    assert blog.admin().get(link).status_code == 302
    assert blog.meta(waits, "_tipstaff_result")["label"] == "fine"


def test_page_says_that_akismet_is_active_too(blog: Blog) -> None:
    """Whoever has both plugins is told that either may hold a comment."""
    active = "update_option( 'active_plugins', $plugins );"
    assert "Akismet" not in blog.admin().get(PAGE).text.partition("<h1>")[2]
    blog.php(active, plugins=["akismet/akismet.php", "tipstaff/tipstaff.php"])
    try:
        assert any("Akismet is active too" in text for _, text in notices(blog.admin().get(PAGE).text))
    finally:
        blog.php(active, plugins=["tipstaff/tipstaff.php"])
