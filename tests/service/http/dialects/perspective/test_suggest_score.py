"""What moderators say through Perspective's `comments:suggestscore` is stored, and Coral is answered as it expects."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from model.comment import Format
from model.moderator import Moderator
from service.http.app import create_app
from service.settings import read_settings
from service.store.store import open_store
from service.store.stored_types import Role, Scope
from tests.service.http.dialects.perspective.calls import ANALYZE, SUGGEST, stored_rulings
from tests.service.http.sample_texts import TOXIC

CORAL = {"Content-Type": "application/json", "User-Agent": "Coral Perspective/9.7.0"}


def suggest(client: httpx.Client, scores: object, **more: object) -> httpx.Response:
    return client.post(SUGGEST, json={"comment": {"text": "A comment"}, "attributeScores": scores} | more)


def value(number: float) -> dict[str, object]:
    return {"summaryScore": {"value": number, "type": "PROBABILITY"}}


def coral_feedback(model: str, number: int) -> dict[str, object]:
    """What Coral sends when a moderator has approved (0) or rejected (1) a comment."""
    entry = {"url": "https://news.example/story", "reply_to_id_Coral_comment_id": "parent", "Coral_comment_id": "c-1"}
    return {
        "comment": {"text": TOXIC},
        "context": {"entries": [{"text": json.dumps(entry)}]},
        "attributeScores": {model: {"summaryScore": {"value": number}}},
        "communityId": "Coral:https://news.example",
        "clientToken": "comment:c-1",
    }


@pytest.mark.parametrize("model", ["TOXICITY", "HATEFUL"])
def test_coral_reads_the_score_of_its_model(client: httpx.Client, model: str) -> None:
    """Coral's own call, whichever of our attributes its administrator named, is answered where Coral looks."""
    body = {"comment": {"text": TOXIC}, "doNotStore": True, "requestedAttributes": {model: {}}, "languages": ["en"]}

    answer = client.post(f"{ANALYZE}?key=any", content=json.dumps(body), headers=CORAL)

    assert answer.status_code == 200
    assert (answer.json()["attributeScores"][model]["summaryScore"]["value"] > 0.8) == (model == "TOXICITY")


@pytest.mark.parametrize("language", ["es", "fr", "de", "pt"])
def test_coral_of_another_language_is_answered(client: httpx.Client, language: str) -> None:
    """A site in one of Coral's other languages gets scores: an error there would let every comment pass unseen."""
    body = {"comment": {"text": TOXIC}, "doNotStore": True, "requestedAttributes": {"TOXICITY": {}}, "languages": [language]}

    answer = client.post(ANALYZE, json=body).json()

    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert answer["languages"] == [language]


def test_feedback_of_coral_is_a_ruling(fresh: httpx.Client, tmp_path: Path) -> None:
    """A moderator's decision in Coral is kept under the site and the comment's id; sent again it counts once, changed it supersedes."""
    answers = [fresh.post(f"{SUGGEST}?key=any", json=coral_feedback("TOXICITY", number), headers=CORAL) for number in (1, 1, 0)]

    assert [answer.json() for answer in answers] == [
        {"detectedLanguages": ["en"], "requestedLanguages": [], "clientToken": "comment:c-1"}
    ] * 3
    (ruling,) = stored_rulings(tmp_path)
    assert (ruling.dialect, ruling.text, ruling.abusive, ruling.hateful) == ("perspective", TOXIC, False, False)
    assert (ruling.role, ruling.decision is not None) == (Role.MODERATOR, True)
    assert (ruling.community, ruling.comment) == ("Coral:https://news.example", "c-1")


def test_feedback_of_coral_about_hate_is_an_answer_about_hate(fresh: httpx.Client, tmp_path: Path) -> None:
    """Where Coral's model is HATEFUL, a rejection says that the comment is hateful."""
    assert fresh.post(SUGGEST, json=coral_feedback("HATEFUL", 1), headers=CORAL).status_code == 200

    (ruling,) = stored_rulings(tmp_path)
    assert (ruling.abusive, ruling.hateful) == (True, True)


def test_every_attribute_is_a_question(fresh: httpx.Client, tmp_path: Path) -> None:
    """Scores of 0.5 and more say yes, others no; what the model has no head for is kept all the same; spans speak if nothing else does."""
    span = {"begin": 0, "end": 1, "score": {"value": 0.9}}
    scores = {"TOXICITY": value(0.5), "IDENTITY_ATTACK": value(0.2), "SPAM": value(0.4), "INSULT_EXPERIMENTAL": {"spanScores": [span]}}
    answer = suggest(
        fresh, scores, languages=["en-GB"], sessionId="s", comment={"text": "<b>A</b> comment", "type": "HTML"}, clientToken="my 5"
    )

    assert answer.json() == {"detectedLanguages": ["en"], "requestedLanguages": ["en-GB"], "clientToken": "my 5"}
    (ruling,) = stored_rulings(tmp_path)
    assert (ruling.abusive, ruling.hateful, ruling.attributes) == (True, False, {"spam": False, "insult": True})
    assert (ruling.format, ruling.language, ruling.comment) == (Format.HTML, "en-GB", "my 5")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Missing attribute_scores"),
        ({"attributeScores": {}}, "Missing attribute_scores"),
        ({"attributeScores": {"TOXICITY": {}}}, "has no score"),
        ({"attributeScores": {"TOXICITY": value(1.5)}}, "from 0 to 1"),
        ({"attributeScores": {"TOXICITY": {"spanScores": [{"begin": 0, "score": {"value": 1}}]}}}, "begin and end"),
        ({"attributeScores": {"TOXICITY": {"spanScores": [{"begin": 0, "end": 1}]}}}, "needs a score"),
        ({"attributeScores": {"TOXICITY": {"summaryScore": {"value": 1, "type": "RAW"}}}}, "score type RAW is not supported"),
        ({"attributeScores": {"Stupid thing": value(1)}}, "Unknown attribute: <a name not shown>"),
        ({"attributeScores": {"TOXICITY": value(0), "IDENTITY_ATTACK": value(1)}}, "hateful comments are abusive"),
        ({"attributeScores": {"TOXICITY": value(0), "ABUSIVE": value(1)}}, "contradicts"),
        ({"attributeScores": {f"A{at}": value(1) for at in range(51)}}, "at most 50"),
        ({"attributeScores": {"TOXICITY": value(1)}, "clientToken": "t" * 1001}, "'clientToken' (a shorter string)"),
        ({"attributeScores": {"TOXICITY": value(1)}, "comment": {"text": ""}}, "Comment must be non-empty."),
        ({"attributeScores": {"TOXICITY": value(1)}, "doNotStore": True}, 'Unknown name "doNotStore"'),
    ],
)
def test_wrong_suggestions_are_refused(client: httpx.Client, body: dict[str, object], message: str) -> None:
    """A suggestion without a score, or with one that cannot be, is refused, and the answer says why."""
    answer = client.post(SUGGEST, json={"comment": {"text": "A comment"}} | body)

    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


def test_key_for_scoring_may_not_suggest(tmp_path: Path, moderator: Moderator, running: Callable[..., Any]) -> None:
    """A key has to be for feedback to suggest scores; wherever Google's clients put it, it is found."""
    settings = read_settings(port=0, data_dir=tmp_path)
    store = open_store(settings)
    score, feedback = (store.keys.create(scope, scopes=frozenset({scope}))[1] for scope in (Scope.SCORE, Scope.FEEDBACK))
    store.close()
    scores = {"TOXICITY": value(1)}
    with running(create_app(settings, load=lambda _: moderator)) as client:
        refused = client.post(f"{SUGGEST}?key={score}", json={"comment": {"text": "A"}, "attributeScores": scores})
        for way in (
            {"params": {"key": feedback}},
            {"headers": {"X-Goog-Api-Key": feedback}},
            {"headers": {"Authorization": f"Bearer {feedback}"}},
        ):
            assert client.post(SUGGEST, json={"comment": {"text": "A"}, "attributeScores": scores}, **way).status_code == 200

    assert (refused.status_code, refused.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


def test_suggestion_that_is_not_stored_is_not_acknowledged(fresh: httpx.Client, tmp_path: Path) -> None:
    """While the database cannot be written, a suggestion is answered 503 with a time to come back; afterwards it is acknowledged."""
    engine = create_engine(f"sqlite:///{tmp_path / 'tipstaff.db'}")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE acts RENAME TO away"))
    answer = suggest(fresh, {"TOXICITY": value(1)})
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO acts"))
    engine.dispose()

    assert (answer.status_code, answer.json()["error"]["status"]) == (503, "UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) > 0
    assert suggest(fresh, {"TOXICITY": value(1)}).status_code == 200


def test_no_scored_comment_is_stored(fresh: httpx.Client, tmp_path: Path) -> None:
    """No file of the service holds a comment that was analyzed, whatever doNotStore says."""
    for keep in (True, False):
        body = {"comment": {"text": "abracadabra secret"}, "requestedAttributes": {"TOXICITY": {}}, "doNotStore": keep}
        assert fresh.post(ANALYZE, json=body).status_code == 200

    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"abracadabra" in path.read_bytes()]
