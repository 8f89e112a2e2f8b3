"""The choice of a file's columns by their names: text, id, author, parent comment, time, and what a comment answers."""

from collections.abc import Mapping, Sequence

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
from service.batch.input.columns.text_choice import TextChoice, choose_text_column
from service.batch.rows import Columns, DumpOptions

__all__ = ["check_kept_columns", "choose_comment_columns", "has_text_column"]


def has_text_column(names: Sequence[str], options: DumpOptions) -> bool:
    """Tell whether the names include a text column: the one that the caller names, or else one that is known."""
    return any(find_columns(names, name) for name in ([options.text_column] if options.text_column else TEXT_NAMES))


def choose_comment_columns(
    names: Sequence[str], options: DumpOptions, *, file: str, sample: Sequence[Mapping[str, object]] = ()
) -> tuple[Columns, TextChoice]:
    """Choose the columns of a file that hold text, id, author, parent, time, place and, if the caller wants them, parent's text and title.

    Args:
        names: the columns that the file has, in order.
        options: the options of the caller.
        file: the file's name, for messages.
        sample: the first records, by which the column of the text is chosen; without them, names alone decide.

    Returns:
        The columns, and why the text is in that one.

    Raises:
        DumpError: a column that the caller names is not there, no column holds text or more than one may, or two columns have the same
            name.
    """
    id_column = _choose(names, options.id_column, known_names=ID_NAMES, option="--id-column", file=file)
    if options.text_column is not None:
        text = _require(names, options.text_column, option="--text-column", file=file)
        choice = TextChoice(text, f"column {quote_column(text)} holds the text, as was said")
    else:
        choice = choose_text_column(names, sample, file=file, taken=id_column, has_header=options.has_header)
    start = choice.column.rpartition(".")[0]
    # Tables of flattened objects give the whole path of each field.
    if id_column is None and start:
        id_column = _choose(names, None, known_names=[f"{start}.{name}" for name in ID_NAMES], option="--id-column", file=file)
    others = [name for name in names if name not in {choice.column, id_column}]

    def choose_optional(column: str | None, known_names: Sequence[str], option: str) -> str | None:
        """Choose a column that a file may lack: a known name that two columns have is passed over, unless the caller asks for it."""
        if column is not None:
            return _require(names, column, option=option, file=file)
        known_names = (*known_names, *(f"{start}.{name}" for name in known_names)) if start else known_names
        return next((matches[0] for name in known_names if len(matches := find_columns(others, name)) == 1), None)

    columns = Columns(
        choice.column,
        id_column,
        author=choose_optional(options.author_column, AUTHOR_NAMES, "--author-column"),
        parent=choose_optional(options.parent_column, PARENT_NAMES, "--parent-column"),
        time=choose_optional(options.time_column, TIME_NAMES, "--time-column"),
        parent_text=choose_optional(options.parent_text_column, PARENT_TEXT_NAMES if options.contexts else (), "--parent-text-column"),
        title=choose_optional(options.title_column, TITLE_NAMES if options.contexts else (), "--title-column"),
        place=choose_optional(options.place_column, PLACE_NAMES, "--place-column"),
    )
    return columns, choice


def check_kept_columns(names: Sequence[str], options: DumpOptions, *, file: str) -> None:
    """Make sure that a file has the columns that the caller keeps.

    Raises:
        DumpError: it lacks one.
    """
    for name in options.keep:
        if name not in names:
            raise DumpError(f"{file}: there is no column {quote_column(name)}; check --keep ({list_columns(names)})")


def _choose(names: Sequence[str], column: str | None, *, known_names: Sequence[str], option: str, file: str) -> str | None:
    """Choose the column that the caller names, or else the first with a known name."""
    if column is not None:
        return _require(names, column, option=option, file=file)
    return next((_require(names, name, option=option, file=file) for name in known_names if find_columns(names, name)), None)


def _require(names: Sequence[str], column: str, *, option: str, file: str) -> str:
    """Return the only column with a name."""
    matches = find_columns(names, column)
    if not matches:
        raise DumpError(f"{file}: there is no column {quote_column(column)}; check {option} ({list_columns(names)})")
    if len(matches) > 1:
        raise DumpError(
            f"{file}: {len(matches)} columns are called {quote_column(matches[0])}; rename one, or name another with {option} "
            f"({list_columns(names)})"
        )
    return matches[0]
