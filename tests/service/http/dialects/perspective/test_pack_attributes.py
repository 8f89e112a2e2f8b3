"""The attributes that are answered in the languages of packs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.app import create_app
from service.http.dialects.perspective.attributes import NEAREST_HEADER, OMITTED_HEADER
from service.settings import read_settings
from tests.service.http.dialects.perspective.calls import SUGGEST, analyze, read_error, summary_score

if TYPE_CHECKING:
    from model.moderator import Moderator

Start = Callable[..., AbstractContextManager[httpx.Client]]
GERMAN = "Alle Ausländer sind Dreck und müssen weg."
RUSSIAN = "Все чурки грязные животные, гнать их всех отсюда надо."
RUSSIAN_FINE = "Спасибо за интересную статью!"
TURKISH = "Yarın hava güzel olursa çocuklarla plaja gideceğiz."


@pytest.fixture
def start(
    moderator: "Moderator", packs_folder: Path, running: Callable[..., AbstractContextManager[httpx.Client]], tmp_path: Path
) -> Start:
    """A function that starts a service that reads German and Russian as well, with further settings."""

    def _start(**more: object) -> AbstractContextManager[httpx.Client]:
        settings = read_settings(data_dir=tmp_path, languages=packs_folder, **more)
        return running(create_app(settings, load=lambda _: moderator))

    return _start


@pytest.mark.parametrize(("text", "tag"), [(GERMAN, "de"), (RUSSIAN, "ru")])
@pytest.mark.parametrize("is_named", [True, False])
def test_toxicity_is_told_in_every_language_that_is_read(reads_more: httpx.Client, text: str, tag: str, is_named: bool) -> None:
    """Toxicity is answered in the languages of packs, whether the caller names them or not, and the answer names the language."""
    answer = analyze(reads_more, text, **({"languages": [tag]} if is_named else {}))

    assert summary_score(answer) > 0.8
    assert (answer.json()["languages"], answer.json()["detectedLanguages"]) == ([tag], [tag])
    assert summary_score(analyze(reads_more, RUSSIAN_FINE, languages=["ru"])) < 0.5


def test_hate_is_told_where_it_can_be(reads_more: httpx.Client) -> None:
    """Where hateful comments are told, so are attacks on identity; where not, they are left out, or refused if nothing is left."""
    both = analyze(reads_more, RUSSIAN, "TOXICITY", "IDENTITY_ATTACK", "HATEFUL", "SPAM")

    assert summary_score(analyze(reads_more, GERMAN, "IDENTITY_ATTACK"), "IDENTITY_ATTACK") > 0.5
    assert set(both.json()["attributeScores"]) == {"TOXICITY"}
    assert both.headers[OMITTED_HEADER] == "SPAM, IDENTITY_ATTACK, HATEFUL"
    status, message, detail = read_error(analyze(reads_more, RUSSIAN, "IDENTITY_ATTACK"))
    assert (status, message) == ("INVALID_ARGUMENT", "Attribute IDENTITY_ATTACK does not support request languages: ru")
    assert detail == {
        "@type": "type.googleapis.com/google.commentanalyzer.v1alpha1.Error",
        "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        "languageNotSupportedByAttributeError": {"detectedLanguages": ["ru"], "attribute": "IDENTITY_ATTACK"},
    }


def test_attributes_of_english_are_not_made_up(reads_more: httpx.Client) -> None:
    """An attribute that English alone has is refused where it is all that is asked for, in the language that the caller names."""
    _, message, detail = read_error(analyze(reads_more, GERMAN, "THREAT", "SEXUALLY_EXPLICIT", languages=["de"]))

    assert message == "Attribute THREAT does not support request languages: de"
    assert detail["languageNotSupportedByAttributeError"] == {"requestedLanguages": ["de"], "attribute": "THREAT"}
    assert set(analyze(reads_more, "You idiot, shut up.", "THREAT", "TOXICITY", languages=["en"]).json()["attributeScores"]) == {
        "THREAT",
        "TOXICITY",
    }


def test_neighbours_answer_in_other_languages(start: Start) -> None:
    """With ``nearest`` the neighbour that is told in the language answers, named in a header."""
    with start(perspective_unknown="nearest") as client:
        answer = analyze(client, GERMAN, "TOXICITY", "INSULT", "THREAT")

    assert summary_score(answer, "INSULT") == summary_score(answer)
    assert (answer.headers[NEAREST_HEADER], answer.headers[OMITTED_HEADER]) == ("INSULT=TOXICITY", "THREAT")


def test_strict_site_refuses_what_is_not_told(start: Start) -> None:
    """A strict site refuses an attribute that is not told in the language, whatever else is asked for, and languages that are not read."""
    with start(perspective_strict_languages=True) as client:
        for text, attributes, languages, supported in (
            (GERMAN, ("TOXICITY",), ["de"], True),
            (GERMAN, ("TOXICITY", "IDENTITY_ATTACK"), None, True),
            (GERMAN, ("TOXICITY", "INSULT"), ["de"], False),
            (RUSSIAN, ("TOXICITY", "IDENTITY_ATTACK"), ["ru"], False),
            (TURKISH, ("TOXICITY",), None, False),
            (TURKISH, ("TOXICITY",), ["tr"], False),
            ("Habari za asubuhi", ("TOXICITY",), ["sw"], False),
        ):
            answer = analyze(client, text, *attributes, **({} if languages is None else {"languages": languages}))
            if supported:
                assert answer.status_code == 200, (text, answer.text)
            else:
                assert read_error(answer)[2]["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", text


def test_sentences_of_other_scripts_are_scored(reads_more: httpx.Client) -> None:
    """Each sentence of a Russian comment has its score, at offsets in UTF-16."""
    text = f"🙂 {RUSSIAN_FINE} {RUSSIAN}"
    answer = analyze(reads_more, text, spanAnnotations=True, languages=["ru"])
    data = text.encode("utf-16-le")
    spans = answer.json()["attributeScores"]["TOXICITY"]["spanScores"]

    assert [data[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le") for span in spans] == [f"🙂 {RUSSIAN_FINE}", RUSSIAN]
    assert spans[0]["score"]["value"] < 0.5 < spans[1]["score"]["value"]


def test_suggestions_take_languages(reads_more: httpx.Client) -> None:
    """A suggested score may name the language, and is answered with the one that the comment shows."""
    scores = {"TOXICITY": {"summaryScore": {"value": 1}}}
    answer = reads_more.post(SUGGEST, json={"comment": {"text": RUSSIAN}, "languages": ["ru"], "attributeScores": scores}).json()

    assert (answer["requestedLanguages"], answer["detectedLanguages"]) == (["ru"], ["ru"])
