"""Attributes, thresholds, languages and communities of ``comments:analyze``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from model.errors import ArtefactError
from model.moderator import Moderator
from service.http.app import create_app
from service.perspective.attribute_names import score_name
from service.settings import Settings, read_settings
from tests.service.http.dialects.perspective.calls import ANALYZE, analyze, analyze_body, read_error, summary_score
from tests.service.http.sample_texts import FINE, GERMAN, HATEFUL, TOXIC


def test_each_name_has_its_score(client: httpx.Client) -> None:
    """TOXICITY is our abusive, IDENTITY_ATTACK our hateful, under our own names, as an experiment and pinned to the version too."""
    decision = client.post("/v1/moderate", json={"comments": [{"id": "1", "text": HATEFUL}]}).json()
    scores = decision["decisions"][0]["scores"]
    version = decision["model"]
    versions = [version, version.partition("+")[0]]
    pinned = [f"TOXICITY@{pin}" for pin in (*versions, *(version.partition("@")[2] for version in versions))]
    toxicity = ["TOXICITY", "ABUSIVE", "TOXICITY_EXPERIMENTAL", *pinned]
    attack = ["IDENTITY_ATTACK", "HATEFUL", "IDENTITY_ATTACK_EXPERIMENTAL"]

    answer = analyze(client, HATEFUL, *toxicity, *attack)

    for name in toxicity:
        assert summary_score(answer, name) == pytest.approx(scores["toxic"] + scores["hateful"], abs=2e-6)
    for name in attack:
        assert summary_score(answer, name) == pytest.approx(scores["hateful"], abs=2e-6)
    assert read_error(analyze(client, HATEFUL, "TOXICITY@2"))[1].startswith("Unknown requested attribute: TOXICITY@2. ")


def test_only_heads_that_are_published_are_served(client: httpx.Client, moderator: Moderator) -> None:
    """An attribute is answered exactly if the model publishes a head of its name; none is made up."""
    assert moderator.attributes
    for name in moderator.attributes:
        assert 0 <= summary_score(analyze(client, TOXIC, name.upper()), name.upper()) <= 1
    for name in ("INSULT", "THREAT", "PROFANITY", "SEVERE_TOXICITY", "SEXUALLY_EXPLICIT"):
        assert score_name(name, published=(), version="v") is None
        assert score_name(f"{name}_EXPERIMENTAL", published=(name.lower(),), version="v") == name.lower()
        if name.lower() not in moderator.attributes:
            assert read_error(analyze(client, TOXIC, name))[2]["errorType"] == "INVALID_REQUEST"


def test_scores_below_the_threshold_are_left_out(client: httpx.Client) -> None:
    """An attribute whose score does not reach its threshold is not in the answer, and neither are such spans."""
    text = f"{FINE} {TOXIC}"
    attributes = {"TOXICITY": {"scoreThreshold": 0.5}, "HATEFUL": {"scoreThreshold": 0.9, "scoreType": "PROBABILITY"}}
    body = {"comment": {"text": text}, "requestedAttributes": attributes, "spanAnnotations": True}

    scores = client.post(ANALYZE, json=body).json()["attributeScores"]

    assert list(scores) == ["TOXICITY"]
    assert [text[span["begin"] : span["end"]] for span in scores["TOXICITY"]["spanScores"]] == [TOXIC]


@pytest.mark.parametrize(("on_failure", "expected"), [("open", 0.0), ("closed", 1.0)])
def test_site_chooses_what_a_failure_answers(tmp_path: Path, running: Callable[..., Any], on_failure: str, expected: float) -> None:
    """While nothing can be judged, a site that fails open answers 0, one that fails closed 1, for every usual attribute."""

    def load(_settings: Settings) -> Moderator:
        raise ArtefactError("there is none")

    settings = read_settings(port=0, data_dir=tmp_path, on_failure=f"perspective={on_failure}")
    app = create_app(settings, load=load, on_failure=lambda _: None)
    with running(app, ready=False) as client:
        answer = client.post(ANALYZE, json=analyze_body())

    scores = answer.json()["attributeScores"]
    assert {scores[name]["summaryScore"]["value"] for name in ("TOXICITY", "IDENTITY_ATTACK", "INSULT", "HATEFUL")} == {expected}


def test_failure_says_so_by_default(tmp_path: Path, running: Callable[..., Any]) -> None:
    """Without such a setting a model that is not there is Google's UNAVAILABLE, with a time to come back."""

    def load(_settings: Settings) -> Moderator:
        raise ArtefactError("there is none")

    with running(create_app(read_settings(port=0, data_dir=tmp_path), load=load, on_failure=lambda _: None), ready=False) as client:
        answer = client.post(ANALYZE, json=analyze_body())

    assert (answer.status_code, answer.json()["error"]["status"], answer.headers["Retry-After"]) == (503, "UNAVAILABLE", "1")


def test_site_may_be_strict_about_languages(tmp_path: Path, moderator: Moderator, running: Callable[..., Any]) -> None:
    """A strict site refuses a language that the model did not learn with Perspective's error; English of any country passes."""
    settings = read_settings(port=0, data_dir=tmp_path, perspective_strict_languages=True)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        refused = client.post(ANALYZE, json=analyze_body(languages=["om"])).json()["error"]
        assert client.post(ANALYZE, json=analyze_body(languages=["en-GB"])).status_code == 200
        german = client.post(ANALYZE, json=analyze_body(GERMAN)).json()["error"]

    assert refused["message"] == "Attribute TOXICITY does not support request languages: om"
    assert refused["details"][0]["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    assert refused["details"][0]["languageNotSupportedByAttributeError"] == {"requestedLanguages": ["om"], "attribute": "TOXICITY"}
    assert german["details"][0]["languageNotSupportedByAttributeError"] == {"detectedLanguages": ["de"], "attribute": "TOXICITY"}


def test_language_is_named(client: httpx.Client) -> None:
    """Unless a site is strict, a comment in another language is scored, without certainty, and the answer names its language."""
    answer = client.post(ANALYZE, json=analyze_body(GERMAN))

    assert (answer.json()["languages"], answer.json()["detectedLanguages"]) == (["de"], ["de"])
    assert 0.02 < summary_score(answer) < 0.6


def test_lists_of_a_community_decide(tmp_path: Path, moderator: Moderator, running: Callable[..., Any]) -> None:
    """What a community denies scores 1, what it allows 0, if nothing else is there; clients may name what is no community."""
    path = tmp_path / "communities.toml"
    path.write_text('[community.pub]\ndeny_words = ["casino"]\nallow_words = ["shut up", "you pathetic idiot"]\n')
    settings = read_settings(port=0, data_dir=tmp_path, communities=path)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        denied, allowed, rest, other = (
            client.post(ANALYZE, json=analyze_body(text, communityId=name))
            for text, name in (("casino", "pub"), (TOXIC, "pub"), (f"{TOXIC} Idiot", "pub"), (TOXIC, "https://forum.example"))
        )

    assert (summary_score(denied), summary_score(allowed)) == (1.0, 0.0)
    assert 0.5 < summary_score(rest) < 1
    assert summary_score(other) > 0.8
