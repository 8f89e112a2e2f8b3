"""What holds for every address: problem documents, silence about texts, which origins may call."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.app import create_app
from service.settings import Settings, read_settings

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
def test_wrong_addresses_are_problems_too(client: httpx.Client, method: str, path: str, status: int, title: str) -> None:
    """An unknown address or method is a problem document that does not quote the address."""
    response = client.request(method, path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert {key: response.json()[key] for key in ("type", "title", "status")} == {"type": "about:blank", "title": title, "status": status}
    assert SECRET not in response.text
    assert ("allow" in response.headers) == (status == 405)


def test_our_own_mistakes_give_nothing_away(
    running: Running, settings: Settings, moderator: "Moderator", caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the service is a 500 problem document; answer and log hold no value, the log says where it was."""
    app = create_app(settings, load=lambda _: moderator)

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError(SECRET)

    @app.get("/typed")
    async def typed(number: int) -> None: ...

    with running(app) as client:
        response = client.get("/boom")
        wrong = client.get("/typed", params={"number": SECRET})

    assert (response.status_code, response.json()["type"]) == (500, "/docs#internal")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "query.number")
    assert SECRET not in response.text + wrong.text
    logged = [record.getMessage() for record in caplog.records if record.name == "tipstaff.http" and record.levelno == logging.ERROR]
    assert len(logged) == 1
    assert logged[0].startswith("RuntimeError in GET /boom\n")
    assert "in boom" in logged[0]
    own = (record for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    assert not any(SECRET in record.getMessage() or record.exc_info for record in own)


@pytest.mark.parametrize(
    ("origins", "allowed"), [("", None), ("https://forum.example, http://localhost:3000", "https://forum.example"), ("*", "*")]
)
def test_scripts_of_other_origins(running: Running, moderator: "Moderator", tmp_path: Path, origins: str, allowed: str | None) -> None:
    """Scripts of web pages may call from the origins that are set, from none by default."""
    ask = {"Origin": "https://forum.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    with running(create_app(read_settings(data_dir=tmp_path, cors_origins=origins), load=lambda _: moderator)) as client:
        asked = client.options("/v1/moderate", headers=ask)
        answered = client.get("/healthz", headers={"Origin": "https://forum.example"})
        stranger = client.get("/healthz", headers={"Origin": "https://stranger.example"})

    assert asked.headers.get("access-control-allow-origin") == allowed
    assert answered.headers.get("access-control-allow-origin") == allowed
    assert stranger.headers.get("access-control-allow-origin") == (allowed if allowed == "*" else None)
