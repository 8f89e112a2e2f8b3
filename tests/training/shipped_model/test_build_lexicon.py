"""The lexicon: words that enough people of several places use, and which of them are charged."""

import numpy as np
import pytest

from model.normaliser.alphabet import CHARGED, HEADER, TABLE, WORD
from model.normaliser.lexicon import parse_lexicon
from training.shipped_model.build_lexicon import make_lexicon


def lexicon(*lines: tuple[str, str, int], times: int = 6) -> dict[str, int]:
    """The lexicon of some comments, each written several times: text, source, abusive."""
    texts, sources, answers = zip(*(line for line in lines for _ in range(times)), strict=True)
    made = make_lexicon(texts, sources, np.array(answers, np.int8), innocent=())
    return {word: int(flags[0]) for word, flags in (line.split() for line in made.decode().splitlines())}


def test_words_that_are_used() -> None:
    """A word is kept if at least four comments use it."""
    assert lexicon(("common", "a", 0), ("common", "b", 0), times=2) == {"common": WORD}
    assert lexicon(("common", "a", 0), ("common", "b", 0), ("common", "b", 0), times=1) == {}


def test_misspelt_words_are_no_words() -> None:
    """A word that is a much more frequent one with two letters exchanged, one left out or one too many stays out."""
    right = [("people", "a", 0)] * 900
    wrong = [("poeple", "a", 0), ("peple", "a", 0), ("peoople", "a", 0), ("steeple", "a", 0)]

    assert set(lexicon(*right, *wrong, times=4)) == {"people", "steeple"}


def test_frequencies() -> None:
    """Each word says how often it is used, as a letter for the binary logarithm."""
    assert make_lexicon(["often"] * 64 + ["seldom"] * 7, ["a"] * 71, np.zeros(71, np.int8), innocent=()) == b"often 1g\nseldom 1c\n"


def test_innocent_words_are_known() -> None:
    """Words that nobody used are known if they are next to charged ones."""
    assert b"scunthorpe 1a\n" in make_lexicon(["nothing"], ["a"], np.zeros(1, np.int8))


def test_charged_words() -> None:
    """A word of abuse is charged; one that stands anywhere is not, nor is one of rows that do not say."""
    found = lexicon(
        ("you weasel", "a", 1), ("you weasel", "b", 1), ("thank you badger", "a", 0), ("thank you badger", "b", 0), ("weasel", "c", -1)
    )
    assert found == {"badger": WORD, "thank": WORD, "weasel": WORD | CHARGED, "you": WORD}


@pytest.mark.parametrize("text", ["sooo", "w0rd", "wo*rd", "some@where", "a.b.c", "don't", "ab_c", "xq", "x"])
def test_disguises_are_no_words(text: str) -> None:
    """Drawn-out, spelt-out and mixed tokens, and pairs of letters that are no word, stay out."""
    assert lexicon((text, "a", 0), (text, "b", 0)) == {}


def test_two_letters() -> None:
    """Of two letters the common words are kept."""
    assert set(lexicon(("go to zz", "a", 0), ("go to zz", "b", 0))) == {"go", "to"}


def test_look_alike_letters_are_read() -> None:
    """A word in look-alike letters counts as the word, as it does when the lexicon is used."""
    assert set(lexicon(("w\u0435asel", "a", 0), ("Weasel", "b", 0))) == {"weasel"}


def test_it_is_one_file_whatever_the_order() -> None:
    """The lines are sorted, ASCII, and hold no word of a single comment, so that nobody's text is in them."""
    texts = [f"common words number {at}" for at in range(40)]
    sources = ["a", "b"] * 20
    made = make_lexicon(texts, sources, np.zeros(40, np.int8), innocent=())
    turned = make_lexicon(texts[::-1], sources[::-1], np.zeros(40, np.int8), innocent=())
    assert made == turned == b"common 1f\nnumber 1f\nwords 1f\n"
    lexicon = parse_lexicon(made)
    assert np.count_nonzero(lexicon[HEADER : HEADER + lexicon[TABLE]]) == 3
