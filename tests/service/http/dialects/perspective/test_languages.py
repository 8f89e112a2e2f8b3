"""Languages that callers name and comments show: how they change scores, and what the answer says of them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.language.identifier import Identifier
from model.language.stated_language import resolve_statement
from model.language.tags import bare_tag
from service.http.dialects.named_languages import NamedLanguages, is_read, read_languages
from tests.service.http.dialects.perspective.calls import ANALYZE, SUGGEST, analyze, analyze_body, read_error, stored_rulings, summary_score
from tests.service.http.doors import failures_counted
from tests.service.http.sample_texts import FINE, GERMAN, TOXIC

Serve = Callable[..., Any]
SHORT_ABUSE = [
    *(("Ta gueule, connard.", "fr"), ("Sale pute, va crever.", "fr"), ("Halt die Fresse!", "de"), ("zamknij się, kurwa", "pl")),
    *(("Заткнись, идиот.", "ru"), ("你是白痴，去死吧。", "zh"), ("اخرس يا غبي", "ar"), ("닥쳐 병신아", "ko"), ("死ね", "ja")),
    *(("tu chutiya hai saale", "hi-Latn"), ("चुप रह कुत्ते", "hi")),
]
UNCERTAIN = 0.04
"""The prior is 0.1, so a score that is pulled halfway towards it is at least this."""


@pytest.mark.parametrize(("text", "tag"), SHORT_ABUSE)
def test_caller_who_names_a_language_is_believed(client: httpx.Client, text: str, tag: str) -> None:
    """A comment of one word or two in a language that its caller names is scored without certainty, and never said to be English."""
    answer = analyze(client, text, languages=[tag])

    assert UNCERTAIN < summary_score(answer) < 0.7
    assert answer.json()["languages"] == [tag]
    assert answer.json()["detectedLanguages"] == [bare_tag(tag)]
    assert analyze(client, text, languages=tag).json() == answer.json()


@pytest.mark.parametrize("languages", [["en"], None, ["ko", "en"], "en", ["und"], []])
@pytest.mark.parametrize(("text", "tag"), SHORT_ABUSE)
def test_english_has_to_be_seen(client: httpx.Client, text: str, tag: str, languages: object) -> None:
    """Whatever a caller names, a comment without English words is never English: a word or two show its language."""
    answer = analyze(client, text, languages=languages)

    assert answer.json()["detectedLanguages"] == [tag]


def test_script_of_one_of_several_languages_decides(client: httpx.Client) -> None:
    """Of two languages the comment is in the one that it looks like: Korean is not certain, English is."""
    korean, english = (analyze(client, text, languages=["ko", "en"]) for text in ("닥쳐", "Shut up, you idiot!"))

    assert UNCERTAIN < summary_score(korean) < 0.7
    assert summary_score(english) > 0.8
    assert (korean.json()["languages"], korean.json()["detectedLanguages"]) == (["ko", "en"], ["ko"])
    assert (english.json()["languages"], english.json()["detectedLanguages"]) == (["ko", "en"], ["en"])


@pytest.mark.parametrize("languages", [["fr"], ["fr", "de"], "pt-BR"])
def test_plain_english_is_english(client: httpx.Client, languages: object) -> None:
    """An English comment of some length is judged as such although its caller names the language of the site, as Coral does."""
    answer = analyze(client, TOXIC, languages=languages)

    assert summary_score(answer) > 0.8
    assert answer.json()["detectedLanguages"] == ["en"]


@pytest.mark.parametrize("languages", [["fr"], ["sw"], "de-AT", ["fr", "de"]])
@pytest.mark.parametrize("text", ["fuck off cunt", "You stupid bitch!", "you are a faggot"])
def test_few_words_of_english_abuse_are_no_way_out(client: httpx.Client, text: str, languages: object) -> None:
    """Abuse in a few English words keeps its score on a site that names its own language with everything."""
    named, unnamed = analyze(client, text, languages=languages), analyze(client, text)

    assert summary_score(named) == summary_score(unnamed) > 0.8
    assert named.json()["detectedLanguages"] == ["en"]


def test_language_is_identified_whatever_english_is_named(client: httpx.Client) -> None:
    """A caller who names English for everything gets the same score for a German comment as one who names nothing."""
    named, unnamed = analyze(client, GERMAN, languages=["en"]), analyze(client, GERMAN)

    assert summary_score(named) == summary_score(unnamed)
    assert named.json()["detectedLanguages"] == unnamed.json()["detectedLanguages"] == ["de"]


@pytest.mark.parametrize(
    ("languages", "echoed"),
    [
        (["en", "EN", "eng"], ["en"]),
        (["PT_br", "hi-latn"], ["pt-BR", "hi-Latn"]),
        (["you fool", "xx", "", "fr"], ["fr"]),
        (["you fool"], ["en"]),
        (["und"], ["en"]),
        ("iw", ["he"]),
    ],
)
def test_only_languages_are_echoed(client: httpx.Client, languages: object, echoed: list[str]) -> None:
    """The answer repeats the languages that a caller names, each once; what is no language counts for nothing and is not repeated."""
    answer = analyze(client, FINE, languages=languages)

    assert answer.status_code == 200
    assert answer.json()["languages"] == echoed


@pytest.mark.parametrize("text", ["asdf qwrt", "😀😀😀", "12345", "\u00af\\_(ツ)_/\u00af"])
def test_nothing_is_detected_where_nothing_is_known(client: httpx.Client, text: str) -> None:
    """A comment that shows no language is read as English, and none is detected."""
    answer = analyze(client, text).json()

    assert (answer["languages"], answer["detectedLanguages"]) == (["en"], [])


def test_strict_site_refuses_what_is_no_language(serve: Serve) -> None:
    """A strict site refuses tags that name no language, languages of the comment that were not learned, and foreign scripts."""
    with serve(perspective_strict_languages=True) as client:
        junk = client.post(ANALYZE, json=analyze_body(languages=["en", "you fool", "xx"])).json()["error"]
        korean = client.post(ANALYZE, json=analyze_body("닥쳐", languages=["ko", "en"])).json()["error"]
        russian = client.post(ANALYZE, json=analyze_body("Заткнись, идиот.", languages=["en"])).json()["error"]
        fine = [analyze(client, FINE, languages=languages).status_code for languages in (["ko", "en"], ["und"], [], "en-GB")]

    assert junk["details"][0]["languageNotSupportedByAttributeError"] == {
        "requestedLanguages": ["<a name not shown>", "xx"],
        "attribute": "TOXICITY",
    }
    assert korean["details"][0]["languageNotSupportedByAttributeError"] == {"requestedLanguages": ["ko"], "attribute": "TOXICITY"}
    assert russian["details"][0]["languageNotSupportedByAttributeError"] == {"detectedLanguages": ["ru"], "attribute": "TOXICITY"}
    assert fine == [200] * 4


def test_site_may_judge_what_is_foreign(serve: Serve) -> None:
    """With ``TIPSTAFF_ON_FOREIGN=judge`` a named language changes no score."""
    with serve(on_foreign="judge") as client:
        named, unnamed = (analyze(client, "Ta gueule, connard.", **more) for more in ({"languages": ["fr"]}, {}))

    assert summary_score(named) == summary_score(unnamed)


def test_sentences_are_in_the_language_of_their_comment(client: httpx.Client) -> None:
    """Sentences of a comment whose language its caller names are scored with as little certainty as the whole."""
    answer = analyze(client, "Du Idiot! Du bist so dumm, geh sterben.", languages=["de"], spanAnnotations=True).json()

    spans = answer["attributeScores"]["TOXICITY"]["spanScores"]
    assert len(spans) == 2
    assert all(span["score"]["value"] < 0.7 for span in spans)


def test_suggestions_keep_the_language(fresh: httpx.Client, tmp_path: Any) -> None:
    """A ruling is kept with the language that its sender names, or with the one of several that the comment is in."""
    for text, languages in (("Ta gueule, connard.", "fr"), ("닥쳐", ["en", "ko"]), (TOXIC, ["you fool"]), (FINE, None)):
        body = {"comment": {"text": text}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}, "languages": languages}
        answer = fresh.post(SUGGEST, json=body).json()
        assert answer["requestedLanguages"] == list(read_languages([languages] if isinstance(languages, str) else languages).tags)

    assert sorted(str(ruling.language) for ruling in stored_rulings(tmp_path)) == ["None", "None", "fr", "ko"]


@pytest.mark.parametrize("step", ["choose", "shown_language", "identify", "is_rather_english"])
def test_failing_step_keeps_nobody_from_an_answer(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    """If no language can be told, the comment is scored as if nothing were known of it; that is counted, and the comment is not logged."""
    before = failures_counted(client).get("language", 0)
    text, _ = SHORT_ABUSE[0]

    def fail(*_arguments: object) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(Identifier, step, fail)
    answer = analyze(client, text, languages=["fr", "en"])
    suggested = {"comment": {"text": text}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}, "languages": ["en"]}
    suggestion = client.post(SUGGEST, json=suggested)
    monkeypatch.undo()

    assert 0 <= summary_score(answer) <= 1
    assert suggestion.status_code == 200
    assert failures_counted(client)["language"] > before
    assert "connard" not in caplog.text


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        *(("zh-TW", "Han"), ("zh-Hant", "Han"), ("zh_HK", "Han"), ("pt-BR", "Latin"), ("sr-Latn", "Latin"), ("nb", "Latin")),
        *(("iw", "Hebrew"), ("in", "Latin"), ("mo", "Latin"), ("ta-Latn", "Latin"), ("ru-Latn", "Latin")),
        *(("hi-Latn", "Latin"), ("ur-Latn-PK", "Latin")),
    ],
)
def test_what_is_named_is_read_where_what_is_stated_is(named: str, shown: str) -> None:
    """A strict site refuses a name of a language in no other case than that in which a comment that states it is foreign."""
    read = {"en", "zh", "pt", "id", "ro", "ta", "ru", "hi-Latn", "he"}
    (tag,) = read_languages([named]).tags

    assert is_read(tag, read) == (resolve_statement(named, shown, read) in read)


def test_names_of_languages_are_read() -> None:
    """Languages are read in order and once; what says that there is none is none, and the rest is kept apart."""
    assert read_languages(None) == NamedLanguages()
    assert read_languages(["fr", "und", "FR", "junk", "de-DE", ""]) == NamedLanguages(("fr", "de-DE"), ["junk"])


@given(st.text(max_size=30), st.lists(st.text(max_size=8) | st.sampled_from(["en", "fr", "ko", "zh-Hant", "hi-Latn", "und"]), max_size=4))
def test_any_languages_are_answered(client: httpx.Client, text: str, languages: list[str]) -> None:
    """Whatever text and languages come in, the answer is a score or an empty comment's error, and repeats no text that is no language."""
    answer = client.post(ANALYZE, json=analyze_body(text, languages=languages))

    if answer.status_code != 200:
        assert read_error(answer)[2]["errorType"] == "COMMENT_EMPTY"
    else:
        assert answer.json()["languages"] == list(read_languages(languages).tags) or not read_languages(languages).tags
