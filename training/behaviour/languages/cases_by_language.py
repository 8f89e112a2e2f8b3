"""Comments of our own in other languages than English that test what reads them; nothing is **ever trained on** them.

Each language has a file of its own, ``<tag>.tsv``: a line of headings, then a comment a line, with its kind and what labels are right.
They were written in each language, with the spelling that people use there, and mean to be as short or as long as comments are.
"""

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from model.comment import Label
from model.errors import TableError

__all__ = ["LanguageCase", "LanguageKind", "case_languages", "read_language_cases"]

_FOLDER = Path(__file__).parent
_HEADINGS = ["kind", "right", "text"]
_EITHER = " or "


class LanguageKind(StrEnum):
    """What a comment is an example of."""

    INSULT = "insult"
    THREAT = "threat"
    GROUP_HATE = "group_hate"
    GROUP_MENTION = "group_mention"
    COUNTER_SPEECH = "counter_speech"
    INNOCENT = "innocent"


class LanguageCase(NamedTuple):
    """One comment.

    Attributes:
        language: the tag of the language that it is in.
        kind: what it is an example of.
        right: its right labels, one or two.
        text: the comment.
    """

    language: str
    kind: LanguageKind
    right: frozenset[Label]
    text: str

    @property
    def fine(self) -> bool:
        """Whether the comment is fine."""
        return Label.FINE in self.right


def case_languages(folder: Path = _FOLDER) -> tuple[str, ...]:
    """Return the tags of the languages that have cases, in alphabetical order."""
    return tuple(sorted(path.stem for path in folder.glob("*.tsv")))


def read_language_cases(language: str, folder: Path = _FOLDER) -> tuple[LanguageCase, ...]:
    """Read the cases of a language, in the order of its file.

    Args:
        language: its tag, one of ``case_languages(folder)``.
        folder: where the files lie.

    Raises:
        TableError: there is no such language, its file cannot be read, or a line is no case.
    """
    if language not in case_languages(folder):
        raise TableError(f"language {language}: it has no behaviour tests; name one of {', '.join(case_languages(folder))}")
    path = folder / f"{language}.tsv"
    try:
        headings, *lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise TableError(f"{path}: cannot be read ({type(error).__name__}); restore the file") from error
    if headings.split("\t") != _HEADINGS:
        raise TableError(f"{path}: the first line is not {', '.join(_HEADINGS)} with tabs between; restore it")
    return tuple(_read_line(line, language, f"{path}, line {number}") for number, line in enumerate(lines, 2))


def _read_line(line: str, language: str, place: str) -> LanguageCase:
    """Return the case of a line; ``place`` names it in errors.

    Raises:
        TableError: it is no case.
    """
    try:
        kind, right, text = line.split("\t")
        case = LanguageCase(language, LanguageKind(kind), frozenset(map(Label, right.split(_EITHER))), text)
    except ValueError as error:
        raise TableError(f"{place}: not a case; write its kind, its right labels and its text with tabs between") from error
    if not text.strip() or (case.fine and len(case.right) > 1):
        raise TableError(f"{place}: a case has a text, and is either fine or abusive")
    return case
