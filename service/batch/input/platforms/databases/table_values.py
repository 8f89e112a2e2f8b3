"""Values of tables, which are numbers in one export and text in another, and the posts of forums that are made from them."""

from collections.abc import Callable, Mapping

from service.batch.input.platforms.platform import RecordFields
from service.batch.rows import Reason

__all__ = ["as_written", "is_set", "text_reader"]

_UNSET = {"", "0", "false", "f", "none", "null", "0000-00-00 00:00:00"}


def as_written(value: object) -> str:
    """Return a value as a dump writes it: a number as text, and nothing where there is none."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def is_set(value: object) -> bool:
    """Tell whether a flag is set, or a point in time given."""
    return as_written(value).lower() not in _UNSET


def text_reader(
    column: str, read: Callable[[str], str], *, state: str = "", reasons: Mapping[str, Reason] | None = None
) -> Callable[[RecordFields], tuple[RecordFields, Reason | None]]:
    """Return what prepares the rows of a table whose text has mark-up of its own, and whose state says whether people see it.

    Args:
        column: the column with the text, which stays under its name.
        read: returns what people see of a text.
        state: the column with the state; empty if there is none.
        reasons: why posts in some of the states are not judged.
    """

    def prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
        reason = reasons.get(as_written(fields.get(state)).lower()) if reasons is not None else None
        text = fields.get(column)
        return ({**fields, column: read(text)} if isinstance(text, str) else fields), reason

    return prepare
