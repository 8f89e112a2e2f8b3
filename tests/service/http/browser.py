"""A real browser: Chromium without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["SECONDS", "open_browser"]

SECONDS = 30
"""How long a page may take."""

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
