"""The lexicon: words that enough people of several places use, and which of them are charged."""

import numpy as np
import pytest

from model.alphabet import CHARGED, WORD
from model.lexicon import parse_lexicon
from training.lexicon import make_lexicon


def lexicon(*lines: tuple[str, str, int], times: int = 6) -> dict[str, int]:
    """The lexicon of some comments, each written several times: text, source, abusive."""
    texts, sources, answers = zip(*(line for line in lines for _ in range(times)), strict=True)
    made = make_lexicon(texts, sources, np.array(answers, np.int8))
    return {word: int(flags) for word, flags in (line.split() for line in made.decode().splitlines())}


def test_words_of_two_sources() -> None:
    """A word is kept if six comments use it and not all of them come from one source."""
    assert lexicon(("Common words", "a", 0), ("common rarely", "b", 0)) == {"common": WORD}
    assert lexicon(("common", "a", 0), ("common", "b", 0), times=2) == {}


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
    made = make_lexicon(texts, sources, np.zeros(40, np.int8))
    assert made == make_lexicon(texts[::-1], sources[::-1], np.zeros(40, np.int8)) == b"common 1\nnumber 1\nwords 1\n"
    assert np.count_nonzero(parse_lexicon(made)) == 3
