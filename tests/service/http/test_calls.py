"""How the comments of a call are judged: by both readers where that may matter, and by the n-grams alone where there is no time."""

import os
import re
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
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment
from model.moderator import Moderator
from model.profile import Profile
from service.http import calls
from service.http.app import create_app
from service.settings import Settings

_MANY = 8 * (os.cpu_count() or 1) + 24

ABUSE, TALK = "you pathetic idiot", "good morning to all of you"
# Long enough that the encoder is expected to take half a second for as many of these as each thread may have before it.
LONG_ABUSE = " ".join([ABUSE] * 45)

Running = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="module")
def both(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact with both readers, the n-grams and an encoder."""
    return write_both(tmp_path_factory.mktemp("artefacts") / "both")


@pytest.fixture(scope="module")
def client(both: Path, settings: Settings, running: Running) -> Iterator[httpx.Client]:
    """A client of a service that judges by this artefact."""
    with running(create_app(settings.model_copy(update={"artefact": both}))) as client:
        yield client


def moderate(client: httpx.Client, *texts: str, **more: Any) -> dict[str, Any]:
    comments = [{"id": str(at), "text": text} for at, text in enumerate(texts)]
    answer = client.post("/v1/moderate", json={"comments": comments}, headers=more)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def pause_encoder(moderator: Moderator) -> threading.Event:
    """Keep the encoder of a moderator from reading until the event that is returned is set."""
    may_read = threading.Event()
    assert moderator.combined is not None
    encoder = moderator.combined.encoder

    class PausedEncoder(type(encoder)):  # type: ignore[misc]
        """The encoder, which reads nothing before it may."""

        def read(self, *arguments: Any, **options: Any) -> Any:
            assert may_read.wait(120)
            return super().read(*arguments, **options)

    paused_encoder = PausedEncoder(encoder.network, encoder.vocabulary, encoder.max_tokens, encoder.lexicon)
    moderator.combined = replace(moderator.combined, encoder=paused_encoder)
    return may_read


def test_both_judge_where_it_may_matter(client: httpx.Client, both: Path) -> None:
    """The cascade is the default: what may be abuse has the scores of both readers, ordinary talk those of the n-grams."""
    content = moderate(client, ABUSE, TALK)
    for profile, at, text in ((Profile.FULL, 0, ABUSE), (Profile.FAST, 1, TALK)):
        expected = Moderator.load(both, profile=profile).decide([Comment("", text)]).scores[0]
        np.testing.assert_allclose(list(content["decisions"][at]["scores"].values()), expected, atol=1e-6)
    assert content["model"].endswith("+cascade")


def test_dialects_are_judged_by_both(client: httpx.Client, both: Path) -> None:
    """A foreign protocol has the scores of both readers without knowing of them."""
    answer = client.post("/v1/moderations", json={"input": ABUSE}).json()
    assert answer["model"].endswith("+cascade")
    expected = Moderator.load(both, profile=Profile.FULL).decide([Comment("", ABUSE)]).scores[0]
    assert answer["results"][0]["category_scores"]["hate"] == pytest.approx(expected[2], abs=1e-3)


def test_ngrams_meet_a_near_deadline(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a call's deadline leaves no time for the encoder, the n-grams answer alone, and the answer says so."""
    monkeypatch.setattr(calls, "_FALLBACK_MARGIN", 600.0)
    assert moderate(client, ABUSE, **{"X-Request-Timeout": "500s"})["model"].endswith("+fast")
    assert moderate(client, TALK, **{"X-Request-Timeout": "500s"})["model"].endswith("+cascade")


def test_ngrams_answer_while_the_encoder_is_busy(both: Path, settings: Settings, running: Running) -> None:
    """While the encoder has more to do than may wait, further calls are answered by the n-grams, and the answers say so."""
    moderator = Moderator.load(both, profile=None)
    moderator.warm()
    app = create_app(settings.model_copy(update={"queue_ms": 300}), load=lambda _: moderator)
    call = {"comments": [{"id": "1", "text": LONG_ABUSE}]}
    with running(app) as client, ThreadPoolExecutor(_MANY) as pool:
        may_read = pause_encoder(moderator)
        # Each call has a client of its own, since one client keeps no more than a hundred connections.
        answers = [pool.submit(httpx.post, f"{client.base_url}/v1/moderate", json=call, timeout=120) for _ in range(_MANY)]
        try:
            early = next(version for answer in as_completed(answers, timeout=120) if (version := _version(answer.result())))
        finally:
            may_read.set()
        versions = [_version(answer.result()) for answer in answers]
    assert early.endswith("+fast")
    assert any(version.endswith("+cascade") for version in versions)


@pytest.mark.parametrize("path", ["/v1/moderate", "/v1/moderations"])
def test_metrics_count_what_is_answered(both: Path, settings: Settings, running: Running, path: str) -> None:
    """An encoder that comes too late has its comments counted once: as they were answered, by the n-grams alone."""
    moderator = Moderator.load(both, profile=None)
    moderator.warm()
    call = {"comments": [{"id": "1", "text": ABUSE}]} if path == "/v1/moderate" else {"input": ABUSE}
    with running(create_app(settings, load=lambda _: moderator)) as client:
        may_read = pause_encoder(moderator)
        try:
            answers = [client.post(path, json=call, headers={"X-Request-Timeout": "500ms"}) for _ in range(3)]
        finally:
            may_read.set()
        assert any(_version(answer).endswith("+fast") for answer in answers)
        # Once the encoder has read so many further calls, it has read those that it was too late for.
        answers += [client.post(path, json=call) for _ in range(8)]
        page = client.get("/metrics").text
    assert sum(float(value) for value in re.findall(r"^tipstaff_comments_total\{.*\} (.*)$", page, re.MULTILINE)) == sum(
        answer.is_success for answer in answers
    )


def _version(answer: httpx.Response) -> str:
    """The version that an answer names; empty if the call was refused, as may happen on a busy machine."""
    version: str = answer.json().get("model", "")
    return version


def test_profile_can_be_set(both: Path, settings: Settings, running: Running) -> None:
    """A site may ask for a profile: with full, both readers judge everything; with fast, the n-grams judge alone."""
    for profile in (Profile.FULL, Profile.FAST):
        with running(create_app(settings.model_copy(update={"artefact": both, "profile": profile}))) as client:
            content = moderate(client, TALK)
        assert content["model"].endswith(f"+{profile.value}")
        expected = Moderator.load(both, profile=profile).decide([Comment("", TALK)]).scores[0]
        np.testing.assert_allclose(list(content["decisions"][0]["scores"].values()), expected, atol=1e-6)


@given(st.text(max_size=50), st.integers(0, 100))
def test_bytes_of_a_text_are_counted_in_utf8(text: str, limit: int) -> None:
    """A text exceeds a limit exactly if it has more bytes than that in UTF-8."""
    assert calls.exceeds_bytes(text, limit) == (len(text.encode()) > limit)
