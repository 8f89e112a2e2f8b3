"""Which language a comment is in: scripts, English evidence, n-grams."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import LanguageIdentifier

from model.comment import Comment, Format
from model.language.identifier import Identifier, primary_language, visible_text
from model.language.model_file import GAIN_STEP, NO_STATE, child_state, read_langid_model

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
    """What the service tells languages with."""
    return Identifier.load()


def test_foreign_comments_are_foreign(identifier: Identifier) -> None:
    """Of 181 comments of our own in 49 languages all but one in a hundred at most are called foreign, nearly all in the right language."""
    found = identifier.identify_texts([text for _, text in FOREIGN])

    assert len(FOREIGN) >= 165
    assert len({code for code, _ in FOREIGN}) >= 25
    assert sum(found.foreign) >= 0.99 * len(FOREIGN)
    assert sum(code == language for code, (language, _) in zip(found.codes, FOREIGN, strict=True)) >= 0.97 * len(FOREIGN)


@pytest.mark.parametrize("text", ENGLISH)
def test_noisy_english_is_not_foreign(identifier: Identifier, text: str) -> None:
    """Names, tags, addresses, shouting, drawn-out words and letters put apart do not make English foreign."""
    assert identifier.identify_texts([text]).foreign == [False]


def test_short_comments_have_no_language(identifier: Identifier) -> None:
    """Of less than twenty letters nothing is said; signs of a script whose signs stand for syllables count as two."""
    found = identifier.identify_texts(["Das ist Unsinn", "", "🙂" * 40, "12345 67890 12345 67890", "好的", "Δεν ξέρω"])

    assert found.codes == [None] * 6
    assert found.foreign == [False] * 6


def test_letters_and_certainty_are_settings() -> None:
    """How many letters and how much certainty it takes is said when it is loaded."""
    assert Identifier.load(letters=10).identify_texts(["Das ist Unsinn"]).codes == ["de"]
    assert Identifier.load(letters=40).identify_texts(["Das ist Unsinn, mein lieber Freund"]).codes == [None]
    assert Identifier.load(certainty=0.9999999).identify_texts(["Das ist doch Unsinn, mein Freund"]).foreign == [False]


@pytest.mark.parametrize("learned", [("en", "de"), ("de",)])
def test_learned_languages_are_not_foreign(learned: tuple[str, ...]) -> None:
    """What the model learned is not foreign, and English is if it did not learn that."""
    found = Identifier.load(learned).identify_texts(["Das ist doch völliger Unsinn, mein Freund", "What a lovely morning, thank you all."])

    assert found.codes == ["de", "en"]
    assert found.foreign == [False, "en" not in learned]


@pytest.mark.parametrize("text", ["Yоu аrе а stuрid mоrоn аnd еvеrуоnе hаtеs уоu", "𝐲𝐨𝐮 𝐚𝐫𝐞 𝐚 𝐬𝐭𝐮𝐩𝐢𝐝 𝐦𝐨𝐫𝐨𝐧 𝐚𝐧𝐝 𝐞𝐯𝐞𝐫𝐲𝐨𝐧𝐞 𝐤𝐧𝐨𝐰𝐬"])
def test_look_alike_letters_are_no_way_out(identifier: Identifier, text: str) -> None:
    """English in letters that only look Latin, or in decorated ones, is English."""
    assert identifier.identify_texts([text]).codes == ["en"]


def test_who_sends_a_comment_is_believed(identifier: Identifier) -> None:
    """A language that came with a comment counts; a tag that names none does not."""
    text = "Das ist doch völliger Unsinn, was hier steht"
    found = identifier.identify([Comment("", text, language=said) for said in ("en-GB", "fr", "und", "nonsense!", "", None)])

    assert found.codes == ["en", "fr", "de", "de", "de", "de"]
    assert found.foreign == [False, True, True, True, True, True]


@pytest.mark.parametrize(
    ("tag", "code"), [("de-AT", "de"), ("DE", "de"), ("zh_Hant", "zh"), ("gsw", "gsw"), ("english", None), ("x", None)]
)
def test_languages_of_tags(tag: str, code: str | None) -> None:
    """The primary language of a BCP 47 tag is its first part; what is no tag names none."""
    assert primary_language(tag) == code


def test_markup_has_no_language(identifier: Identifier) -> None:
    """Tags and entities of HTML are not read as words."""
    page = Comment("", '<div class="content wrapper outer">Das ist doch v&ouml;lliger Unsinn</div>', Format.HTML)

    assert "wrapper" not in visible_text(page)
    assert identifier.identify([page]).codes == ["de"]


@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_gets_an_answer(texts: list[str]) -> None:
    """Whatever the text, its certainty is a probability, foreign follows from it, and company changes nothing."""
    identifier = Identifier.load()
    found = identifier.identify_texts(texts)

    assert all(0 <= certainty <= 1 for certainty in found.certainties)
    assert found.foreign == [certainty >= 0.95 for certainty in found.certainties]
    for at, text in enumerate(texts):
        alone = identifier.identify_texts([text])
        assert (alone.codes[0], alone.certainties[0]) == (found.codes[at], found.certainties[at])


def test_compact_model_is_that_of_py3langid() -> None:
    """The compact tables find the same n-grams as py3langid's automaton and say the same of them, but for rounding."""
    theirs = LanguageIdentifier.from_model_file("data/model.npz.xz")
    tables, codes = read_langid_model()
    assert list(codes) == theirs.nb_classes
    noise = np.random.default_rng(1).integers(0, 256, 5000).astype(np.uint8).tobytes()
    for data in (noise, *(text.encode() for _, text in FOREIGN[::10])):
        state, expected = 0, 0
        for byte in data:
            while (found := child_state(tables.edges, state, byte)) == NO_STATE and state:
                state = int(tables.fallback[state])
            state = max(found, 0)
            expected = theirs.tk_nextmove[(theirs.tk_row[expected] << 8) + byte]
            assert state == expected
            assert tables.ngram[state] == theirs.tk_output[expected]
    for feature in range(0, len(theirs.nb_ptc), 997):
        here = tables.unseen.copy()
        part = slice(tables.starts[feature], tables.starts[feature + 1])
        here[tables.language[part]] += GAIN_STEP * tables.gain[part]
        assert np.abs(here - theirs.nb_ptc[feature].astype(np.float64)).max() <= GAIN_STEP / 2 + 1e-3
