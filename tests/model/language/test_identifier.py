"""Which language a comment is in: scripts, English evidence, n-grams."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment
from model.language.identifier import Identifier
from model.language.tags import canonical_tag

FOREIGN = [line.split("\t") for line in (Path(__file__).parents[3] / "benchmarks" / "foreign.tsv").read_text(encoding="utf-8").splitlines()]
ENGLISH = (
    "What a lovely morning, thank you all.",
    "lmaooooo @Jürgen_Müller u r sooo dumb fr fr no cap",
    "RT @someone: https://t.co/xYzzYpLuGh #WahlkampfInDeutschland omg this is hilarious",
    "HAHAHAHAHAHAHA NOOOOOO WAYYYYYY",
    "W O M E N   B E L O N G   A N Y W H E R E",
    "ggggggggayyyyyyyyys r ffffffffilllllllllllthhhhhh",
    "The German word Schadenfreude means joy about the misfortune of others.",
)


@pytest.fixture(scope="module")
def identifier() -> Identifier:
    """The identifier that the service uses."""
    return Identifier.load()


def test_foreign_comments_are_foreign(identifier: Identifier) -> None:
    """Of 181 comments of our own in 49 languages all but one in a hundred at most are called foreign, nearly all in the right language."""
    languages = identifier.identify_texts([text for _, text in FOREIGN])

    assert len(FOREIGN) >= 165
    assert len({code for code, _ in FOREIGN}) >= 25
    assert sum(languages.foreign) >= 0.99 * len(FOREIGN)
    assert sum(code == language for code, (language, _) in zip(languages.codes, FOREIGN, strict=True)) >= 0.97 * len(FOREIGN)


@pytest.mark.parametrize("text", ENGLISH)
def test_noisy_english_is_not_foreign(identifier: Identifier, text: str) -> None:
    """Names, tags, addresses, shouting, drawn-out words and letters put apart do not make English foreign."""
    assert identifier.identify_texts([text]).foreign == [False]


def test_short_comments_have_no_language(identifier: Identifier) -> None:
    """Of less than twenty letters nothing is said; signs of a script whose signs stand for syllables count as two."""
    languages = identifier.identify_texts(["Das ist Unsinn", "", "🙂" * 40, "12345 67890 12345 67890", "好的", "Δεν ξέρω"])

    assert languages.codes == [None] * 6
    assert languages.foreign == [False] * 6


def test_letters_and_certainty_are_settings() -> None:
    """How many letters and how much certainty it takes is said when it is loaded."""
    assert Identifier.load(letters=10).identify_texts(["Das ist Unsinn"]).codes == ["de"]
    assert Identifier.load(letters=40).identify_texts(["Das ist Unsinn, mein lieber Freund"]).codes == [None]
    assert Identifier.load(certainty=0.9999999).identify_texts(["Das ist doch Unsinn, mein Freund"]).foreign == [False]


@pytest.mark.parametrize("learned", [("en", "de"), ("de",)])
def test_learned_languages_are_not_foreign(learned: tuple[str, ...]) -> None:
    """What the model learned is not foreign, and English is if it did not learn that."""
    languages = Identifier.load(learned).identify_texts(
        ["Das ist doch völliger Unsinn, mein Freund", "What a lovely morning, thank you all."]
    )

    assert languages.codes == ["de", "en"]
    assert languages.foreign == [False, "en" not in learned]


@pytest.mark.parametrize("text", ["Yоu аrе а stuрid mоrоn аnd еvеrуоnе hаtеs уоu", "𝐲𝐨𝐮 𝐚𝐫𝐞 𝐚 𝐬𝐭𝐮𝐩𝐢𝐝 𝐦𝐨𝐫𝐨𝐧 𝐚𝐧𝐝 𝐞𝐯𝐞𝐫𝐲𝐨𝐧𝐞 𝐤𝐧𝐨𝐰𝐬"])
def test_look_alike_letters_are_no_way_out(identifier: Identifier, text: str) -> None:
    """English in letters that only look Latin, or in decorated ones, is English."""
    assert identifier.identify_texts([text]).codes == ["en"]


def test_who_sends_a_comment_is_believed(identifier: Identifier) -> None:
    """A language that came with a comment counts; a tag that names none does not."""
    text = "Das ist doch völliger Unsinn, was hier steht"
    languages = identifier.identify([Comment("", text, language=stated) for stated in ("en-GB", "fr", "und", "nonsense!", "", None)])

    assert languages.codes == ["en", "fr", "de", "de", "de", "de"]
    assert languages.foreign == [False, True, True, True, True, True]


@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_gets_an_answer(texts: list[str]) -> None:
    """Whatever the text, its certainty is a probability, foreign follows from it, and company changes nothing."""
    identifier = Identifier.load()
    languages = identifier.identify_texts(texts)

    assert all(0 <= certainty <= 1 for certainty in languages.certainties)
    assert languages.foreign == [certainty >= 0.95 for certainty in languages.certainties]
    for at, text in enumerate(texts):
        alone = identifier.identify_texts([text])
        assert (alone.codes[0], alone.certainties[0]) == (languages.codes[at], languages.certainties[at])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(
            ("Заткнись, идиот.", "ru"),
            ("你是白痴，去死吧。", "zh"),
            ("死ね", "ja"),
            ("닥쳐", "ko"),
            ("اخرس يا غبي", "ar"),
            ("Δεν ξέρω", "el"),
        ),
        *(
            ("Δεν ξέρω", "el"),
            ("Shut up!", "en"),
            ("ok", "en"),
            ("Ta gueule, connard.", None),
            ("tu chutiya hai saale", None),
            ("asdf", None),
            ("", None),
        ),
        *(("\u00af\\_(ツ)_/\u00af", None), ("\u0ca0_\u0ca0", None), ("μ", None), ("😀😀😀😀", None), ("𝐲𝐨𝐮 𝐬𝐭𝐮𝐩𝐢𝐝 𝐦𝐨𝐫𝐨𝐧", None)),
    ],
)
def test_short_text_shows_what_it_shows(identifier: Identifier, text: str, language: str | None) -> None:
    """One word of another script shows a language, and English words show English; faces, look-alikes and the rest show nothing."""
    assert identifier.shown_language(text) == language


@pytest.mark.parametrize(
    ("text", "tags", "tag"),
    [
        *(("닥쳐 병신아", ["ko", "en"], "ko"), ("Shut up, idiot", ["ko", "en"], "en"), ("lol", ["ko", "ja", "en-GB"], "en-GB")),
        *(("死ね", ["zh", "ja"], "ja"), ("馬鹿", ["ja", "en"], "ja"), ("connard", ["en", "fr"], "fr"), ("kurwa", ["en", "pl"], "pl")),
        *(("Arschloch", ["fr", "de", "en"], "de"), ("tu chutiya hai saale", ["en", "hi-Latn"], "hi-Latn"), ("चुप", ["en", "hi"], "hi")),
        *(("Shut up", ["hi-Latn", "en"], "en"), ("Заткнись", ["ko", "en"], "en"), ("?!", ["fr", "en"], "en"), ("?!", ["fr", "de"], "fr")),
        *(("Shut up", ["fr"], "fr"), ("zamknij", ["gsw", "hi-Latn"], "gsw")),
    ],
)
def test_one_of_several_languages_is_chosen(identifier: Identifier, text: str, tags: list[str], tag: str) -> None:
    """The script decides first, then words and n-grams, even for one word; where nothing does, a language that was learned."""
    assert identifier.choose(text, tags) == tag


def test_first_words_choose_their_language(identifier: Identifier) -> None:
    """Of our own foreign comments the first two words alone are enough to tell their language from English, nine times in ten."""
    tags = [(canonical_tag(code), " ".join(text.split()[:2])) for code, text in FOREIGN]
    chosen = [identifier.choose(text, ["en", tag]) == tag for tag, text in tags if tag is not None]

    assert len(chosen) >= 165
    assert sum(chosen) >= 0.9 * len(chosen)


TAGS = st.lists(st.sampled_from(["en", "fr", "de-AT", "ko", "ja", "zh-Hant", "hi-Latn", "sr", "gsw", "ar", "no", "fil"]), min_size=1)


@given(st.text(max_size=200), TAGS)
def test_choice_is_one_of_those_offered(text: str, tags: list[str]) -> None:
    """Whatever the text and the tags, one of these is chosen, and the text shows a language or none."""
    identifier = Identifier.load()

    assert identifier.choose(text, tags) in tags
    shown = identifier.shown_language(text)
    assert shown is None or canonical_tag(shown) is not None


@pytest.mark.parametrize("text", ["you are a faggot", "fuck off cunt", "go kill yourself", "You stupid bitch!", "all of them must die"])
@pytest.mark.parametrize("tag", ["fr", "de-AT", "sw", "ru"])
def test_few_english_words_are_english(identifier: Identifier, text: str, tag: str) -> None:
    """Three English words are English whatever language is stated with them."""
    assert identifier.is_rather_english(text, tag)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *(("die Kinder", "de"), ("Die Frau ist dick", "de"), ("Was ist das", "de"), ("gut", "de"), ("Die Arme!", "de")),
        *(("con", "fr"), ("la bite", "fr"), ("pet", "fr"), ("en retard", "fr"), ("no me come nada", "es"), ("me ne come", "it")),
        *(("slut med det", "sv"), ("far er dum", "da"), ("hoe is het", "nl"), ("", "fr"), ("you are a faggot", "hi-Latn")),
    ],
)
def test_words_that_english_has_too_stay_foreign(identifier: Identifier, text: str, tag: str) -> None:
    """What may be in the stated language, although English has such words too, is not English; nor what the n-grams cannot compare."""
    assert not identifier.is_rather_english(text, tag)
