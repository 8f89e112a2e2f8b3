"""The evidence of a comment's language: letters, scripts, English words."""

import numpy as np
import pytest

from model.language import comment_words, scripts
from model.language import identification_kernels as kernels
from model.language.glance import _english_words
from model.language.identification_kernels import (
    DOUBTFUL,
    ENGLISH,
    ENGLISH_AND_MORE,
    EVIDENCE_COLUMNS,
    EVIDENTLY_ENGLISH,
    FINDING,
    HIGH,
    OTHER,
    PLAIN,
    SCRIPT,
    TOO_SHORT,
)
from model.language.likely import language_weights, letter_ngrams
from model.language.scripts import SCRIPT_NAMES
from model.ngrams.packed_texts import pack_bytes
from tests.model.python_bodies import python_bodies

WORDS = _english_words()
TEXTS = ["", "I do not know, ДА ДА ДА", "@Jürgen http://a.b/c #tag what a lovely day", "soooo Größe HALLO don't", "これは漢字", "x@y Ωμ 😀"]


LONG = "thank you all for this lovely article about the weather and all the late trains in our country"


def others_among(*texts: str) -> int:
    packed, evidence = pack_bytes([text.encode() for text in texts]), np.empty((len(texts), EVIDENCE_COLUMNS), np.int64)
    return kernels.collect_evidence(packed.data, packed.offsets, *WORDS, 20, 0.7, evidence)


def evidence_of(*texts: str) -> "np.typing.NDArray[np.int64]":
    packed, evidence = pack_bytes([text.encode() for text in texts]), np.empty((len(texts), EVIDENCE_COLUMNS), np.int64)
    kernels.collect_evidence(packed.data, packed.offsets, *WORDS, 20, 0.7, evidence)
    return evidence


def test_letters_are_counted_by_what_they_are_in() -> None:
    """Letters of plain Latin words, those in English words, and those of other scripts are counted; signs are not."""
    (row,) = evidence_of("Nice Größe! 123 да")

    assert row[[PLAIN, ENGLISH, OTHER]].tolist() == [len("NiceGröße"), len("Nice"), len("да")]
    assert SCRIPT_NAMES[row[SCRIPT]] == "Cyrillic"


@pytest.mark.parametrize("text", ["@someone #something https://some.where www.some.where", "a b c", "soooo hmmmm", "12 !? 😀"])
def test_what_says_nothing_is_left_out(text: str) -> None:
    """Names, tags, addresses, single letters, drawn-out words, digits and signs are no evidence."""
    assert evidence_of(text)[0, [PLAIN, ENGLISH, OTHER]].tolist() == [0, 0, 0]


def test_a_name_begins_a_word() -> None:
    """What follows letters directly is no name: the second half of an e-mail address counts."""
    assert evidence_of("mail@home")[0, PLAIN] == len("mailhome")


def test_syllables_count_twice_and_japanese_has_kana() -> None:
    """Signs for syllables or words count as two letters; where a tenth of them or more is Kana, the script is Kana."""
    chinese, japanese = evidence_of("汉字", "これは漢字")

    assert (chinese[OTHER], SCRIPT_NAMES[chinese[SCRIPT]]) == (4, "Han")
    assert (japanese[OTHER], SCRIPT_NAMES[japanese[SCRIPT]]) == (10, "Kana")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("die Kinder", TOO_SHORT),
        ("good morning zu all", TOO_SHORT),
        ("Coward", EVIDENTLY_ENGLISH),
        ("good morning to all", EVIDENTLY_ENGLISH),
        ("good morning to all of you, whether you are Waldemar or Friedel", EVIDENTLY_ENGLISH),
        ("good morning to you and Friedelind", EVIDENTLY_ENGLISH),
        (f"{LONG}, whether you are Waldemar Schmitz or Friedel Schulze", EVIDENTLY_ENGLISH),
        (f"{LONG}, das ist wirklich sehr schön von euch", ENGLISH_AND_MORE),
        (f"{LONG}, день за днем", ENGLISH_AND_MORE),
        ("what a lovely morning, thank you all", EVIDENTLY_ENGLISH),
        ("das ist doch alles Unsinn hier", DOUBTFUL),
        ("what a lovely day, совершенно не согласен", DOUBTFUL),
    ],
)
def test_what_follows_from_the_evidence(text: str, finding: int) -> None:
    """Comments of English words are English, short ones if no other language has them, and long ones of mostly such; others are weighed."""
    assert evidence_of(text)[0, FINDING] == finding


def test_letters_that_may_look_like_others_are_seen() -> None:
    """Cyrillic letters may look like Latin ones, accents do not; where a comment is evidently English, nobody asks."""
    assert evidence_of("die Größe", "die дума", "good morning to all of you \u2026")[:, HIGH].tolist() == [0, 1, 0]


def test_what_is_not_evidently_english_is_counted() -> None:
    """How many comments have to be looked at is told with the evidence."""
    assert others_among("good morning to all", "good morning to all of us") == 0
    assert others_among("good morning to all", "die", "das ist doch alles Unsinn hier", "good day, день за днем") == 3


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does."""
    evidence = evidence_of(*TEXTS).tolist()

    with python_bodies(kernels, comment_words, letter_ngrams, language_weights, scripts):
        assert evidence_of(*TEXTS).tolist() == evidence
