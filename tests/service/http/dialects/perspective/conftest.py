"""A service with a store of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from model.moderator import Moderator
from service.http.app import create_app
from service.settings import read_settings


@pytest.fixture
def fresh(tmp_path: Path, moderator: Moderator, running: Callable[..., Any]) -> Iterator[httpx.Client]:
    """A client of a service with a store of its own, in the test's folder."""
    with running(create_app(read_settings(port=0, data_dir=tmp_path), load=lambda _: moderator)) as client:
        yield client
