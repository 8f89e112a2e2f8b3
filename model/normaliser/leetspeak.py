"""How letters, digits and signs are read as a word of the lexicon: leetspeak and drawn-out letters.

Each function that reads a word writes it to ``replacement`` and returns its size, 0 if there is none.
"""

from model.array_types import ByteArray
from model.normaliser.ascii import LEET, is_leet, is_letter
from model.normaliser.buffers import Scratch, copy_word
from model.normaliser.hashing import CHARGED, Lexicon, look_up
from model.numba_cache import inner

__all__ = [
    "CHARGED_ONLY",
    "FEWEST_LETTERS",
    "LONGEST",
    "SHORTEN",
    "count_readings",
    "decode_leetspeak",
    "is_acceptable",
    "nth_reading",
    "undo_drawn_out",
    "write_reading",
]

LONGEST = 40
"""The letters of a token that the rules look at; a longer one is only shortened."""
SHORTEN = -1
"""In the place of the size of a word: the letters are to be kept, but none of them more than twice in a row."""
FEWEST_LETTERS = 4
"""The letters that a word has at least if it is read out of a disguise without being charged."""
CHARGED_ONLY = 99
"""In the place of ``FEWEST_LETTERS``: more than any word has, so that only charged words are acceptable."""

_CHOICES = 4  # signs, or repeated letters, that are read in either of two ways; all that follow are read as the last of them


@inner
def is_acceptable(flags: int, size: int, fewest: int) -> bool:
    """Whether a word with these flags may be read out of a disguise: a charged one, or any of at least so many letters."""
    return flags & CHARGED != 0 or (flags != 0 and size >= fewest)


@inner
def _count_runs(word: ByteArray, size: int) -> int:
    """Return how many letters of word[:size] come twice or more in a row."""
    runs = 0
    for i in range(1, size):
        if word[i] == word[i - 1] and (i == 1 or word[i] != word[i - 2]):
            runs += 1
    return runs


@inner
def _cut_runs(word: ByteArray, size: int, choice: int, replacement: ByteArray) -> int:
    """Write word[:size] with each run of a letter cut to one or two; bit k of choice says that run k is cut to one."""
    n = 0
    run = -1
    i = 0
    while i < size:
        j = i + 1
        while j < size and word[j] == word[i]:
            j += 1
        replacement[n] = word[i]
        n += 1
        if j - i > 1:
            run += 1
            if not (choice >> min(run, _CHOICES - 1)) & 1:
                replacement[n] = word[i]
                n += 1
        i = j
    return n


@inner
def _collapse(word: ByteArray, size: int, lexicon: Lexicon, fewest: int, replacement: ByteArray) -> int:
    """Find an acceptable word that word[:size] is once its repeated letters are cut to one or two."""
    runs = _count_runs(word, size)
    if runs == 0:
        return 0
    for choice in range(1 << min(runs, _CHOICES)):
        n = _cut_runs(word, size, choice, replacement)
        if is_acceptable(look_up(lexicon, replacement, 0, n), n, fewest):
            return n
    return 0


@inner
def count_readings(raw: ByteArray, size: int) -> int:
    """Return how many ways there are to read the signs of raw[:size], 16 at most; 0 if one of them stands for no letter."""
    ambiguous = 0
    for i in range(size):
        if not is_letter(raw[i]):
            if not is_leet(raw[i]):
                return 0
            if LEET[raw[i], 1] != 0:
                ambiguous += 1
    return 1 << min(ambiguous, _CHOICES)


@inner
def nth_reading(n: int, readings: int) -> int:
    """Return which reading of ambiguous signs comes n-th: those that read all alike come first (0 and the last), then the mixed ones."""
    return n // 2 if n % 2 == 0 else readings - 1 - n // 2


@inner
def write_reading(raw: ByteArray, size: int, reading: int, candidate: ByteArray) -> None:
    """Write raw[:size] with letters for signs to candidate; bit k of a reading says which letter the k-th ambiguous sign is."""
    ambiguous = 0
    for i in range(size):
        b = raw[i]
        if is_letter(b):
            candidate[i] = b
        elif LEET[b, 1] != 0:
            candidate[i] = LEET[b, (reading >> min(ambiguous, _CHOICES - 1)) & 1]
            ambiguous += 1
        else:
            candidate[i] = LEET[b, 0]


@inner
def decode_leetspeak(raw: ByteArray, size: int, lexicon: Lexicon, fewest: int, room: Scratch) -> int:
    """Read raw[:size], letters and the signs that stand for them, as an acceptable word (sh1t, $hiiit)."""
    if size < 3 or size > LONGEST:
        return 0
    readings = count_readings(raw, size)
    for n in range(readings):
        write_reading(raw, size, nth_reading(n, readings), room.candidate)
        if is_acceptable(look_up(lexicon, room.candidate, 0, size), size, fewest):
            return copy_word(room.candidate, size, room.replacement)
        length = _collapse(room.candidate, size, lexicon, fewest, room.replacement)
        if length > 0:
            return length
    return 0


@inner
def undo_drawn_out(data: ByteArray, lo: int, hi: int, longest_run: int, lexicon: Lexicon, replacement: ByteArray) -> int:
    """Find the word that letters were repeated in (fuuuck); SHORTEN if there is none but a letter comes three times or more."""
    size = _collapse(data[lo:hi], hi - lo, lexicon, 2 if longest_run >= 3 else CHARGED_ONLY, replacement)
    return SHORTEN if size == 0 and longest_run >= 3 else size
