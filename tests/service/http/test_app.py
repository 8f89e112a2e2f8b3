"""Which origins may call the app from web pages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.app import create_app
from service.settings import read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.mark.parametrize(
    ("origins", "allowed"), [("", None), ("https://forum.example, http://localhost:3000", "https://forum.example"), ("*", "*")]
)
def test_scripts_of_other_origins(running: Running, moderator: "Moderator", tmp_path: Path, origins: str, allowed: str | None) -> None:
    """Scripts of web pages may call from the origins that the settings name, and by default from none."""
    preflight = {
        "Origin": "https://forum.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    with running(create_app(read_settings(data_dir=tmp_path, cors_origins=origins), load=lambda _: moderator)) as client:
        allowance = client.options("/v1/moderate", headers=preflight)
        answer = client.get("/healthz", headers={"Origin": "https://forum.example"})
        stranger = client.get("/healthz", headers={"Origin": "https://stranger.example"})

    assert allowance.headers.get("access-control-allow-origin") == allowed
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert stranger.headers.get("access-control-allow-origin") == (allowed if allowed == "*" else None)
