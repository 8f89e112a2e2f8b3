"""A real WordPress, Debian's, in a folder of the tests' own, with MariaDB on a socket and PHP's own web server."""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.waiting import wait_until

__all__ = ["Blog", "DatabaseServer", "find_missing", "form_fields", "serve_blog"]

SOURCE = Path("/usr/share/wordpress")
INTEGRATION = Path(__file__).parents[3] / "integrations/wordpress"
ADMIN = ("admin", "correct horse battery staple")

_SECONDS = 120
_TESTING = Path(__file__).with_name("testing.php")
_LISTENING = re.compile(r"Development Server \((http://\S+)\) started")
_NONCE = re.compile(r'"nonce":"([0-9a-f]+)"')
_CONFIG = """<?php
define( 'DB_NAME', getenv( 'BLOG_DATABASE' ) );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:' . getenv( 'BLOG_SOCKET' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
	define( "{$name}_KEY", $name . getenv( 'BLOG_SECRET' ) );
	define( "{$name}_SALT", $name . strrev( getenv( 'BLOG_SECRET' ) ) );
}
if ( ! isset( $_SERVER['HTTP_HOST'] ) ) {
	$_SERVER['HTTP_HOST'] = '127.0.0.1';
}
if ( getenv( 'BLOG_NETWORK' ) ) {
	// The sites of a network are found by the name of the host, which has to be without a port.
	$_SERVER['HTTP_HOST'] = '127.0.0.1';
	if ( ! defined( 'WP_INSTALLING' ) ) {
		define( 'MULTISITE', true );
		define( 'SUBDOMAIN_INSTALL', false );
		define( 'DOMAIN_CURRENT_SITE', '127.0.0.1' );
		define( 'PATH_CURRENT_SITE', '/' );
		define( 'SITE_ID_CURRENT_SITE', 1 );
		define( 'BLOG_ID_CURRENT_SITE', 1 );
	}
} else {
	define( 'WP_HOME', 'http://' . $_SERVER['HTTP_HOST'] );
	define( 'WP_SITEURL', WP_HOME );
}
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_LOG', getenv( 'BLOG_LOG' ) );
define( 'WP_DEBUG_DISPLAY', false );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost,rest.akismet.com' );
foreach ( (array) json_decode( (string) getenv( 'BLOG_CONSTANTS' ), true ) as $name => $value ) {
	define( $name, $value );
}
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""
_INSTALL = """<?php
define( 'WP_INSTALLING', true );
require 'wp-load.php';
require 'wp-admin/includes/upgrade.php';
function wp_mail() { return true; }
wp_install( 'A blog', 'ADMIN', 'admin@blog.example', true, '', 'PASSWORD' );
update_option( 'comment_previously_approved', 0 );
update_option( 'permalink_structure', '/%postname%/' );
update_option( 'active_plugins', json_decode( getenv( 'BLOG_PLUGINS' ), true ) );
if ( getenv( 'BLOG_NETWORK' ) ) {
	define( 'WP_ALLOW_MULTISITE', true );
	require_once 'wp-admin/includes/network.php';
	foreach ( $wpdb->tables( 'ms_global' ) as $table => $name ) {
		$wpdb->$table = $name;
	}
	install_network();
	populate_network( 1, '127.0.0.1', 'admin@blog.example', 'A network', '/', false );
}
"""


def find_missing() -> str | None:
    """Returns what has to be installed before a blog can be served, in words; None if nothing is missing."""
    for program, package in (("php", "php-cli"), ("mariadbd", "mariadb-server"), ("mariadb-install-db", "mariadb-server")):
        if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            return f"Debian's package {package} is not installed"
    if not (SOURCE / "wp-load.php").exists():
        return "Debian's package wordpress is not installed"
    extensions = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout.lower().split()
    return next(
        (f"Debian's package php-{name} is not installed" for name in ("mysql", "curl", "xml") if f"{name}" not in _known(extensions)), None
    )


def _known(extensions: Sequence[str]) -> set[str]:
    return {name.removesuffix("i") for name in extensions}


class DatabaseServer:
    """A MariaDB server that listens only on a socket in its own folder, and asks nobody for a password. Ends with the context."""

    def __init__(self) -> None:
        # A short path, because a socket's may have 107 bytes; and one that the user who runs it may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="tipstaff-db-"))
        self.socket = self.folder / "socket"
        user = "nobody" if os.geteuid() == 0 else None
        if user:
            shutil.chown(self.folder, user)
        common = ["--no-defaults", f"--datadir={self.folder}/data", *([f"--user={user}"] if user else [])]
        small = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"]
        with (self.folder / "log").open("ab") as log:
            install = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db", *small]
            subprocess.run(install, stdout=log, stderr=log, check=True, timeout=_SECONDS, cwd="/")
            serve = ["--skip-networking", "--skip-grant-tables", "--skip-log-bin", "--performance-schema=OFF", f"--socket={self.socket}"]
            program = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "mariadbd"
            pid = f"--pid-file={self.folder}/pid"
            self._process = subprocess.Popen([program, *common, *small, *serve, pid], stdout=log, stderr=log, cwd="/")

    def __enter__(self) -> "DatabaseServer":
        """Wait until it accepts connections."""
        wait_until(self._is_up, what="MariaDB accepts connections", seconds=_SECONDS)
        return self

    def __exit__(self, *_error: object) -> None:
        """End it; nothing that it holds is needed any more."""
        self._process.kill()
        self._process.wait(timeout=_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_up(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()
        return self._run("SELECT 1").returncode == 0

    def create(self, name: str) -> None:
        """Create an empty database."""
        self._run(f"CREATE DATABASE {name}").check_returncode()

    def _run(self, statement: str) -> "subprocess.CompletedProcess[bytes]":
        command = ["mariadb", "--no-defaults", "--user=root", f"--socket={self.socket}", "--execute", statement]
        return subprocess.run(command, check=False, capture_output=True)


class Blog:
    """A blog that is served.

    Args:
        address: its address.
        secret: what lets the tests run PHP in it.
        log: the file in which PHP and WordPress complain.
        socket: where it is reached, if the address is one of a private network.
    """

    def __init__(self, address: str, *, secret: str, log: Path, socket: Path | None = None) -> None:
        self.address = address
        self.log = log
        self._secret = secret
        self._socket = socket
        self._guest = self.client()
        self._admin: httpx.Client | None = None
        self._nonce = ""

    def client(self) -> httpx.Client:
        """Return a browser without cookies."""
        transport = httpx.HTTPTransport(uds=str(self._socket)) if self._socket else None
        return httpx.Client(base_url=self.address, transport=transport, timeout=_SECONDS, trust_env=False)

    def php(self, code: str, **variables: Any) -> Any:
        """Run PHP within WordPress, as nobody, and return what it returns. Variables are values of JSON."""
        form = {"code": code, "variables": json.dumps(variables)}
        answer = self._guest.post("/", data=form, headers={"X-Testing": self._secret})
        assert answer.status_code == 200, answer.text
        return answer.json()["returned"]

    def log_in(self, name: str, password: str) -> httpx.Client:
        """Log in by the form, and return the browser that is logged in."""
        browser = self.client()
        browser.get("/wp-login.php")
        answer = browser.post("/wp-login.php", data={"log": name, "pwd": password, "testcookie": "1"})
        assert answer.status_code == 302, answer.text
        return browser

    def admin(self) -> httpx.Client:
        """Return a browser in which the administrator is logged in."""
        if self._admin is None:
            self._admin = self.log_in(*ADMIN)
        return self._admin

    def nonce(self) -> str:
        """Return what proves to WordPress' REST interface that a call of the administrator's browser is meant."""
        if not self._nonce:
            self._nonce = self.admin().get("/wp-admin/admin-ajax.php?action=rest-nonce").text
        return self._nonce

    def comment(self, text: str, browser: httpx.Client | None = None, /, **more: str | int) -> int:
        """Comment on the first post by the form of the site, as a guest unless the browser is somebody's, and return the comment's id."""
        who = {"author": "A. Reader", "email": "reader@blog.example"} if browser is None else {}
        form = {"comment_post_ID": "1", "comment_parent": "0", "comment": text, **who} | {name: str(value) for name, value in more.items()}
        answer = (browser or self.client()).post("/wp-comments-post.php", data=form)
        assert answer.status_code == 302, answer.text
        return self.last_comment()

    def last_comment(self) -> int:
        """Return the id of the comment that came in last."""
        return int(self.php('global $wpdb; return $wpdb->get_var( "SELECT MAX(comment_ID) FROM $wpdb->comments" );'))

    def status(self, comment: int) -> str:
        """Return the status of a comment: 1 (published), 0 (held), spam or trash."""
        return str(self.php("return get_comment( $id )->comment_approved;", id=comment))

    def meta(self, comment: int, key: str) -> Any:
        """Return what is kept with a comment; an empty text if nothing is."""
        return self.php("return get_comment_meta( $id, $key, true );", id=comment, key=key)

    def set_status(self, comment: int, status: str) -> None:
        """Give a comment a status as the administrator, by the REST interface: approved, hold, spam, trash."""
        answer = self.admin().post(f"/wp-json/wp/v2/comments/{comment}", json={"status": status}, headers={"X-WP-Nonce": self.nonce()})
        assert answer.status_code == 200, answer.text

    def run_cron(self, *events: str) -> None:
        """Let the time come for events that are scheduled, and have WordPress run what is due."""
        code = """
            foreach ( $events as $event ) {
                if ( wp_next_scheduled( $event ) ) {
                    wp_clear_scheduled_hook( $event );
                    wp_schedule_single_event( time() - 5, $event );
                }
            }
            delete_transient( 'doing_cron' );
        """
        self.php(code, events=events)
        answer = self._guest.get("/wp-cron.php")
        assert answer.status_code == 200, answer.text

    def complaints(self) -> list[str]:
        """Return what PHP and WordPress have complained about so far."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@contextlib.contextmanager
def serve_blog(
    folder: Path,
    database: DatabaseServer,
    *,
    plugins: Sequence[str],
    must_use: Sequence[Path] = (),
    constants: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
    place: tuple[str, Path] | None = None,
    is_network: bool = False,
) -> Iterator[Blog]:
    """Install a blog and serve it until the context ends.

    Args:
        folder: where it is put.
        database: where its tables are put.
        plugins: the plugins that are active, as WordPress names them.
        must_use: files that WordPress loads in any case.
        constants: what wp-config.php defines besides.
        prefix: a command that starts PHP's web server, such as one that enters a private network.
        place: where the server listens, and the socket that leads there, if it is in a private network.
        is_network: whether it is the first site of a network, to which others can be added by PHP.
    """
    name = f"blog{secrets.token_hex(4)}"
    database.create(name)
    root, log, secret = folder / "wordpress", folder / "debug.log", secrets.token_hex(16)
    shutil.copytree(SOURCE, root, ignore_dangling_symlinks=True)
    shutil.copytree(INTEGRATION / "tipstaff", root / "wp-content/plugins/tipstaff")
    (root / "wp-content/mu-plugins").mkdir(exist_ok=True)
    for file in (_TESTING, *must_use):
        shutil.copy(file, root / "wp-content/mu-plugins")
    (root / "wp-config.php").write_text(_CONFIG)
    environment = os.environ | {
        "BLOG_DATABASE": name,
        "BLOG_SOCKET": str(database.socket),
        "BLOG_SECRET": secret,
        "BLOG_LOG": str(log),
        "BLOG_PLUGINS": json.dumps(list(plugins)),
        "BLOG_CONSTANTS": json.dumps(dict(constants or {})),
        "BLOG_NETWORK": "1" if is_network else "",
        "PHP_CLI_SERVER_WORKERS": "4",
    }
    (folder / "install.php").write_text(_INSTALL.replace("ADMIN", ADMIN[0]).replace("PASSWORD", ADMIN[1]))
    installed = subprocess.run(
        ["php", folder / "install.php"], cwd=root, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr + "\n".join(log.read_text().splitlines() if log.exists() else [])
    server_log = folder / "server.log"
    listen = place[0] if place else "127.0.0.1:0"
    with server_log.open("wb") as out:
        command = [*prefix, "php", "-d", "opcache.enable=1", "-S", listen, "-t", str(root)]
        server = subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        found = wait_until(
            lambda: _LISTENING.search(server_log.read_text()) or server.poll(), what="PHP's server listens", seconds=_SECONDS
        )
        assert isinstance(found, re.Match), server_log.read_text()
        yield Blog(found[1], secret=secret, log=log, socket=place[1] if place else None)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=_SECONDS)


def form_fields(page: str) -> dict[str, str]:
    """Return the names and values of the hidden fields of a page's forms; of several of one name, the first."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*type=['\"]hidden['\"][^>]*>", page):
        attributes = dict(re.findall(r"(\w+)=[\"']([^\"']*)[\"']", tag))
        fields.setdefault(attributes.get("name", ""), attributes.get("value", ""))
    return fields
