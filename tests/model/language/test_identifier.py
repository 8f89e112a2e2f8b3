"""Which language a comment is in: scripts, English evidence, n-grams."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.dispatcher import Dispatcher

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


def test_warming_up_leaves_no_kernel_for_later(identifier: Identifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """No comment, in whatever language, waits for a kernel that warming up has left out: 5 s where machine code cannot be stored."""
    texts = [text for _, text in FOREIGN] + [f"{ENGLISH[0]} {text}" for _, text in FOREIGN]
    identifier.warm()
    identifier.identify_texts(texts)  # compiles all that calls what is replaced below
    called: set[str] = set()

    def record(kernel: Dispatcher) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            called.add(kernel.py_func.__qualname__)
            return kernel(*arguments)

        return call

    modules = [module for name, module in sys.modules.items() if name.startswith("model.language.")]
    for module in modules:
        for name, value in list(vars(module).items()):
            if isinstance(value, Dispatcher):
                monkeypatch.setattr(module, name, record(value))
    identifier.warm()
    warm = called.copy()

    identifier.identify_texts(texts)

    assert len(warm) > 3
    assert called == warm


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


def test_short_comments_are_told_by_script_or_words(identifier: Identifier) -> None:
    """One word of another script is foreign, a few Latin words are unsure rather than foreign, and what has no letters is English."""
    languages = identifier.identify_texts(["Das ist Unsinn", "", "🙂" * 40, "12345 67890 12345 67890", "好的", "Δεν ξέρω"])

    assert languages.codes == ["de", None, None, None, "zh", "el"]
    assert languages.foreign == [False, False, False, False, True, True]
    assert languages.unsure == [True, False, False, False, False, False]
    assert languages.candidates == [(), ("en",), ("en",), ("en",), (), ()]


def test_letters_and_certainty_are_settings() -> None:
    """How many letters and how much certainty it takes to call a comment foreign is said when it is loaded."""
    assert Identifier.load(letters=10).identify_texts(["Das ist Unsinn"]).foreign == [True]
    assert Identifier.load(letters=40).identify_texts(["Das ist Unsinn, mein lieber Freund"]).foreign == [False]
    mixed = ["wow look at this, hopp upp sista hopp nu då"]
    (certainty,) = Identifier.load().identify_texts(mixed).certainties
    assert Identifier.load(certainty=max(0.5, certainty * 0.99)).identify_texts(mixed).foreign == [certainty >= 0.5]
    assert Identifier.load(certainty=(1 + certainty) / 2).identify_texts(mixed).foreign == [False]


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


READ_TAGS = "en,ar,bn,cs,da,de,el,es,fa,fi,fr,he,hi,hi-Latn,id,it,ja,ko,nl,pl,pt,ro,ru,sv,ta,tr,uk,ur-Latn,vi,zh"
READ = READ_TAGS.split(",")


@pytest.fixture(scope="module")
def reader() -> Identifier:
    """An identifier for which many languages are read."""
    return Identifier.load(READ)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        *(("Vaffanculo", "it"), ("Ta gueule, connard.", "fr"), ("Le train a du retard.", "fr"), ("Hola, ¿qué tal?", "es")),
        *(("kurwa", "pl"), ("orospu çocuğu", "tr"), ("Hurensohn", "de"), ("klootzak", "nl"), ("chutiya hai tu", "hi-Latn")),
        *(
            ("Иди нахуй", "ru"),
            ("чуєш, ти дурень", "uk"),
            ("死ね", "ja"),
            ("你是白痴，去死吧。", "zh"),
            ("닥쳐", "ko"),
            ("اخرس يا غبي", "ar"),
        ),
        *(("خفه شو احمق", "fa"), ("Σκάσε", "el"), ("שתוק", "he"), ("चुप कर कुत्ते", "hi"), ("Håll käften", "sv"), ("Drž hubu", "cs")),
        *(("you idiot", "en"), ("ok", "en"), ("asdf", "en"), ("", "en"), ("?!", "en"), ("¯\\_(ツ)_/¯", "en"), ("ಠ_ಠ", "en")),
    ],
)
def test_candidates_of_short_texts(reader: Identifier, text: str, first: str) -> None:
    """A word or two are enough for the language that they are in to come first of those by which they are judged."""
    languages = reader.identify_texts([text])

    assert languages.candidates[0][0] == first
    assert languages.foreign == languages.unsure == [False]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        *(("die", {"de", "en"}), ("puta", {"pt", "es"}), ("angst", {"de", "en"}), ("馬鹿", {"zh", "ja"})),
        *(("thank you so much for this video сука блять", {"en", "ru"}), ("Большое спасибо за видео, best channel ever", {"ru", "en"})),
        ("I think he is a Hurensohn and you know it", {"en", "de"}),
    ],
)
def test_all_languages_that_a_text_may_be_in_are_candidates(reader: Identifier, text: str, tags: set[str]) -> None:
    """A word of two languages, and a comment in two, are judged by both; never by more than three."""
    (candidates,) = reader.identify_texts([text]).candidates

    assert tags <= set(candidates)
    assert len(candidates) <= 3


@pytest.mark.parametrize(
    ("text", "stated", "candidates"),
    [
        *(("Заткнись, идиот", "de", ("ru", "uk")), ("Das ist doch Unsinn", "de-AT", ("de",)), ("Das ist doch Unsinn", "en", ("en", "de"))),
        *(("You stupid bitch, go away", "de", ("en", "de")), ("You stupid bitch, go away", "sw", ("en",)), ("Unsinn", "sw", ())),
        *(("chutiya hai tu", "hi", ("hi-Latn",)), ("死ね", "zh", ("ja",)), ("", "fr", ("fr",))),
    ],
)
def test_stated_language_is_evidence(reader: Identifier, text: str, stated: str, candidates: tuple[str, ...]) -> None:
    """What a caller states comes first, unless the script proves it wrong or the text is English; what the text shows stays beside it."""
    assert reader.identify([Comment("", text, language=stated)]).candidates == [candidates]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_candidates_are_read_and_none_comes_twice(texts: list[str]) -> None:
    """Whatever the text, its candidates are read languages, none of them twice, and none where it is foreign."""
    languages = Identifier.load(READ).identify_texts(texts)

    for candidates, foreign in zip(languages.candidates, languages.foreign, strict=True):
        assert set(candidates) <= set(READ)
        assert len(set(candidates)) == len(candidates) <= 3
        assert not (foreign and candidates)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("You are a stupid fucking idiot, kill yourself. Der Zug hat heute wieder Verspätung und das Wetter war schlecht.", {"en", "de"}),
        ("you stupid fucking idiot, kill yourself. Bugün hava çok güzel ve tren zamanında geldi, herkese iyi günler", {"en", "tr"}),
        ("Vete al infierno, pedazo de mierda. Thank you for this lovely article, the weather was really nice today.", {"en", "es"}),
        ("你这个混蛋快滚吧 Thank you for this lovely article, the weather was really nice and the train was on time today.", {"en", "zh"}),
        (
            "Thank you for this lovely article, the weather was really nice and the train was on time today. Спасибо большое за внимание",
            {"en", "ru"},
        ),
    ],
)
def test_filler_hides_no_abuse_in_another_language(text: str, tags: set[str]) -> None:
    """A sentence in one language beside a longer one in another is judged as what it is too."""
    identifier = Identifier.load(("en", "de", "es", "ru", "tr", "uk", "zh"))
    assert tags <= set(identifier.identify_texts([text]).candidates[0])


@pytest.mark.parametrize("text", ["Ｈａｌｔ ｄｉｅ Ｆｒｅｓｓｅ", "𝔥𝔞𝔩𝔱 𝔡𝔦𝔢 𝔉𝔯𝔢𝔰𝔰𝔢", "du Ａｒｓｃｈｌｏｃｈ"])
def test_letters_of_another_width_are_read_as_usual_ones(text: str) -> None:
    """German in full-width letters or those of mathematics is German, so that they offer no way around its pack."""
    languages = Identifier.load(("en", "de")).identify_texts(["hello", text])
    assert languages.candidates[1][0] == "de"
    assert languages.foreign == [False, False]


@pytest.mark.parametrize("text", ["नमस्ते", "धन्यवाद", "अरे वाह"])
def test_few_words_in_a_script_are_in_a_language_that_is_read(text: str) -> None:
    """A greeting in Devanagari is Hindi to those who read Hindi, rather than a rarer language that nobody reads."""
    languages = Identifier.load(("en", "hi")).identify_texts([text])
    assert languages.candidates == [("hi",)]
    assert languages.foreign == [False]


def test_a_language_that_nothing_reads_leaves_no_candidates() -> None:
    """What is rather Tagalog is judged by no neighbour's pack; a language that words hardly tell from a read one is judged by that."""
    languages = Identifier.load(("da", "en", "ta", "ur-Latn")).identify_texts(
        [
            "Maraming salamat sa video na ito, malaking tulong!",
            "ang tanga mo naman, tumahimik ka na lang",
            "Hvorfor er du så dum, din idiot?",
        ]
    )
    assert languages.codes[:2] == ["tl", "tl"]
    assert languages.candidates == [(), (), ("da",)]


def test_a_sign_alone_is_a_word() -> None:
    """A single Chinese sign is a comment in Chinese, or Japanese; one between other signs is part of a face."""
    languages = Identifier.load(("en", "ja", "zh")).identify_texts(["滚", "死!", "(╯°口°)╯", "A 滚"])
    assert languages.candidates == [("zh", "ja"), ("zh", "ja"), ("en",), ("en",)]


def test_signs_are_no_japanese_where_chinese_is_not_read() -> None:
    """Chinese signs without Kana are judged as Japanese too, but never as Japanese alone."""
    assert Identifier.load(("en", "ja", "zh")).identify_texts(["最高"]).candidates == [("zh", "ja")]
    assert Identifier.load(("en", "ja")).identify_texts(["最高"]).candidates == [()]


@pytest.mark.parametrize("text", ["yes i am gay", "Same bro", "Coward", "true point .", "Live in peoria , az", "Negroponte"])
def test_plain_english_is_judged_as_english_alone(reader: Identifier, text: str) -> None:
    """Words that no other language has more claim to make no second language a candidate."""
    assert reader.identify_texts([text]).candidates == [("en",)]


def test_single_comment_and_many_are_identified_alike(reader: Identifier) -> None:
    """What is not English, or not simply so, is found among English comments as it is alone."""
    texts = ["What a lovely morning, thank you all.", "Hvad er det for noget vrøvl", "नमस्ते", "死ね", "", "сука, you idiots all", "Cat", "x"]
    together = reader.identify_texts(texts)

    for row, text in enumerate(texts):
        alone = reader.identify_texts([text])
        assert [column[row] for column in together] == [column[0] for column in alone]
