"""Texts are folded alike with and without the way back, in time that grows with them."""

import sys
import time
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from service.judging.lists.matching_text import fold_for_matching, fold_with_offsets

# Letters and marks that fold to more, to fewer or to other letters, or join one another.
ODD = "aÀ\u0301\u0316\u200b\ufb01ǅ\u1100\u1161\u11a8각ﾊﾞカ\u3099\u0b47\u0b3e\u0f73ﷺ①ＡßİΣ\U0001d400\U0001f595\ufe0f"


@example("\u1100\u1161\u11a8")
@example("a" + "\u0301" * 40 + "\u0f73")
@given(st.text() | st.text(ODD, max_size=40))
def test_the_way_back_changes_nothing(text: str) -> None:
    """A text is folded to the same letters with and without the way back, which leads from each letter to a part of the text, in order."""
    folded = fold_with_offsets(text)

    assert folded.text == fold_for_matching(text)
    begins, ends = folded.begin.tolist(), folded.end.tolist()
    assert all(0 <= begin < end <= len(text) for begin, end in zip(begins, ends, strict=True))
    assert begins == sorted(begins)


def test_letters_lead_back() -> None:
    """Each letter leads back to what it was made of."""
    text = "Ca\u200bfe\u0301 ﬁn"
    folded = fold_with_offsets(text)
    sources = [text[begin:end] for begin, end in zip(folded.begin, folded.end, strict=True)]

    assert list(zip(folded.text, sources, strict=True)) == [
        ("c", "C"),
        ("a", "a"),
        ("f", "f"),
        ("é", "e\u0301"),
        (" ", " "),
        ("f", "ﬁ"),
        ("i", "ﬁ"),
        ("n", "n"),
    ]


def test_marks_in_a_row_take_no_longer_than_letters() -> None:
    """A letter with very many marks on it, in the order that is hardest to sort, is folded in time in proportion to them."""
    durations: dict[int, list[float]] = {10_000: [], 100_000: []}
    for _ in range(3):
        for size, seconds in durations.items():
            text = "a" + "\u0300\u0316" * (size // 2)
            began = time.thread_time()
            fold_for_matching(text)
            seconds.append(time.thread_time() - began)

    assert min(durations[100_000]) < 30 * min(durations[10_000])


def test_all_marks_are_known() -> None:
    """No character at all can be put in a row long enough to be sorted slowly; few marks stay as they are."""
    kept = 0
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) and fold_for_matching(character):
            kept += 1
            assert len(unicodedata.normalize("NFD", fold_for_matching(character * 100))) <= 120, hex(code)
            assert fold_for_matching("x" + character * 30) == unicodedata.normalize("NFKC", "x" + character * 30).casefold()
    assert kept > 800
