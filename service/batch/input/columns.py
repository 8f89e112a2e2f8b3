"""Which column of a file holds the text of a comment, which its id, its author, what it answers and when it was written."""

from collections.abc import Sequence

from model.errors import DumpError
from service.batch.rows import Columns, Wanted

__all__ = ["ID_NAMES", "TEXT_NAMES", "check_kept", "choose", "find", "knows_text"]

TEXT_NAMES = (
    *("text", "body", "comment_text", "comment_body", "comment", "content", "message", "tweet", "full_text"),
    *("post_text", "post_body", "post", "review_text", "review", "sentence", "raw_text", "body_text"),
)
"""What a text column is called, compared without case; the first that a file has is taken."""

ID_NAMES = ("id", "comment_id", "_id", "cid", "commentid", "tweet_id", "post_id", "message_id", "review_id", "uuid", "guid", "rev_id")
"""What an id column is called, compared without case; the first that a file has is taken."""

_AUTHOR_NAMES = (
    *("author", "author_name", "username", "user_name", "screen_name", "user", "author_id", "user_id", "userid", "authorid"),
    *("nickname", "commenter", "poster", "posted_by", "created_by"),
)
_PARENT_NAMES = (
    *("parent_id", "parent", "parent_comment_id", "parentid", "in_reply_to", "in_reply_to_id", "in_reply_to_status_id"),
    *("inreplyto", "reply_to", "reply_to_id", "replyto"),
)
_TIME_NAMES = (
    *("created_at", "created_utc", "createdat", "created", "timestamp", "published_at", "publishedat", "published"),
    *("created_date", "date_created", "creation_date", "datetime", "date", "time", "posted_at", "comment_date"),
)

_MOST_NAMES = 20
_LONGEST_NAME = 40


def knows_text(names: Sequence[str], wanted: Wanted) -> bool:
    """Tell whether one of the names is the wanted or a known text column."""
    return any(find(names, name) for name in ([wanted.text_column] if wanted.text_column else TEXT_NAMES))


def choose(names: Sequence[str], wanted: Wanted, *, file: str, speaking: set[str] | None = None) -> Columns:
    """Choose the columns of a file.

    Args:
        names: the columns that the file has, in order.
        wanted: what the caller says.
        file: the file's name, for the message.
        speaking: names that hold text; None if that is not known. A known name that never does (a count of comments, say) must
            not hide one that does.

    Raises:
        DumpError: a wanted column is not there, no column is known to hold the text, or a chosen name stands for several.
    """
    known_id = _choose(names, wanted.id_column, known=ID_NAMES, option="--id-column", file=file)
    text = _choose_text(names, wanted, file=file, speaking=speaking, known_id=known_id)
    taken = {text, known_id}
    rest = [name for name in names if name not in taken]
    return Columns(
        text,
        known_id,
        _other(rest, names, wanted.author_column, known=_AUTHOR_NAMES, option="--author-column", file=file),
        _other(rest, names, wanted.parent_column, known=_PARENT_NAMES, option="--parent-column", file=file),
        _other(rest, names, wanted.time_column, known=_TIME_NAMES, option="--time-column", file=file),
    )


def _choose_text(names: Sequence[str], wanted: Wanted, *, file: str, speaking: set[str] | None, known_id: str | None) -> str:
    if speaking is not None and wanted.text_column is None:
        if speaking <= {known_id}:
            return "text"
        names = [name for name in names if name in speaking]
    text = _choose(names, wanted.text_column, known=TEXT_NAMES, option="--text-column", file=file)
    if text is None:
        raise DumpError(f"{file}: no column is known to hold the text; name it with --text-column ({_has(names)})")
    return text


def _other(rest: Sequence[str], names: Sequence[str], given: str | None, *, known: Sequence[str], option: str, file: str) -> str | None:
    """Choose a column that may be left out: what stands for several is nobody's unless it was asked for."""
    if given is not None:
        return _choose(names, given, known=known, option=option, file=file)
    return next((found[0] for name in known if len(found := find(rest, name)) == 1), None)


def check_kept(names: Sequence[str], wanted: Wanted, *, file: str) -> None:
    """Make sure that a file has the columns that are to be kept.

    Raises:
        DumpError: it has not.
    """
    for name in wanted.keep:
        if name not in names:
            raise DumpError(f"{file}: there is no column {_spoken(name)}; check --keep ({_has(names)})")


def _choose(names: Sequence[str], wanted: str | None, *, known: Sequence[str], option: str, file: str) -> str | None:
    for name in (wanted,) if wanted is not None else known:
        found = find(names, name)
        if len(found) > 1:
            called = _spoken(found[0])
            raise DumpError(f"{file}: {len(found)} columns are called {called}; rename one, or name another with {option} ({_has(names)})")
        if found:
            return found[0]
    if wanted is not None:
        raise DumpError(f"{file}: there is no column {_spoken(wanted)}; check {option} ({_has(names)})")
    return None


def find(names: Sequence[str], name: str) -> list[str]:
    """Return the columns of that name: exactly, or else without regard to case."""
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
