"""Reads the comments of our own in languages other than English, from which the readers of those languages learn.

A file, ``<tag>.txt``, holds a remark, then sections of one label each, a comment a line::

    %% German: comments written for this project
    == fine
    Der Bus kommt gleich.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from model.comment import LABELS, Label
from model.errors import TableError

__all__ = ["LANGUAGE_COMMENTS_FOLDER", "LanguageComment", "load_language_comments"]

LANGUAGE_COMMENTS_FOLDER = Path(__file__).with_name("languages")
"""Where the files lie, one for each language."""

_SECTIONS = {f"== {label.value}": label for label in LABELS}


@dataclass(frozen=True, slots=True)
class LanguageComment:
    """One comment that was written to teach a language.

    Attributes:
        text: the comment.
        label: its right label.
        tag: of its language, such as "de" or "hi-Latn".
    """

    text: str
    label: Label
    tag: str

    @property
    def source(self) -> str:
        """The name under which the comment stands among other training rows, such as "authored-de"."""
        return f"authored-{self.tag}"


def load_language_comments(tag: str | None = None, folder: Path = LANGUAGE_COMMENTS_FOLDER) -> tuple[LanguageComment, ...]:
    """Return the comments of a language, or those of all languages in the order of their tags.

    Args:
        tag: of the language; None for all. A language without a file has no comments.
        folder: where the files lie.

    Raises:
        TableError: a file cannot be understood, holds a comment twice, or lacks a label.
    """
    files = sorted(folder.glob("*.txt")) if tag is None else [file for file in folder.glob("*.txt") if file.stem == tag]
    return tuple(comment for file in files for comment in _read_file(file))


def _read_file(file: Path) -> Iterator[LanguageComment]:
    label: Label | None = None
    found: set[Label] = set()
    first_line_of: dict[str, int] = {}
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise TableError(f"{file.name} is not UTF-8") from error
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.startswith("%%"):
            continue
        if line.startswith("=="):
            if line not in _SECTIONS:
                raise TableError(f"{file.name}, line {number}: a section is one of {', '.join(_SECTIONS)}")
            label = _SECTIONS[line]
            continue
        if label is None:
            raise TableError(f"{file.name}, line {number}: a comment before the first section")
        earlier = first_line_of.setdefault(" ".join(line.casefold().split()), number)
        if earlier != number:
            raise TableError(f"{file.name}, line {number}: the same comment as in line {earlier}")
        found.add(label)
        yield LanguageComment(line, label, file.stem)
    if missing := [label.value for label in LABELS if label not in found]:
        raise TableError(f"{file.name} has no comment that is {' or '.join(missing)}")
