"""Entries that would decide about most comments are found."""

from service.judging.lists.common_words import find_common_entries
from service.judging.lists.word_lists import WordLists

WORDS = ["casino", "The", "18", "18+", "c++", "a$$", "der", "的", "ה", "!", "buy now", "ты", "@everyone", "in the"]
PATTERNS = ["as", "casino", ".*", "^me$", "x+y", r"\bund\b", "[0-9]"]


def test_common_entries_are_found() -> None:
    """Words that are very common, in whichever language, and patterns that match such words are found, and others are not."""
    found = list(find_common_entries(WordLists(WORDS, PATTERNS)))

    assert [entry.entry for entry in found if entry.kind == "words"] == ["The", "18", "der", "的", "!", "ты"]
    assert [entry.entry for entry in found if entry.kind == "patterns"] == ["as", ".*", "^me$", r"\bund\b", "[0-9]"]
    assert all((WORDS if entry.kind == "words" else PATTERNS)[entry.number] == entry.entry for entry in found)
    assert all(WordLists([], [entry.entry]).match(entry.word) for entry in found if entry.kind == "patterns")


def test_long_lists_of_rare_words_are_not_reported() -> None:
    """Lists without any common word have no such entry, and neither have empty lists."""
    assert list(find_common_entries(WordLists([f"word{number}" for number in range(5_000)], ["w[o0]rd"]))) == []
    assert list(find_common_entries(WordLists())) == []
