"""The compiled half of the normalisation: UTF-8 bytes in, normalised UTF-8 bytes out, with the way back.

``model.text.unicode`` has already brought every code point into its plainest form, so what is left here is ASCII work: case,
blanks, web addresses, mentions, drawn-out letters, and the undoing of disguises. A disguise (``sh1t``, ``f u c k``,
``fu.ck``) is undone only where that makes a word of the lexicon, so that "142,460", "3.5 km" or "C++" stay as they are.

Everything here is compiled by Numba and called inside the kernels of ``model.ngrams``. Most tokens are words of the lexicon, so the
rules are asked in an order that is done with such a word first; there is one set of rules, and no shortcut that would have to agree
with them.
"""

from typing import NamedTuple

from model.array_types import ByteArray
from model.normaliser.ascii import is_digit, is_leet, is_letter, is_name_byte, is_separator
from model.normaliser.buffers import Buffers, Scratch, TracedBytes, append, append_word
from model.normaliser.clean import clean, name_exposed_addresses
from model.normaliser.hashing import Lexicon
from model.normaliser.leetspeak import CHARGED_ONLY, FEWEST_LETTERS, LONGEST, SHORTEN, decode_leetspeak, undo_drawn_out
from model.normaliser.masked_letters import unmask_letter
from model.normaliser.obfuscation import begins_single_letters, is_numeric, join_halves, join_separated, join_single_letters
from model.normaliser.placeholders import name_mention, name_placeholder
from model.normaliser.spelling import FAMILIAR, RARE, correct_typo, split_compound, split_prefix, undo_homophone
from model.normaliser.token_parts import TokenParts, nothing_at, take_apart
from model.numba_cache import inlined, inner

__all__ = ["normalise_bytes"]

_FEWEST_OF_TWO, _FEWEST_OF_THREE = 6, 9  # letters of what consists of two words, or of three


class _Replacement(NamedTuple):
    """What is written in the place of data[begin:end]: so many bytes of the scratch's replacement; nothing if it is 0, or SHORTEN."""

    begin: int
    end: int
    size: int


class _Counts(NamedTuple):
    """How many letters, leet signs, separators and other bytes a token has."""

    letters: int
    leet: int
    separators: int
    others: int


@inner
def _count(data: ByteArray, lo: int, hi: int) -> _Counts:
    letters = leet = separators = others = 0
    for k in range(lo, hi):
        b = data[k]
        if is_letter(b):
            letters += 1
        elif is_leet(b):
            leet += 1
        elif is_separator(b):
            separators += 1
        else:
            others += 1
    return _Counts(letters, leet, separators, others)


@inlined
def _read_unknown_word(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, room: Scratch) -> int:
    """Read an unknown word as the two words that it certainly consists of, as the one next to it, or as two or three rarer ones."""
    letters = hi - lo
    size = undo_homophone(data, lo, hi, lexicon, room.replacement)
    if size == 0 and letters >= _FEWEST_OF_TWO:
        size = split_compound(data, lo, hi, lexicon, FAMILIAR, room.replacement)
    if size == 0:
        size = correct_typo(data, lo, hi, lexicon, room.hashes, room.replacement)
    if size == 0 and letters >= _FEWEST_OF_TWO:
        size = split_compound(data, lo, hi, lexicon, RARE, room.replacement)
    if size == 0 and letters >= _FEWEST_OF_THREE:
        size = split_prefix(data, lo, hi, lexicon, room.replacement)
    return size


@inlined
def _read_word(data: ByteArray, token: TokenParts, following: TokenParts, size: int, lexicon: Lexicon, room: Scratch) -> _Replacement:
    """Read a token that is nothing but letters and the punctuation around them."""
    lo, hi = token.lo, token.hi
    if hi - lo > LONGEST:
        return _Replacement(lo, hi, SHORTEN if token.longest_run > 2 else 0)
    if token.flags == 0 and token.longest_run > 1:
        length = undo_drawn_out(data, lo, hi, token.longest_run, lexicon, room.replacement)
        if length != 0:
            return _Replacement(lo, hi, length)
    if begins_single_letters(token, following):
        length, end = join_single_letters(data, lo, size, lexicon, room)
        if length > 0:
            return _Replacement(lo, end, length)
    if hi == token.end:
        length, end = join_halves(data, token, following, lexicon, room.replacement)
        if length > 0:
            return _Replacement(lo, end, length)
    return _Replacement(lo, hi, _read_unknown_word(data, lo, hi, lexicon, room) if token.flags == 0 else 0)


@inner
def _is_wrapped(data: ByteArray, lo: int, hi: int) -> bool:
    """Whether digits stand at both ends, as hardly ever in a number with its unit, but in 1d107."""
    return hi - lo >= 5 and is_digit(data[lo]) and is_digit(data[hi - 1])


@inlined
def _read_signs(data: ByteArray, token: TokenParts, following: TokenParts, size: int, lexicon: Lexicon, room: Scratch) -> _Replacement:
    """Read a token that is more than letters and the punctuation around them."""
    lo, hi = token.lo, token.hi
    width = hi - lo
    if width > 1 and data[lo] == ord("@") and is_name_byte(data[lo + 1]):
        length, end = name_mention(data, lo, hi, lexicon, room)
        return _Replacement(lo, end, length)
    if width > LONGEST:
        return _Replacement(lo, hi, 0)
    has = _count(data, lo, hi)
    if has.leet == 1 and begins_single_letters(token, following):
        length, end = join_single_letters(data, lo, size, lexicon, room)
        return _Replacement(lo, end, length)
    if has.letters == 0:
        return _Replacement(lo, hi, 0)
    length = 0
    numeric = has.others == 0 and is_numeric(data, lo, hi, lexicon)
    if has.others == 0 and has.separators == 0 and (not numeric or _is_wrapped(data, lo, hi)):
        length = decode_leetspeak(data[lo:hi], width, lexicon, FEWEST_LETTERS if has.letters * 3 >= width else CHARGED_ONLY, room)
    if length == 0 and has.letters > 1 and not numeric:
        length = unmask_letter(data, lo, hi, lexicon, room.raw, room.replacement)
    if length == 0 and has.letters > 1 and has.others == 0:
        length = join_separated(data, lo, hi, has.letters, lexicon, room)
    return _Replacement(lo, hi, length)


@inlined
def _read_token(data: ByteArray, token: TokenParts, following: TokenParts, size: int, lexicon: Lexicon, room: Scratch) -> _Replacement:
    """Decide what is written in the place of a token of data[:size], or of a part of it; a few reach into those that follow."""
    if token.lo == token.hi:
        return _Replacement(token.lo, token.hi, 0)
    if token.begin < token.lo or token.letters_end < token.hi:
        length, end = name_placeholder(data, token.begin, token.end, room.replacement)
        if length > 0:
            return _Replacement(token.begin, end, length)
    if token.letters_end == token.hi:
        return _read_word(data, token, following, size, lexicon, room)
    return _read_signs(data, token, following, size, lexicon, room)


@inner
def _append_shortened(text: TracedBytes, lo: int, hi: int, out: TracedBytes, n: int) -> int:
    """Append the letters text[lo:hi] to out[:n], none of them more than twice in a row; return the new n."""
    run = 0
    for k in range(lo, hi):
        run = run + 1 if k > lo and text.data[k] == text.data[k - 1] else 1
        if run <= 2:
            n = append(text, k, k + 1, out, n)
    return n


@inner
def _append_replacement(text: TracedBytes, lo: int, hi: int, word: ByteArray, size: int, out: TracedBytes, n: int) -> int:
    """Append word[:size] to out[:n] in the place of text[lo:hi]: letter stands for letter if the sizes agree, else each for the whole."""
    if size != hi - lo:
        return append_word(word, size, text.begin[lo] if out.begin.size else 0, text.end[hi - 1] if out.begin.size else 0, out, n)
    n = append(text, lo, hi, out, n)
    for k in range(size):
        out.data[n - size + k] = word[k]
    return n


@inner
def _undo_disguises(text: TracedBytes, size: int, lexicon: Lexicon, out: TracedBytes, room: Scratch) -> int:
    """Read the tokens of text[:size] one after the other and write what they are read as.

    Returns:
        The size written to out, -1 if there was nothing to undo (then nothing is written either).
    """
    n = 0
    copied = 0
    at = 0
    token = nothing_at(0)
    while token.begin < size:
        following = take_apart(text.data, at, size, lexicon)
        begin, end, length = _read_token(text.data, token, following, size, lexicon, room)
        if length != 0:
            n = append(text, copied, begin, out, n)
            if length == SHORTEN:
                n = _append_shortened(text, begin, end, out, n)
            else:
                n = _append_replacement(text, begin, end, room.replacement, length, out, n)
            copied = end
            if end > token.end:
                at = end
                token = nothing_at(at)
                continue
        token = following
        at = token.end
    return append(text, copied, size, out, n) if copied > 0 else -1


@inner
def normalise_bytes(src: ByteArray, lo: int, hi: int, lexicon: Lexicon, room: Buffers) -> int:
    """Normalise src[lo:hi], with each byte's range in the source (counted from lo on).

    The passes are repeated until nothing changes, which makes the normalisation idempotent. They end, for every change but
    one shortens the text or turns a sign into a letter, and that one, naming a mention, can happen to each "@" only once.

    Args:
        src: UTF-8 as ``model.text.unicode`` leaves it.
        lo: where the text begins in it.
        hi: where it ends.
        lexicon: as ``model.normaliser.lexicon`` packs it.
        room: buffers for at least hi - lo bytes.

    Returns:
        The size of the normalised text, which is in room.text.
    """
    text, other, swapped = room.text, room.other, False
    size, may_expose = clean(src, lo, hi, text)
    while True:
        n = _undo_disguises(text, size, lexicon, other, room.scratch)
        if n >= 0:
            may_expose = True
        elif may_expose:
            n = name_exposed_addresses(text, size, other)
            may_expose = False
        if n < 0:
            break
        text, other, size, swapped = other, text, n, not swapped
    if swapped:
        append(text, 0, size, other, 0)
    return size
