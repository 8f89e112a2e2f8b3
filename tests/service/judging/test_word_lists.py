"""Lists of words and patterns match the texts that they describe, in linear time."""

import time

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
        ([], ["a"] * 1001, "at most"),
        (["a"] * 50_001, [], "at most"),
    ],
)
def test_wrong_rules_are_named(words: list[str], patterns: list[str], reason: str) -> None:
    """An entry that can never match, or is no regular expression, is refused, and the error gives its index."""
    with pytest.raises(InputError, match=reason):
        WordLists(words, patterns)


def test_malicious_patterns_do_no_harm() -> None:
    """A pattern for which backtracking takes exponential time is matched at once."""
    assert WordLists([], ["^(a+)+$", "(x+x+)+y"]).match("a" * 20_000 + "!" + "x" * 20_000) is None


def test_entries_that_begin_alike_do_no_harm() -> None:
    """A text made of the word with which all entries of a long list begin takes no longer; the first of several that match is named."""
    rules = WordLists(["buy it now", *(f"buy offer{number}" for number in range(49_997)), "buy it", "buy"])
    began = time.process_time()
    assert rules.match("buyer " + "buy_ " * 20_000) is None
    assert time.process_time() - began < 2
    assert (rules.match("so buy it now"), rules.match("so buy it"), rules.match("so buy, please")) == ("buy it now", "buy it", "buy")


@given(st.text(max_size=50), st.lists(st.sampled_from(["casino", "buy now", "été"])))
def test_any_text_is_matched(text: str, words: list[str]) -> None:
    """Any text can be matched; a text that holds a word by itself matches that word."""
    rules = WordLists(words, ["[0-9]{3}"])

    rules.match(fold_for_matching(text))
    for word in words:
        assert rules.match(fold_for_matching(f"{text} ; {word} ; {text}")) is not None
