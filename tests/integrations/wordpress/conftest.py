"""A blog with our plugin, a service, and a relay between the two."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from service.http.app import create_app
from service.settings import Settings, read_settings
from service.store.rulings.act import Act
from service.store.store import open_store
from service.store.stored_types import Role, Scope
from tests.integrations.wordpress.blog import Blog, DatabaseServer, find_missing, serve_blog
from tests.integrations.wordpress.relay import Relay
from tests.service.http.conftest import MakeKey, Running

if TYPE_CHECKING:
    from model.moderator import Moderator


@pytest.fixture(scope="session")
def database() -> Iterator[DatabaseServer]:
    """A database server for blogs."""
    if missing := find_missing():
        pytest.skip(missing)
    with DatabaseServer() as server:
        yield server


@pytest.fixture(scope="session")
def service_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the service."""
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="session")
def key(make_key: MakeKey, service_folder: Path) -> str:
    """A key of the service that may do what the plugin does."""
    return make_key(service_folder, Scope.SCORE, Scope.FEEDBACK, role=Role.MODERATOR)


@pytest.fixture(scope="session")
def service(moderator: "Moderator", running: Running, service_folder: Path, key: str) -> Iterator[str]:
    """The address of a service that wants a key."""
    assert key
    app = create_app(read_settings(data_dir=service_folder), load=lambda _: moderator)
    with running(app) as client:
        yield str(client.base_url).rstrip("/")


@pytest.fixture
def rulings(service_folder: Path) -> Callable[[], dict[str, Act]]:
    """Reads the latest ruling about each comment, by the comment's text, from the service's own store."""

    def read() -> dict[str, Act]:
        with closing(open_store(Settings(data_dir=service_folder))) as store:
            return {stored.text: stored.act for stored in store.rulings.effective()}

    return read


@pytest.fixture(scope="session")
def session_relay(service: str) -> Iterator[Relay]:
    """What stands between the blog and the service."""
    with Relay(service) as relay:
        yield relay


@pytest.fixture
def relay(session_relay: Relay) -> Relay:
    """The same, with nothing asked yet."""
    session_relay.reset()
    return session_relay


@pytest.fixture(scope="session")
def session_blog(database: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blog]:
    """A blog in which our plugin is active."""
    with serve_blog(tmp_path_factory.mktemp("blog"), database, plugins=["tipstaff/tipstaff.php"]) as blog:
        yield blog


@pytest.fixture
def blog(session_blog: Blog, relay: Relay, key: str) -> Blog:
    """The blog, whose plugin is set to call the service by the relay and is otherwise as it comes."""
    configure(session_blog, url=relay.address, key=key)
    session_blog.php(
        "delete_option( 'tipstaff_failure' ); wp_clear_scheduled_hook( 'tipstaff_check_again' );"
        "wp_clear_scheduled_hook( 'tipstaff_send_rulings' ); delete_metadata( 'comment', 0, '_tipstaff_waiting', '', true );"
        "delete_metadata( 'comment', 0, '_tipstaff_ruling', '', true );"
        'global $wpdb; $wpdb->query( "DELETE FROM $wpdb->comments WHERE comment_ID > 1" ); wp_cache_flush();'
    )
    return session_blog


@pytest.fixture
def configured(blog: Blog, relay: Relay, key: str) -> Callable[..., Blog]:
    """Sets what the plugin is to do, beside where the service is, and returns the blog."""

    def set_up(**settings: Any) -> Blog:
        configure(blog, **{"url": relay.address, "key": key} | settings)
        return blog

    return set_up


def configure(blog: Blog, **settings: Any) -> None:
    """Stores settings of the plugin."""
    blog.php("update_option( 'tipstaff_settings', $settings );", settings=settings)


@pytest.fixture
def _impatient(blog: Blog) -> Iterator[None]:
    """Lets the plugin wait no longer than it is set to, which it does for the other tests."""
    blog.php("update_option( 'testing_is_impatient', 1 );")
    yield
    blog.php("delete_option( 'testing_is_impatient' );")


@pytest.fixture(autouse=True)
def _no_complaints(request: pytest.FixtureRequest) -> Iterator[None]:
    """Makes sure that PHP and WordPress have nothing to complain about in our plugin."""
    blog: Blog | None = request.getfixturevalue("blog") if "blog" in request.fixturenames else None
    before = len(blog.complaints()) if blog else 0
    yield
    if blog:
        assert [line for line in blog.complaints()[before:] if "tipstaff" in line.lower() and "Tipstaff: Exception" not in line] == []
