"""Lists of words and patterns match the texts that they describe, in linear time."""

import pickle
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.errors import InputError
from service.judging.word_lists import WordLists, fold_for_matching, text_to_match


@pytest.mark.parametrize(
    ("word", "text", "matches"),
    [
        ("casino", "The CASINO is open", True),
        ("casino", "casinos are open", False),
        ("casino", "(casino)", True),
        ("Casino", "ｃａｓｉｎｏ", True),
        ("casino", "cas\u200bino", True),
        ("buy now", "Buy - now!", True),
        ("buy now", "buy it now", False),
        ("straße", "STRASSE", True),
        ("коза", "Коза и козёл", True),
        ("коз", "Коза и козёл", False),
        ("a b", "a a b", True),
        ("x", "", False),
    ],
)
def test_words_match_as_whole_words(word: str, text: str, matches: bool) -> None:
    """A word matches where it stands alone, no matter its case, its width or invisible characters in it."""
    assert (WordLists([word], []).match(fold_for_matching(text)) == word) == matches


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"v.{0,2}agra", "Cheap V1@GRA", False),
        (r"v.{0,2}agra", "Cheap V1agra", True),
        (r"https?://\S*\.example\b", "see HTTP://shop.example today", True),
        (r"^first$", "not first", False),
        ("a", "\ud800a", True),
    ],
)
def test_patterns_match_anywhere(pattern: str, text: str, matches: bool) -> None:
    """A pattern matches anywhere in the text, no matter the case."""
    assert (WordLists([], [pattern]).match(fold_for_matching(text)) == pattern) == matches


def test_markup_is_no_text() -> None:
    """Entries are matched against the text of a comment without its mark-up."""
    rules = WordLists(["casino"], [])

    assert rules.match(text_to_match(Comment("1", "<b>cas</b>ino", format=Format.HTML))) == "casino"
    assert rules.match(text_to_match(Comment("1", '<i class="casino">x</i>', format=Format.HTML))) is None


@pytest.mark.parametrize(
    ("words", "patterns", "reason"),
    [
        (["fine", "!?"], [], r"words\[1\]"),
        (["x" * 501], [], r"words\[0\]"),
        ([], ["fine", "("], r"patterns\[1\].*missing \)"),
        ([], [r"(a)\1"], r"patterns\[0\]"),
        ([], ["a" * 501], r"patterns\[0\]"),
        ([], ["a"] * 1001, "more than 1000 entries"),
        (["a"] * 50_001, [], "more than 50000 entries"),
    ],
)
def test_wrong_rules_are_named(words: list[str], patterns: list[str], reason: str) -> None:
    """An entry that can never match, or is no regular expression, is refused, and the error gives its index."""
    with pytest.raises(InputError, match=reason):
        WordLists(words, patterns)


def test_malicious_patterns_do_no_harm() -> None:
    """A pattern for which backtracking takes exponential time is matched at once."""
    assert WordLists([], ["^(a+)+$", "(x+x+)+y"]).match("a" * 20_000 + "!" + "x" * 20_000) is None


def test_the_first_word_of_a_text_is_named() -> None:
    """Of several words that match, the one that begins first is named, of those that begin alike the first in the list; then patterns."""
    lists = WordLists(["buy it now", "buy it", "buy", "now"], ["n.w", "^b"])

    assert (lists.match("so buy it now"), lists.match("so buy it"), lists.match("so buy, now")) == ("buy it now", "buy it", "buy")
    assert (lists.match("b n-w"), lists.match("buyer")) == ("n.w", "^b")


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


def test_lists_travel_to_other_processes() -> None:
    """Lists that have been pickled match as before."""
    lists = pickle.loads(pickle.dumps(WordLists(["you are"], ["x+y"])))

    assert lists == WordLists(["you are"], ["x+y"])
    assert (lists.match("so you are"), lists.match("xxy")) == ("you are", "x+y")


def test_costs_grow_with_the_patterns() -> None:
    """Without entries matching costs nothing; large patterns cost more than small ones."""
    costs = [WordLists().max_cost, WordLists(["a"]).max_cost, WordLists([], ["a"]).max_cost, WordLists([], ["a.{99}"]).max_cost]

    assert costs == sorted(set(costs))
    assert costs[0] == 0


@given(st.text(max_size=50), st.lists(st.sampled_from(["casino", "buy now", "été"])))
def test_any_text_is_matched(text: str, words: list[str]) -> None:
    """Any text can be matched; a text that holds a word by itself matches that word."""
    rules = WordLists(words, ["[0-9]{3}"])

    rules.match(fold_for_matching(text))
    for word in words:
        assert rules.match(fold_for_matching(f"{text} ; {word} ; {text}")) is not None
