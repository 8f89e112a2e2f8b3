"""Comments in languages that the model did not learn, over a real socket."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from service.http.app import create_app
from service.settings import read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
GERMAN = "Das ist doch völliger Unsinn, was hier geschrieben steht."
RUDE = "Du bist so ein fucking idiot, halt endlich deine blöde Klappe, you pathetic moron."
FINE = "What a lovely morning, thank you all."


def _judge(client: httpx.Client, text: str, path: str = "/v1/moderate", **more: object) -> dict[str, Any]:
    response = client.post(path, json={"comments": [{"id": "1", "text": text, **more}]})
    assert response.status_code == 200
    decision: dict[str, Any] = response.json()["decisions"][0]
    return decision


def test_foreign_comment_is_for_review(client: httpx.Client) -> None:
    """A comment in a language that the model did not learn is for review; the answer names the language and says that it is foreign."""
    decision = _judge(client, GERMAN)

    assert (decision["language"], decision["foreign"], decision["verdict"]) == ("de", True, "review")


def test_scores_of_foreign_comments_are_never_sure(client: httpx.Client) -> None:
    """No score of a foreign comment is near 0 or 1 beyond what is usual, whatever words it holds, and they still sum to 1."""
    for text in (GERMAN, RUDE):
        scores = _judge(client, text, language="de")["scores"]
        assert 0.05 <= 1 - scores["fine"] <= 0.56
        assert sum(scores.values()) == pytest.approx(1, abs=1e-9)


def test_english_is_not_foreign(client: httpx.Client) -> None:
    """An English comment has the language English and is not foreign; where the language cannot be identified there is none."""
    assert _judge(client, FINE)["language"] == "en"
    assert "foreign" not in _judge(client, FINE)
    assert "language" not in _judge(client, "Hi")


def test_caller_may_name_the_language(client: httpx.Client) -> None:
    """A call may name the language of a comment; what is plainly English stays English."""
    assert "foreign" not in _judge(client, GERMAN, language="en")
    assert _judge(client, "Casino", language="fr-CA")["language"] == "fr"
    assert _judge(client, "Casino", language="fr-CA")["verdict"] == "review"
    assert _judge(client, FINE, language="fr-CA")["language"] == "en"


@pytest.mark.parametrize(
    ("on_foreign", "verdict"), [("review", "review"), ("approve", "approve"), ("reject", "reject"), ("judge", "approve")]
)
def test_site_chooses_the_verdict_on_foreign_comments(
    running: Running, moderator: "Moderator", tmp_path: Path, on_foreign: str, verdict: str
) -> None:
    """The verdict on foreign comments is a setting, which a community may override; what its lists allow comes first."""
    file = tmp_path / "communities.toml"
    file.write_text(
        '[community.own]\non_foreign = "reject"\n'
        'allow_words = ["das ist", "doch völliger unsinn", "was hier geschrieben steht"]\n[community.site]\n',
        encoding="utf-8",
    )
    settings = read_settings(data_dir=tmp_path, communities=file, on_foreign=on_foreign)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        assert _judge(client, GERMAN)["verdict"] == verdict
        assert _judge(client, GERMAN, path="/c/site/v1/moderate")["verdict"] == verdict
        assert _judge(client, GERMAN, path="/c/own/v1/moderate")["verdict"] == "approve"
        assert _judge(client, "Mir gefällt dieser Artikel überhaupt nicht.", path="/c/own/v1/moderate")["verdict"] == "reject"


def test_few_letters_do_not_show_that_nothing_reads_them(running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """How many letters it takes to call a comment foreign is a setting; whatever it says, nothing that reads no German approves it."""
    with running(create_app(read_settings(data_dir=tmp_path, language_letters=200), load=lambda _: moderator)) as client:
        judged = _judge(client, GERMAN)
    assert (judged["language"], judged["verdict"]) == ("de", "review")
