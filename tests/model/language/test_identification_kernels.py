"""The evidence of a comment's language: letters, scripts, English words; and the words that the n-grams are taken from."""

import numpy as np
import pytest

from model.language import comment_words, model_file, scripts
from model.language import identification_kernels as kernels
from model.language.identification_kernels import (
    DOUBTFUL,
    ENGLISH,
    EVIDENCE_COLUMNS,
    EVIDENTLY_ENGLISH,
    FINDING,
    OTHER,
    PLAIN,
    SCRIPT,
    TOO_SHORT,
)
from model.language.model_file import NgramTables
from model.language.scripts import SCRIPT_NAMES
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.lexicon import load_lexicon
from tests.model.python_bodies import python_bodies

LEXICON = load_lexicon()
TEXTS = ["", "I do not know, ДА ДА ДА", "@Jürgen http://a.b/c #tag what a lovely day", "soooo Größe HALLO don't", "これは漢字", "x@y Ωμ 😀"]


def evidence_of(*texts: str) -> "np.typing.NDArray[np.int64]":
    evidence = np.empty((len(texts), EVIDENCE_COLUMNS), np.int64)
    kernels.collect_evidence(*pack_bytes([text.encode() for text in texts]), LEXICON, 20, 0.7, evidence)
    return evidence


def marks_of(*texts: str, tags: bool) -> list[bool]:
    marks = np.zeros(len(texts), np.bool_)
    kernels.find_markup(*pack_bytes([text.encode() for text in texts]), tags, 40, marks)
    return marks.tolist()


def cleaned(text: str) -> str:
    data, out = np.frombuffer(text.encode(), np.uint8), np.zeros(len(text.encode()) + 1, np.uint8)
    return out[: kernels._write_cleaned(data, 0, data.size, out)].tobytes().decode()


# The trie of "a" and "ab": states 0 root, 1 after "a", 2 after "ab"; two languages.
EDGES = np.zeros((8, 2), np.uint32)
FALLBACK = np.zeros(3, np.int32)
model_file._build_trie(np.array([0, 1]), np.array([97, 98]), np.array([1, 2]), EDGES, FALLBACK)
TABLES = NgramTables(
    EDGES,
    FALLBACK,
    np.array([-1, 0, 1], np.int32),
    np.array([0, 1, 2], np.int32),
    np.array([0, 1], np.uint8),
    np.array([20, 40], np.uint8),
    np.array([-3.0, -4.0]),
    np.array([-0.5, -0.25]),
)


def scores_of(*texts: str) -> tuple[list[list[float]], list[int]]:
    packed = pack_bytes([text.encode() for text in texts])
    scores = np.empty((len(texts), 2))
    sizes = kernels.score_languages(packed.data, packed.offsets, np.arange(len(texts)), TABLES, scores)
    return scores.tolist(), sizes.tolist()


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
        ("good morning", TOO_SHORT),
        ("good morning zu all", TOO_SHORT),
        ("good morning to all", EVIDENTLY_ENGLISH),
        ("good morning to all of you, whether you are Waldemar or Friedel", EVIDENTLY_ENGLISH),
        ("what a lovely morning, thank you all", EVIDENTLY_ENGLISH),
        ("das ist doch alles Unsinn hier", DOUBTFUL),
        ("what a lovely day, совершенно не согласен", DOUBTFUL),
    ],
)
def test_what_follows_from_the_evidence(text: str, finding: int) -> None:
    """Very short comments have no language; those of English words are English, and long ones of mostly such; others are weighed."""
    assert evidence_of(text)[0, FINDING] == finding


def test_texts_with_markup_are_marked() -> None:
    """A text with a reference, with a tag where there are tags, or beyond the given size is not its own visible text."""
    texts = ("plain text", "a &amp; b", "a <b>", "x" * 41)

    assert marks_of(*texts, tags=True) == [False, True, True, True]
    assert marks_of(*texts, tags=False) == [False, True, False, True]


def test_ngrams_are_taken_from_cleaned_words() -> None:
    """Names are left out, words in capitals lowered, drawn-out letters cut to two; apostrophes stay, other signs are one blank."""
    assert cleaned("@me GROSS, sooooo don't -- Größe") == "gross soo don't Größe"


def test_ngrams_are_weighed_by_the_logarithm_of_their_number() -> None:
    """Each n-gram adds log(1 + how often it occurs) times its logarithm in each language; the prior is added once."""
    (row,), sizes = scores_of("ab ab xa")

    thrice, twice = np.log1p(3), np.log1p(2)
    expected = [-0.5 - 3 * (thrice + twice) + thrice * 20 * 0.05, -0.25 - 4 * (thrice + twice) + twice * 40 * 0.05]
    assert row == pytest.approx(expected)
    assert sizes == [8]


def test_of_a_very_long_comment_the_beginning_is_read() -> None:
    """No more than 192 bytes are scored, and one comment's n-grams do not count in the next one's scores."""
    (long, short), sizes = scores_of("ab " * 1000, "ab")

    assert sizes == [192, 2]
    assert short == scores_of("ab")[0][0]
    assert long == scores_of("ab " * 1000)[0][0]


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does, but for the last bit of a logarithm."""
    evidence, words = evidence_of(*TEXTS).tolist(), [cleaned(text) for text in TEXTS]
    scores, sizes = scores_of("ab AB aab", "", "xaxb")
    marks = marks_of(*TEXTS, tags=True)

    with python_bodies(kernels, comment_words, model_file, scripts):
        assert evidence_of(*TEXTS).tolist() == evidence
        assert [cleaned(text) for text in TEXTS] == words
        assert marks_of(*TEXTS, tags=True) == marks
        uncompiled, uncompiled_sizes = scores_of("ab AB aab", "", "xaxb")
    assert uncompiled_sizes == sizes
    for row, expected in zip(uncompiled, scores, strict=True):
        assert row == pytest.approx(expected, rel=1e-12)
