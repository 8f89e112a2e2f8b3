"""Errors are answered with problem documents that give nothing away."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.requests import Request

from service.http.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]

SECRET = "xyzzy-plugh-frotz"


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nowhere", 404, "Not Found"),
        ("GET", f"/{SECRET}?{SECRET}", 404, "Not Found"),
        ("POST", "/v1/moderate/", 404, "Not Found"),
        ("GET", "/v1/moderate", 405, "Method Not Allowed"),
        ("DELETE", "/healthz", 405, "Method Not Allowed"),
    ],
)
def test_wrong_addresses_are_problems(client: httpx.Client, method: str, path: str, status: int, title: str) -> None:
    """An unknown address or method of ours is a problem document that does not quote the address."""
    response = client.request(method, path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert {key: response.json()[key] for key in ("type", "title", "status")} == {"type": "about:blank", "title": title, "status": status}
    assert SECRET not in response.text
    assert ("allow" in response.headers) == (status == 405)


def test_faults_give_nothing_away(running: Running, settings: Settings, moderator: "Moderator", caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the service is answered with a problem document; neither it nor the log holds a value, and the log says where it was."""
    app = create_app(settings, load=lambda _: moderator)

    @app.get("/boom")
    async def boom(_request: Request) -> None:
        raise RuntimeError(SECRET)

    with running(app) as client:
        response = client.get("/boom")

    assert (response.status_code, response.json()["type"]) == (500, "/docs#internal")
    assert SECRET not in response.text
    logged = [record.getMessage() for record in caplog.records if record.name == "tipstaff.http" and record.levelno == logging.ERROR]
    assert len(logged) == 1
    assert logged[0].startswith("RuntimeError in GET /boom\n")
    assert "in boom" in logged[0]
    own_records = (record for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    assert not any(SECRET in record.getMessage() or record.exc_info for record in own_records)
