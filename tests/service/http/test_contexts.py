"""What a comment answers comes in by the doors that have it, counts towards limits, and leaves no trace."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from model.comment import Comment, Format
from model.moderator import Moderator
from model.profile import Profile
from service.http.app import create_app
from service.settings import read_settings
from tests.model.encoder.context_network import build_context_network
from tests.service.http.dialects.perspective.calls import ANALYZE, analyze, summary_score

Running = Callable[..., AbstractContextManager[httpx.Client]]
ANSWER = "Yes, all of them."
PARENT = "Should the xyzzy be thrown out?"
TITLE = "The plugh of our town"
LIMIT = 1000


@pytest.fixture(scope="module")
def contextual(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Moderator:
    """The shipped n-grams with a tiny encoder that reads contexts."""
    folder = write_both(tmp_path_factory.mktemp("context") / "both", **{"network.npy": build_context_network(heads=2)})
    moderator = Moderator.load(folder, profile=Profile.FULL)
    moderator.warm()
    return moderator


@pytest.fixture(scope="module")
def client(contextual: Moderator, running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service whose model reads contexts."""
    settings = read_settings(port=0, data_dir=tmp_path_factory.mktemp("data"), max_comment_bytes=LIMIT, on_foreign="judge")
    with running(create_app(settings, load=lambda _: contextual)) as connected:
        yield connected


def expected(moderator: Moderator, **context: Any) -> float:
    """Return the P(abusive) of the answer in a context."""
    return float(1 - moderator.decide([Comment("1", ANSWER, **context)]).scores[0, 0])


def entry(client: httpx.Client, **context: Any) -> Any:
    """Return what the own API says of the answer in a context."""
    return client.post("/v1/moderate", json={"comments": [{"id": "1", "text": ANSWER, **context}]}).json()["decisions"][0]


@pytest.mark.parametrize(
    "context",
    [{}, {"parent_text": None, "title": None}, {"parent_text": PARENT}, {"title": TITLE}, {"parent_text": PARENT, "title": TITLE}],
)
def test_the_own_interface_takes_both(client: httpx.Client, contextual: Moderator, context: dict[str, Any]) -> None:
    """Title and parent are read with the comment; null is as good as nothing."""
    assert 1 - entry(client, **context)["scores"]["fine"] == pytest.approx(expected(contextual, **context), abs=1e-6)


@pytest.mark.parametrize("field", ["text", "parent_text", "title"])
def test_each_text_has_the_limit_of_size(client: httpx.Client, field: str) -> None:
    """What has too many bytes is named, and only that comment goes unjudged."""
    comments = [{"id": "1", "text": ANSWER} | {field: "x" * (LIMIT + 1)}, {"id": "2", "text": ANSWER} | {field: "x " * (LIMIT // 2)}]
    long, short = client.post("/v1/moderate", json={"comments": comments}).json()["decisions"]

    assert long["error"] == {"type": "comment-too-long", "detail": f"The {field} has more than {LIMIT} bytes in UTF-8."}
    assert "label" in short


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"entries": [{"text": PARENT}]}, {"parent_text": PARENT}),
        ({"entries": [{"text": TITLE}, {"text": "between"}, {"text": ""}, {"text": PARENT}, {}]}, {"title": TITLE, "parent_text": PARENT}),
        ({"entries": [{"text": f"<p>{PARENT}</p>", "type": "HTML"}]}, {"parent_text": PARENT}),
        ({"articleAndParentComment": {"article": {"text": TITLE}}}, {"title": TITLE}),
        (
            {"articleAndParentComment": {"article": {"text": f"{TITLE} {'x' * 5000}"}, "parentComment": {"text": PARENT}}},
            {"title": f"{TITLE} {'x' * 58}", "parent_text": PARENT},
        ),
        ({"entries": []}, {}),
        ({}, {}),
    ],
)
def test_perspective_s_context_is_read(client: httpx.Client, contextual: Moderator, sent: dict[str, Any], read: dict[str, Any]) -> None:
    """The parent comment or the last entry is the parent, the article or the first entry the title; an article may be long."""
    assert summary_score(analyze(client, ANSWER, context=sent)) == pytest.approx(expected(contextual, **read), abs=1e-6)


def test_perspective_s_parts_have_the_same_context(client: httpx.Client) -> None:
    """The only sentence of a comment has the score of the comment, in HTML too, where a plain parent stays plain."""
    for comment, parent in (({"text": ANSWER}, PARENT), ({"text": f"<b>{ANSWER}</b>", "type": "HTML"}, "1 < 2 & <i>2</i> > 1?")):
        body = {
            "comment": comment,
            "requestedAttributes": {"TOXICITY": {}},
            "spanAnnotations": True,
            "context": {"entries": [{"text": parent}]},
        }
        toxicity = client.post(ANALYZE, json=body).json()["attributeScores"]["TOXICITY"]
        assert [span["score"]["value"] for span in toxicity["spanScores"]] == pytest.approx([toxicity["summaryScore"]["value"]])


def test_mark_up_of_parents_is_that_of_the_comment(client: httpx.Client, contextual: Moderator) -> None:
    """A parent is written as the format of the comment says."""
    html = entry(client, format="html", parent_text=f"<p>{PARENT}</p>")
    assert 1 - html["scores"]["fine"] == pytest.approx(expected(contextual, format=Format.HTML, parent_text=PARENT), abs=1e-6)


def test_contexts_are_not_logged(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a call that is judged nor one that is refused leaves a word of what a comment answers in the log."""
    with caplog.at_level(logging.DEBUG):
        entry(client, parent_text=PARENT, title=TITLE)
        client.post("/v1/moderate", json={"comments": [{"id": "1", "text": ANSWER, "parent_text": [PARENT], "title": 5}]})
        analyze(client, ANSWER, context={"entries": [{"text": PARENT, "type": TITLE}]})

    assert "xyzzy" not in caplog.text
    assert "plugh" not in caplog.text
