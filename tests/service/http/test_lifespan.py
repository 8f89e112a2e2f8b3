"""What fails when a service starts is reported, and the service goes on answering that it is not ready."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from model.errors import ArtefactError, StoreError, TipstaffError
from service.http.app import create_app
from service.settings import Settings, read_settings
from tests.waiting import wait_until

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.mark.parametrize("error", [ArtefactError("a/b: truncated: copy it again"), MemoryError("no room")])
def test_model_that_cannot_be_loaded_is_reported(running: Running, settings: Settings, error: Exception) -> None:
    """When the model cannot be loaded, the reason is reported, and the service never says that it is ready."""
    failures: list[TipstaffError] = []

    def load(_: Settings) -> "Moderator":
        raise error

    with running(create_app(settings, load=load, on_failure=failures.append), ready=False) as client:
        wait_until(lambda: failures, what="the failure is reported")
        ready = client.get("/readyz")

    assert ready.status_code == 503
    assert isinstance(failures[0], ArtefactError)
    assert str(error) in str(failures[0])


def test_store_that_cannot_be_opened_is_reported(running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """When the database is none, the reason is reported, no model is loaded, and every call is answered that the service is not ready."""
    (tmp_path / "tipstaff.db").write_bytes(b"no database" * 1000)
    failures: list[TipstaffError] = []
    loads: list[Settings] = []

    def load(settings: Settings) -> "Moderator":
        loads.append(settings)
        return moderator

    with running(create_app(read_settings(data_dir=tmp_path), load=load, on_failure=failures.append), ready=False) as client:
        wait_until(lambda: failures, what="the failure is reported")
        ready, refusal = client.get("/readyz"), client.post("/v1/moderate", json={"comments": []})

    assert isinstance(failures[0], StoreError)
    assert loads == []
    assert (ready.status_code, refusal.status_code) == (503, 503)


@pytest.mark.parametrize(("setting", "line"), [(None, "pip install tipstaff-languages adds"), ("off", "one language is read")])
def test_the_log_says_how_other_languages_are_read(
    running: Running,
    moderator: "Moderator",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    setting: str | None,
    line: str,
) -> None:
    """Whoever has no language packs learns at the start what to install, unless they are switched off."""
    monkeypatch.delenv("TIPSTAFF_LANGUAGES")
    monkeypatch.setattr("service.http.lifespan.find_languages", lambda *_: None)
    caplog.set_level(logging.INFO, "tipstaff.http")

    with running(create_app(read_settings(data_dir=tmp_path, languages=setting), load=lambda _: moderator)):
        wait_until(lambda: line in caplog.text, what="the languages are logged")
