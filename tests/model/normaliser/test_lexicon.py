"""The lexicon is packed as the kernels read it, and names the words that most comments consist of."""

import numpy as np
import pytest

from model.normaliser import hashing
from model.normaliser import lexicon as lexicon_module
from model.normaliser.hashing import CHARGED, DELETES, DELETES_SIZE, HEADER, LETTERS, STARTS, TABLE, look_up
from model.normaliser.lexicon import frequent_words, load_lexicon, parse_lexicon
from tests.model.python_bodies import python_bodies


def test_every_word_is_found() -> None:
    """Each word of a lexicon is found with its flags, however many there are."""
    words = [f"{first}{second}{third}".encode() for first in "abcdefghij" for second in "klmnopqrst" for third in "uvwxyz"]
    lexicon = parse_lexicon(b"\n".join(word + (b" 3a" if k % 7 == 0 else b" 1p") for k, word in enumerate(words)))
    for k, word in enumerate(words):
        assert look_up(lexicon, np.frombuffer(word, np.uint8), 0, 3) == (3 if k % 7 == 0 else 1)


def test_the_parts_follow_each_other() -> None:
    """The header says where the parts are: the words, the deletes, where the letters of each word begin, the letters."""
    lexicon = parse_lexicon(b"people 1n\nshit 3l")
    assert lexicon[DELETES] == HEADER + lexicon[TABLE]
    assert lexicon[STARTS] == lexicon[DELETES] + lexicon[DELETES_SIZE]
    assert lexicon[LETTERS] == lexicon[STARTS] + 3
    assert lexicon[lexicon[LETTERS] :].tobytes().rstrip(b"\0") == b"peopleshit"


def test_rare_words_are_not_read_for_mistyped_ones() -> None:
    """Rare words, and those of fewer than four letters, are not listed without a letter, unless rare ones are charged."""

    def deletes(line: bytes) -> int:
        lexicon = parse_lexicon(line)
        return int(np.count_nonzero(lexicon[lexicon[DELETES] : lexicon[STARTS]]))

    assert deletes(b"rarely 1e") == deletes(b"the 1p") == 0
    assert deletes(b"rarely 1f") == deletes(b"rarely 3a") == 6
    assert deletes(b"good 1n") == 3  # one of two equal letters is as good as the other


def test_too_many_words_are_refused() -> None:
    """A lexicon of more words than have a number is refused."""
    with pytest.raises(ValueError, match="32767 words, 32766 are the most"):
        parse_lexicon(b"\n".join([b"word 1a"] * 32767))


def test_the_shipped_lexicon_is_loaded() -> None:
    """The lexicon that comes with the package knows everyday words and charged ones."""
    lexicon = load_lexicon()
    assert look_up(lexicon, np.frombuffer(b"people", np.uint8), 0, 6) == 1
    assert look_up(lexicon, np.frombuffer(b"idiot", np.uint8), 0, 5) & CHARGED


def test_frequent_words() -> None:
    """The frequent words are normal, none twice: those of the lexicon, single letters, contractions, placeholders."""
    words = frequent_words()
    assert len(set(words)) == len(words) > 5_000
    assert {b"people", b"a", b"7", b"don't", b"@user", b"http"} <= set(words)


def test_python_and_machine_code_pack_alike() -> None:
    """The tables are filled the same whether what fills them is compiled or not."""
    data = b"people 1n\nshit 3l\nthe 1p\nrarely 1b"
    with python_bodies(hashing, lexicon_module):
        interpreted = parse_lexicon(data)
    assert interpreted.tobytes() == parse_lexicon(data).tobytes()
