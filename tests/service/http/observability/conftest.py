"""A collector of traces."""

import threading
from collections.abc import Iterator

import pytest

from tests.service.http.observability.collector import Collector


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that runs."""
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join(60)
