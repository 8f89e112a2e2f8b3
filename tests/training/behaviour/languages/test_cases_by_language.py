"""The behaviour tests by language: there are enough of each kind, each only once, and nobody learns them."""

from collections import Counter
from pathlib import Path

import pytest

from model.comment import Label
from model.errors import TableError
from training.behaviour.languages.cases_by_language import LanguageKind, case_languages, read_language_cases

LANGUAGES = (
    *("ar", "bn", "cs", "da", "de", "el", "es", "fa", "fi", "fr", "he", "hi", "hi-Latn", "id", "it"),
    *("ja", "ko", "nl", "pl", "pt", "ro", "ru", "sv", "ta", "te", "tr", "uk", "ur-Latn", "vi", "zh"),
)
FEWEST = {
    LanguageKind.INSULT: 12,
    LanguageKind.THREAT: 8,
    LanguageKind.GROUP_HATE: 10,
    LanguageKind.GROUP_MENTION: 10,
    LanguageKind.COUNTER_SPEECH: 8,
    LanguageKind.INNOCENT: 12,
}
RIGHT = {
    LanguageKind.INSULT: ({Label.TOXIC}, {Label.TOXIC, Label.HATEFUL}),
    LanguageKind.THREAT: ({Label.TOXIC}, {Label.TOXIC, Label.HATEFUL}),
    LanguageKind.GROUP_HATE: ({Label.HATEFUL}, {Label.TOXIC, Label.HATEFUL}),
    LanguageKind.GROUP_MENTION: ({Label.FINE},),
    LanguageKind.COUNTER_SPEECH: ({Label.FINE},),
    LanguageKind.INNOCENT: ({Label.FINE},),
}


def test_the_languages_are_all_there() -> None:
    """Every language that a pack may be made for has its file."""
    assert case_languages() == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_has_enough(language: str) -> None:
    """A language has at least sixty cases, enough of each kind, and labels that suit the kind."""
    cases = read_language_cases(language)
    numbers = Counter(case.kind for case in cases)
    assert len(cases) >= 60
    assert {kind: numbers[kind] for kind in LanguageKind if numbers[kind] < FEWEST[kind]} == {}
    assert [case.text for case in cases if case.right not in RIGHT[case.kind]] == []
    assert all(case.language == language for case in cases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_comment_is_there_once(language: str) -> None:
    """No two comments of a language are equal, case and blanks aside, and none has blanks at its ends."""
    texts = [case.text for case in read_language_cases(language)]
    folded = Counter(" ".join(text.casefold().split()) for text in texts)
    assert [text for text, times in folded.items() if times > 1] == []
    assert [text for text in texts if text != text.strip()] == []


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    """The error says which line it is, whatever is wrong with it."""
    for line in ("insult\ttoxic", "praise\tfine\tx", "insult\trude\tx", "insult\ttoxic\t ", "insult\tfine or toxic\tx"):
        (tmp_path / "xx.tsv").write_text(f"kind\tright\ttext\ninnocent\tfine\tx\n{line}\n")
        with pytest.raises(TableError, match=r"line 3"):
            read_language_cases("xx", tmp_path)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    """A language without cases, an empty file, other headings and bytes that are no UTF-8 are told apart from cases."""
    with pytest.raises(TableError, match="it has no behaviour tests"):
        read_language_cases("xx", tmp_path)
    for content in (b"", b"text\n", b"\xff"):
        (tmp_path / "xx.tsv").write_bytes(content)
        with pytest.raises(TableError, match=r"xx\.tsv"):
            read_language_cases("xx", tmp_path)
