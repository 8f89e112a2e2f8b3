"""A forum that takes flags."""

import threading
from collections.abc import Iterator

import pytest

from tests.service.http.dialects.discourse.forum import Forum


@pytest.fixture
def forum() -> Iterator[Forum]:
    """A forum that takes flags."""
    with Forum() as forum:
        thread = threading.Thread(target=forum.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield forum
        forum.shutdown()
        thread.join(60)
