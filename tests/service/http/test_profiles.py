"""Profiles over HTTP: both readers judge where that may matter, and where they would come too late the n-grams answer, and say so."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from model.comment import Comment
from model.moderator import Moderator
from model.profile import Profile
from service.http import calls
from service.http.app import create_app
from service.settings import Settings

_MANY = 40

ABUSE, TALK = "you pathetic idiot", "good morning to all of you"

Running = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="module")
def both(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_both(tmp_path_factory.mktemp("artefacts") / "both")


@pytest.fixture(scope="module")
def client(both: Path, settings: Settings, running: Running) -> Iterator[httpx.Client]:
    with running(create_app(settings.model_copy(update={"artefact": both}))) as client:
        yield client


def moderate(client: httpx.Client, *texts: str, **more: Any) -> dict[str, Any]:
    comments = [{"id": str(at), "text": text} for at, text in enumerate(texts)]
    answer = client.post("/v1/moderate", json={"comments": comments}, headers=more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_both_judge_where_it_may_matter(client: httpx.Client, both: Path) -> None:
    """The cascade is the default: what may be abuse has the scores of both readers, ordinary talk those of the n-grams."""
    told = moderate(client, ABUSE, TALK)
    for profile, at, text in ((Profile.FULL, 0, ABUSE), (Profile.FAST, 1, TALK)):
        wanted = Moderator.load(both, profile=profile).decide([Comment("", text)]).scores[0]
        np.testing.assert_allclose(list(told["decisions"][at]["scores"].values()), wanted, atol=1e-6)
    assert told["model"].endswith("+cascade")


def test_dialects_are_judged_by_both(client: httpx.Client, both: Path) -> None:
    """A foreign protocol has the scores of both readers without knowing of them."""
    answer = client.post("/v1/moderations", json={"input": ABUSE}).json()
    assert answer["model"].endswith("+cascade")
    wanted = Moderator.load(both, profile=Profile.FULL).decide([Comment("", ABUSE)]).scores[0]
    assert answer["results"][0]["category_scores"]["hate"] == pytest.approx(wanted[2], abs=1e-3)


def test_a_near_deadline_is_met_by_the_ngrams(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a call's deadline leaves no time for the second reader, the n-grams answer, and the answer says so."""
    monkeypatch.setattr(calls, "_ENOUGH", 60.0)
    assert moderate(client, ABUSE, **{"X-Request-Timeout": "50s"})["model"].endswith("+fast")
    assert moderate(client, TALK, **{"X-Request-Timeout": "50s"})["model"].endswith("+cascade")


def test_a_full_queue_is_passed_by(both: Path, settings: Settings, running: Running) -> None:
    """While the second reader has more to do than can wait, further calls are answered by the n-grams, and say so."""
    entered, leave = threading.Event(), threading.Event()
    moderator = Moderator.load(both, profile=None)
    assert moderator.combined is not None
    reader = moderator.combined.encoder

    class Slow(type(reader)):  # type: ignore[misc]
        """The encoder on a machine that is held up."""

        def read(self, *arguments: Any, **named: Any) -> Any:
            entered.set()
            assert leave.wait(30)
            return super().read(*arguments, **named)

    moderator.warm()
    slow = Slow(reader.network, reader.vocabulary, reader.max_tokens, reader.lexicon)
    app = create_app(settings.model_copy(update={"queue_ms": 20}), load=lambda _: moderator)
    with running(app) as client, ThreadPoolExecutor(_MANY) as pool:
        moderator.combined = replace(moderator.combined, encoder=slow)
        told = [pool.submit(client.post, "/v1/moderate", json={"comments": [{"id": "1", "text": ABUSE}]}) for _ in range(_MANY)]
        try:
            passed_by = next(as_completed(told, timeout=30)).result()
            assert entered.is_set()
        finally:
            leave.set()
        assert passed_by.json()["model"].endswith("+fast")
        assert any(answer.result().json().get("model", "").endswith("+cascade") for answer in told)


def test_the_profile_can_be_set(both: Path, settings: Settings, running: Running) -> None:
    """A site may ask for one profile: full reads everything by both, fast nothing."""
    for profile in (Profile.FULL, Profile.FAST):
        with running(create_app(settings.model_copy(update={"artefact": both, "profile": profile}))) as client:
            told = moderate(client, TALK)
        assert told["model"].endswith(f"+{profile.value}")
        wanted = Moderator.load(both, profile=profile).decide([Comment("", TALK)]).scores[0]
        np.testing.assert_allclose(list(told["decisions"][0]["scores"].values()), wanted, atol=1e-6)
