"""The plugin Akismet of Debian's package `wordpress`, unmodified, on that WordPress, with Tipstaff in the place of akismet.com.

Both ways of docs/wordpress.md are gone: with the address of the service in wp-config.php, and with `rest.akismet.com` leading to it by
the recipe for fixed hosts.
"""

import html
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integrations.wordpress.blog import INTEGRATION, Blog, DatabaseServer, form_fields, serve_blog
from tests.integrations.wordpress.network_door import open_door
from tests.private_network import private_network
from tests.service.command import COMMAND, ROOT
from tests.service.http.sample_texts import FINE, GERMAN, TOXIC
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

pytestmark = pytest.mark.nightly

PAGE = "/wp-admin/options-general.php?page=akismet-key-config"
RECIPE = (ROOT / "docs/leaving-perspective.md").read_text()
MUST_USE = INTEGRATION / "tipstaff-akismet.php"


@dataclass(frozen=True)
class Site:
    """A blog with Akismet, and the command of the service that Akismet asks."""

    blog: Blog
    tipstaff: Callable[..., str]
    key: str


def command_on(folder: Path) -> Callable[..., str]:
    """Returns what runs the command on the data in a folder, and returns what it prints."""

    def run(*arguments: str) -> str:
        environment = os.environ | {"TIPSTAFF_DATA_DIR": str(folder)}
        return subprocess.run([*COMMAND, *arguments], env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture(scope="module", params=["address", "recipe"])
def site(request: pytest.FixtureRequest, database: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A blog on which Akismet is active, with our must-use plugin and nothing else, and a service."""
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("blog")
    tipstaff = command_on(data)
    key = tipstaff("keys", "create", "blog", "--for", "akismet").split()[-1]
    plugins = ["akismet/akismet.php"]
    with ExitStack() as stack:
        if request.param == "address":
            constants = {"TIPSTAFF_URL": stack.enter_context(ServerProcess(data)).ready()}
            blog = stack.enter_context(serve_blog(folder, database, plugins=plugins, must_use=[MUST_USE], constants=constants))
        else:
            hosts = re.search(r"^127\.0\.0\.1 .*rest\.akismet\.com.*$", RECIPE, re.MULTILINE)
            network = stack.enter_context(private_network(tmp_path_factory.mktemp("network"), hosts[0] if hosts else ""))
            certificates = make_certificates(tmp_path_factory.mktemp("tls"))
            allowed = re.search(r"TIPSTAFF_ALLOWED_HOSTS='(.*?)'", RECIPE)
            assert allowed is not None
            tls = {"tls_certificate": certificates / "tls.pem", "tls_key": certificates / "tls.key"}
            server = stack.enter_context(ServerProcess(data, network.prefix, port=443, allowed_hosts=allowed[1], **tls))
            wait_until(lambda: any("ready: " in line for line in server.lines()), what="the service is ready", seconds=300)
            place = ("127.0.0.1:8080", stack.enter_context(open_door(network, 8080)))
            constants = {"TIPSTAFF_CA_BUNDLE": str(certificates / "ca.pem")}
            blog = stack.enter_context(
                serve_blog(folder, database, plugins=plugins, must_use=[MUST_USE], constants=constants, prefix=network.prefix, place=place)
            )
        yield Site(blog, tipstaff, key)


def make_certificates(folder: Path) -> Path:
    """Runs the recipe's commands that make the authority and the certificate, and returns the folder with both."""
    commands = next(block for block in re.findall(r"```bash\n(.*?)```", RECIPE, re.DOTALL) if "openssl x509" in block)
    subprocess.run(["bash", "-euc", commands], cwd=folder, check=True, capture_output=True)
    return folder


def enter_key(site: Site, key: str) -> str:
    """Enters a key on Akismet's page, and returns the page that is shown then."""
    page = site.blog.admin().get(f"{PAGE}&view=start").text
    form = form_fields(page[page.index("enter-api-key") :] if "enter-api-key" in page else page)
    answer = site.blog.admin().post(PAGE, data=form | {"action": "enter-key", "key": key})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def connected(site: Site) -> Site:
    """The site, with its key saved."""
    site.blog.php("update_option( 'wordpress_api_key', $key ); update_option( 'akismet_strictness', '0' );", key=site.key)
    return site


def test_settings_page_takes_the_key_and_refuses_others(site: Site) -> None:
    """Akismet's own page saves a key of the service, and says of another one that it is invalid."""
    site.blog.php("delete_option( 'wordpress_api_key' );")

    assert "The key you entered is invalid" in enter_key(site, "0123456789ab")
    assert site.blog.php("return get_option( 'wordpress_api_key' );") is False

    page = enter_key(site, site.key)
    assert site.blog.php("return get_option( 'wordpress_api_key' );") == site.key
    assert "invalid" not in page
    assert "could not be verified" not in page
    assert site.blog.admin().get(PAGE).status_code == 200


def test_insult_lands_in_spam_and_friendly_comments_pass(connected: Site) -> None:
    """Akismet puts an insult into the spam, and lets friendly comments pass, in languages that the model has not learned too."""
    blog = connected.blog

    friendly, foreign, insult = blog.comment(FINE), blog.comment(GERMAN), blog.comment(TOXIC)

    assert [blog.status(comment) for comment in (friendly, foreign, insult)] == ["1", "1", "spam"]
    assert [blog.meta(comment, "akismet_result") for comment in (friendly, insult)] == ["false", "true"]


def test_moderators_decisions_arrive_as_rulings(connected: Site, tmp_path: Path) -> None:
    """What the administrator marks as spam, or as no spam, is stored by the service, with the number of the comment and its author."""
    blog = connected.blog
    missed, wronged = f"{FINE} They should all read this.", f"{TOXIC} That is what he said."
    missed_id, wronged_id = blog.comment(missed), blog.comment(wronged)
    assert [blog.status(missed_id), blog.status(wronged_id)] == ["1", "spam"]

    press(blog, "spam", missed_id)
    press(blog, "unspam", wronged_id)

    path = connected.tipstaff("rulings", "export", "--acts", "--out", str(tmp_path), "--to", "jsonl").strip().splitlines()[-1]
    rows = {row["text"]: row for row in map(json.loads, Path(path).read_text().splitlines())}
    assert {text: (rows[text]["reason"], rows[text]["label"]) for text in rows} == {missed: ("spam", None), wronged: (None, "fine")}
    assert [rows[text]["comment"] for text in (missed, wronged)] == [str(missed_id), str(wronged_id)]
    assert all(row["author"] for row in rows.values())


def press(blog: Blog, act: str, comment: int) -> None:
    """Follows a link of the list of comments, with which a moderator decides about one."""
    status = "?comment_status=spam" if act == "unspam" else ""
    page = html.unescape(blog.admin().get(f"/wp-admin/edit-comments.php{status}").text)
    link = re.search(rf"comment\.php\?c={comment}&action={act}comment&_wpnonce=\w+", page)
    assert link is not None, "the list has no such link"
    answer = blog.admin().get(f"/wp-admin/{link[0]}")
    assert answer.status_code == 302, answer.text


def test_nothing_is_sent_that_is_not_encrypted(site: Site) -> None:
    """Akismet falls back to port 80 when encrypted calls fail: such a call goes to the address that is set, or nowhere."""
    call = "$r = wp_remote_get( 'http://rest.akismet.com/1.1/test' ); return is_wp_error( $r ) ? $r->get_error_code() : $r['body'];"
    by_recipe = site.blog.php("return defined( 'TIPSTAFF_CA_BUNDLE' );")

    assert site.blog.php(call) == ("tipstaff_not_encrypted" if by_recipe else "connected")
    assert site.blog.php("update_option( 'akismet_ssl_disabled', time() ); return get_option( 'akismet_ssl_disabled' );") == 0


def test_comment_is_held_where_nobody_answers(site: Site) -> None:
    """With a key that is none any more, comments are held for a moderator, and Akismet has them checked again later."""
    site.blog.php("update_option( 'wordpress_api_key', '0123456789ab' );")

    comment = site.blog.comment(f"{FINE} So long.")

    assert site.blog.status(comment) == "0"
    assert site.blog.php("return wp_next_scheduled( 'akismet_schedule_cron_recheck' );")
