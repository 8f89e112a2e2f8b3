"""Sites whose model may change while they serve."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from service.http.app import create_app
from service.http.reloading.model_feeds import LoneModels
from tests.service.http.reloading.site import Site
from tests.service.http.server_process import ServerProcess

Running = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site with a registry, in which nothing has been published."""
    return Site(tmp_path)


@pytest.fixture
def serve_alone(running: Running) -> Callable[[Site], AbstractContextManager[httpx.Client]]:
    """A function that serves a site in this process, as a service without workers does."""

    @contextmanager
    def serve(site: Site) -> Iterator[httpx.Client]:
        models = LoneModels()
        with running(create_app(site.settings, load=models.load, feed=models)) as client:
            client.headers["X-API-KEY"] = site.key
            yield client

    return serve


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """A function that starts a site as processes of its own; all are killed in the end."""
    with ExitStack() as servers:
        yield lambda site, **settings: servers.enter_context(ServerProcess(tmp_path, **(site.options | settings)))
