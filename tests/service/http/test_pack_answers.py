"""Comments that language packs judge, over a real socket: what our own protocol and the others answer."""

import httpx
import pytest

from tests.service.http.doors import moderate

GERMAN_FINE = "Danke für den schönen Artikel, sehr interessant!"
GERMAN_TOXIC = "Halt die Fresse, du Vollidiot, du hast doch überhaupt keine Ahnung davon."
GERMAN_HATEFUL = "Alle Ausländer sind Dreck und müssen weg."
RUSSIAN_FINE = "Спасибо за интересную статью!"
RUSSIAN_HATEFUL = "Все чурки грязные животные, гнать их всех отсюда надо."
FORM = {"blog": "https://blog.example", "user_ip": "192.0.2.1", "api_key": "any"}
TURKISH = "Yarın hava güzel olursa çocuklarla plaja gideceğiz."
ENGLISH_TOXIC = "You are such a stupid idiot, shut up."


def test_decisions_name_language_and_pack(reads_more: httpx.Client) -> None:
    """A comment that a pack judges has its language and the version of the pack; an English one has the version of the answer alone."""
    german, english = moderate(reads_more, [GERMAN_TOXIC, ENGLISH_TOXIC])

    assert (german["label"], german["verdict"], german["language"]) == ("toxic", "reject", "de")
    assert german["model"].startswith("de@")
    assert "foreign" not in german
    assert german["attributes"] == {}
    assert (english["label"], english["language"]) == ("toxic", "en")
    assert "model" not in english
    assert "insult" in english["attributes"]


def test_what_cannot_be_told_is_missing(reads_more: httpx.Client) -> None:
    """Where hateful comments cannot be told there is no such score, in no form, and toxic is both; elsewhere there is."""
    russian, german = moderate(reads_more, [RUSSIAN_HATEFUL, GERMAN_HATEFUL], explain=True)

    assert (russian["label"], russian["verdict"]) == ("toxic", "reject")
    assert set(russian["scores"]) == {"fine", "toxic"}
    assert russian["spans"]
    assert not any("hateful" in span for span in russian["spans"])
    assert sum(russian["scores"].values()) == pytest.approx(1)
    assert german["label"] == "hateful"
    assert set(german["scores"]) == {"fine", "toxic", "hateful"}


def test_unread_language_is_foreign(reads_more: httpx.Client) -> None:
    """A language that has a pack and is not read is foreign: for review, with scores that are not certain."""
    (turkish,) = moderate(reads_more, [TURKISH])

    assert (turkish["language"], turkish["foreign"], turkish["verdict"]) == ("tr", True, "review")


def test_spans_count_code_points_in_every_script(reads_more: httpx.Client) -> None:
    """The words that moved the scores of a pack stand where they are said to, whatever the script, with signs of two units before them."""
    for text, word in (
        (f"😀😀 {RUSSIAN_HATEFUL}", "животные"),
        (f"👍🏽 {GERMAN_TOXIC}", "Vollidiot"),
        (f"🙂 {GERMAN_HATEFUL}", "Ausländer"),
    ):
        (decision,) = moderate(reads_more, [text], explain=True)
        words = [text[span["begin"] : span["end"]] for span in decision["spans"] if span["abusive"] + span.get("hateful", 0.0) > 0]
        assert any(word in each or each in word for each in words), (text, decision["spans"])
        assert all(0 <= span["begin"] < span["end"] <= len(text) for span in decision["spans"])


def test_languages_of_the_model_are_listed(reads_more: httpx.Client, client: httpx.Client) -> None:
    """The languages are listed with names, what is told in each, how well, and which are not read; without packs, English alone."""
    languages = {language["tag"]: language for language in reads_more.get("/v1/model").json()["languages"]}

    assert {tag: language["name"] for tag, language in languages.items() if tag in {"en", "de", "ru", "tr"}} == {
        "en": "English",
        "de": "German",
        "ru": "Russian",
        "tr": "Turkish",
    }
    assert [languages[tag]["read"] for tag in ("en", "de", "ru", "tr")] == [True, True, True, False]
    assert [languages[tag]["scores"] for tag in ("de", "ru", "tr")] == [["abusive", "hateful"], ["abusive"], []]
    assert {"abusive", "hateful", "insult"} <= set(languages["en"]["scores"])
    assert languages["de"]["learned_rows"] == 4012
    assert [(figure["profile"], figure["score"], figure["rows"]) for figure in languages["de"]["figures"]] == [
        ("fast", "abusive", 300),
        ("fast", "hateful", 300),
    ]
    assert languages["tr"]["figures"] == []
    assert client.get("/v1/model").json()["languages"][0]["tag"] == "en"


def test_openai_says_what_was_judged(reads_more: httpx.Client) -> None:
    """A text is flagged by its verdict in every language that is read; what is not told there is 0 and applied to nothing."""
    texts = [RUSSIAN_HATEFUL, GERMAN_HATEFUL, RUSSIAN_FINE, TURKISH]
    russian, german, fine, foreign = reads_more.post("/v1/moderations", json={"input": texts}).json()["results"]

    assert [result["flagged"] for result in (russian, german, fine, foreign)] == [True, True, False, False]
    assert russian["categories"]["harassment"]
    assert not russian["categories"]["hate"]
    assert (russian["category_scores"]["hate"], russian["category_applied_input_types"]["hate"]) == (0.0, [])
    assert russian["category_applied_input_types"]["harassment"] == ["text"]
    assert russian["category_applied_input_types"]["sexual"] == []
    assert german["categories"]["hate"]
    assert german["category_applied_input_types"]["hate"] == ["text"]


def test_detoxify_answers_all_seven_numbers(reads_more: httpx.Client) -> None:
    """Numbers that are not told in the language are those of their nearest neighbours or 0, and never missing."""
    russian = reads_more.post("/api/v1/classify", json={"content": RUSSIAN_HATEFUL}).json()
    german = reads_more.post("/api/v1/classify", json={"content": GERMAN_HATEFUL}).json()

    assert russian["toxicity"] == russian["insult"] == russian["severe_toxicity"] >= 80
    assert [russian[name] for name in ("identity_attack", "threat", "sexual_explicit")] == [0, 0, 0]
    assert german["identity_attack"] >= 50
    assert len(russian) == len(german) == 7


@pytest.mark.parametrize(("text", "spam"), [(GERMAN_TOXIC, "true"), (RUSSIAN_HATEFUL, "true"), (GERMAN_FINE, "false"), (TURKISH, "false")])
def test_yes_and_no_follow_the_verdict(reads_more: httpx.Client, text: str, spam: str) -> None:
    """Akismet's word and Coral's answer follow the verdict of the pack; what is for review for its language alone is let pass."""
    word = reads_more.post("/1.1/comment-check", data=FORM | {"comment_content": text}).text
    coral = reads_more.post("/coral/moderate", json={"comment": {"body": text}, "author": {"id": "a"}}).json()

    assert word == spam
    assert bool(coral) == (spam == "true")


@pytest.mark.parametrize("languages", ["de_DE", "en_US, de", "de," * 100, "xx", ""])
def test_language_of_a_blog_is_evidence_for_short_comments(reads_more: httpx.Client, languages: str) -> None:
    """A few German words are judged as German where the blog is German; no language of the blog makes a harmless English comment spam."""
    insult, thanks = (
        reads_more.post("/1.1/comment-check", data=FORM | {"comment_content": text, "blog_lang": languages}).text
        for text in ("Halt die Fresse.", "What a lovely morning.")
    )

    assert insult == "true" or "de" not in languages
    assert thanks == "false"
