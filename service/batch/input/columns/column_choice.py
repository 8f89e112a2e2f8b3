"""The choice of a file's columns by their names: text, id, author, time, place, and what a comment answers."""

from collections.abc import Sequence

from model.errors import DumpError
from service.batch.input.columns.column_names import find_columns, list_columns, quote_column
from service.batch.input.columns.known_names import (
    AUTHOR_NAMES,
    ID_NAMES,
    PARENT_NAMES,
    PARENT_TEXT_NAMES,
    PLACE_NAMES,
    TEXT_NAMES,
    TIME_NAMES,
    TITLE_NAMES,
)
from service.batch.rows import Columns, DumpOptions

__all__ = ["check_kept_columns", "choose_comment_columns", "has_text_column"]


def has_text_column(names: Sequence[str], options: DumpOptions) -> bool:
    """Tell whether the names include a text column: the one that the caller names, or else one that is known."""
    return any(find_columns(names, name) for name in ([options.text_column] if options.text_column else TEXT_NAMES))


def choose_comment_columns(names: Sequence[str], options: DumpOptions, *, file: str, text_names: set[str] | None = None) -> Columns:
    """Choose the columns of a file that hold text, id, author, parent, time, place and, if the caller wants them, parent's text and title.

    Args:
        names: the columns that the file has, in order.
        options: the options of the caller.
        file: the file's name, for messages.
        text_names: the columns that hold text somewhere; None if that is not known. A column whose name is known but that never
            holds text (a count of comments, say) must not hide one that does.

    Raises:
        DumpError: a column that the caller names is not there, no column is known to hold the text, or two columns have the same name.
    """
    id_column = _choose(names, options.id_column, known_names=ID_NAMES, option="--id-column", file=file)
    text = _choose_text(names, options, file=file, text_names=text_names, id_column=id_column)
    others = [name for name in names if name not in {text, id_column}]

    def choose_optional(column: str | None, known_names: Sequence[str], option: str) -> str | None:
        """Choose a column that a file may lack: a known name that two columns have is passed over, unless the caller asks for it."""
        if column is not None:
            return _choose(names, column, known_names=known_names, option=option, file=file)
        return next((matches[0] for name in known_names if len(matches := find_columns(others, name)) == 1), None)

    return Columns(
        text,
        id_column,
        author=choose_optional(options.author_column, AUTHOR_NAMES, "--author-column"),
        parent=choose_optional(options.parent_column, PARENT_NAMES, "--parent-column"),
        time=choose_optional(options.time_column, TIME_NAMES, "--time-column"),
        parent_text=choose_optional(options.parent_text_column, PARENT_TEXT_NAMES if options.contexts else (), "--parent-text-column"),
        title=choose_optional(options.title_column, TITLE_NAMES if options.contexts else (), "--title-column"),
        place=choose_optional(options.place_column, PLACE_NAMES, "--place-column"),
    )


def _choose_text(names: Sequence[str], options: DumpOptions, *, file: str, text_names: set[str] | None, id_column: str | None) -> str:
    if text_names is not None and options.text_column is None:
        if text_names <= {id_column}:
            return "text"
        names = [name for name in names if name in text_names]
    text = _choose(names, options.text_column, known_names=TEXT_NAMES, option="--text-column", file=file)
    if text is None:
        raise DumpError(f"{file}: no column is known to hold the text; name it with --text-column ({list_columns(names)})")
    return text


def check_kept_columns(names: Sequence[str], options: DumpOptions, *, file: str) -> None:
    """Make sure that a file has the columns that the caller keeps.

    Raises:
        DumpError: it lacks one.
    """
    for name in options.keep:
        if name not in names:
            raise DumpError(f"{file}: there is no column {quote_column(name)}; check --keep ({list_columns(names)})")


def _choose(names: Sequence[str], column: str | None, *, known_names: Sequence[str], option: str, file: str) -> str | None:
    for name in (column,) if column is not None else known_names:
        matches = find_columns(names, name)
        if len(matches) > 1:
            raise DumpError(
                f"{file}: {len(matches)} columns are called {quote_column(matches[0])}; rename one, or name another with {option} "
                f"({list_columns(names)})"
            )
        if matches:
            return matches[0]
    if column is not None:
        raise DumpError(f"{file}: there is no column {quote_column(column)}; check {option} ({list_columns(names)})")
    return None
