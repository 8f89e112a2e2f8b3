"""Words that tell languages apart which are nearly the same."""

import numpy as np
import pytest

from model.language.identifier import Identifier
from model.language.likely.telling_words import TELLING_WORDS, count_telling_words
from model.ngrams.packed_texts import pack_bytes


def test_words_of_each_language_are_counted() -> None:
    """Words count for the language of the group that has them, in capitals too; those that both have count for none."""
    texts = pack_bytes([text.encode() for text in ("Jeg ved ikke HVAD du mener, noget", "Jeg vet ikke hva du mener", "", "jeg er")])

    assert count_telling_words(texts, np.array([0, 1, 3]), "da").tolist() == [[2, 0], [0, 2], [0, 0]]


@pytest.mark.parametrize("group", TELLING_WORDS)
def test_no_word_is_listed_for_two_languages(group: str) -> None:
    """A word tells one language of a group, and the group is named after the first, which is one that is read."""
    listed = [word for words in TELLING_WORDS[group].values() for word in words.split()]

    assert next(iter(TELLING_WORDS[group])) == group
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *(("Jeg er ikke enig i det hele tatt, dette er bare tull og tøv fra ende til annen", "no"), ("Hvad er det for noget vrøvl", "da")),
        *(("Vôbec nesúhlasím s tým, čo napísal autor článku.", "sk"), ("Vůbec nesouhlasím s tím, co napsal autor článku.", "cs")),
        *(("मला हे अजिबात पटत नाही आणि ते चूक आहे", "mr"), ("मुझे यह बात बिल्कुल पसंद नहीं है", "hi")),
    ],
)
def test_languages_like_others_are_told_from_them(text: str, tag: str) -> None:
    """What is in a language like one that is read is named as what it is."""
    assert Identifier.load(("en", "da", "cs", "id", "hi")).identify_texts([text]).codes == [tag]
