"""Which column of a file holds the text of a comment, and which its id."""

from collections.abc import Sequence

from model.errors import DumpError
from service.batch.rows import Wanted

__all__ = ["ID_NAMES", "TEXT_NAMES", "choose_id", "choose_text", "knows_text"]

TEXT_NAMES = (
    *("text", "body", "comment_text", "comment_body", "comment", "content", "message", "tweet", "full_text"),
    *("post_text", "post_body", "post", "review_text", "review", "sentence", "raw_text", "body_text"),
)
"""What a text column is called, compared without case; the first that a file has is taken."""

ID_NAMES = ("id", "comment_id", "_id", "cid", "commentid", "tweet_id", "post_id", "message_id", "review_id", "uuid", "guid", "rev_id")
"""What an id column is called, compared without case; the first that a file has is taken."""

_MOST_NAMES = 20
_LONGEST_NAME = 40


def knows_text(names: Sequence[str], wanted: Wanted) -> bool:
    """Tell whether one of the names is the wanted or a known text column."""
    return any(_find(names, name) for name in ([wanted.text_column] if wanted.text_column else TEXT_NAMES))


def choose_text(names: Sequence[str], wanted: Wanted, *, file: str) -> str:
    """Choose the column that holds the text.

    Args:
        names: the columns that the file has, in order.
        wanted: what the caller says.
        file: the file's name, for the message.

    Raises:
        DumpError: the wanted column is not there, no column is known to hold text, or the chosen name stands for several.
    """
    text = _choose(names, wanted.text_column, known=TEXT_NAMES, option="--text-column", file=file)
    if text is None:
        raise DumpError(f"{file}: no column is known to hold the text; name it with --text-column ({_has(names)})")
    return text


def choose_id(names: Sequence[str], wanted: Wanted, *, file: str) -> str | None:
    """Choose the column that holds the id; None if the file has none that is known.

    Arguments as of ``choose_text``.

    Raises:
        DumpError: the wanted column is not there, or the chosen name stands for several.
    """
    return _choose(names, wanted.id_column, known=ID_NAMES, option="--id-column", file=file)


def _choose(names: Sequence[str], wanted: str | None, *, known: Sequence[str], option: str, file: str) -> str | None:
    for name in (wanted,) if wanted is not None else known:
        found = _find(names, name)
        if len(found) > 1:
            called = _spoken(found[0])
            raise DumpError(f"{file}: {len(found)} columns are called {called}; rename one, or name another with {option} ({_has(names)})")
        if found:
            return found[0]
    if wanted is not None:
        raise DumpError(f"{file}: there is no column {_spoken(wanted)}; check {option} ({_has(names)})")
    return None


def _find(names: Sequence[str], name: str) -> list[str]:
    exact = [candidate for candidate in names if candidate == name]
    return exact or [candidate for candidate in names if _folded(candidate) == _folded(name)]


def _has(names: Sequence[str]) -> str:
    if not names:
        return "the file names no column"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"columns: {', '.join(map(_spoken, names[:_MOST_NAMES]))}{more}"


def _spoken(name: str) -> str:
    # A file without a header has a comment where the names should be: no message may hold more than its first words.
    shown = "".join(char if char.isprintable() else " " for char in name[:_LONGEST_NAME])
    return f"“{shown}…”" if len(name) > _LONGEST_NAME else f"“{shown}”"


def _folded(name: str) -> str:
    return name.strip().casefold()
