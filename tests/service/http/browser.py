"""A real browser, Chromium without a window, and a page for it."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["MODULES", "SECONDS", "open_browser", "serve_page"]

SECONDS = 30
"""How long a page may take."""

MODULES = "/modules/"
"""The path below which a page finds the modules that it may import."""

_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking")


@contextmanager
def open_browser(*arguments: str) -> "Iterator[Chrome]":
    """Open Chromium, which logs what its pages ask for and complain about.

    Args:
        arguments: further arguments of its command line.
    """
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no Chromium is installed: Debian's packages chromium and chromium-driver have one")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (*_ARGUMENTS, *arguments):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        chrome.set_page_load_timeout(SECONDS)
        chrome.set_script_timeout(SECONDS)
        yield chrome
    finally:
        chrome.quit()


class _Page(BaseHTTPRequestHandler):
    """Answers with an empty page, or with a module."""

    def __init__(self, modules: Path | None, *arguments: Any) -> None:
        self._modules = modules
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Answer a call."""
        module = self._find_module()
        content = b"<!doctype html><title>A page</title><body>" if module is None else module.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if module is None else "text/javascript")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def _find_module(self) -> Path | None:
        if self._modules is None or not self.path.startswith(MODULES):
            return None
        path = self._modules / self.path.removeprefix(MODULES)
        return path if path.is_file() else None

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _PageServer(ThreadingHTTPServer):
    """Closes, in the end, the connections too that a browser has opened for calls to come: else it would send one of these here."""

    def __init__(self, modules: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Page, modules))
        self._connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take note of a connection, and answer it."""
        self._connections.append(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


@contextmanager
def serve_page(modules: Path | None = None) -> Iterator[int]:
    """Serve an empty page under any name for as long as the context lasts; return the port.

    Args:
        modules: a folder of modules that the page may import from `MODULES`.
    """
    with _PageServer(modules) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(60)
