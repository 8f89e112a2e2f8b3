"""Tables in one JSON document: column by column, as pandas and other libraries write them, and in rows of values."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

__all__ = ["is_header", "is_row_of_values", "name_values", "split_columns"]

_Fields = Mapping[str, object]
_SAMPLE_SIZE = 20
"""Cells at the beginning of each list by which its kind is judged."""


def is_row_of_values(value: object) -> bool:
    """Tell whether a value is a row of a table: a list of texts and numbers, with a text among them."""
    return (
        isinstance(value, list)
        and any(isinstance(cell, str) for cell in value)
        and not any(isinstance(cell, list | dict) for cell in value)
    )


def is_header(value: object, text_names: frozenset[str]) -> bool:
    """Tell whether a row of values holds the names of columns: different texts, one of which is the name of a column of text.

    Args:
        value: the first row of a table.
        text_names: names of columns of text, in small letters.
    """
    if not isinstance(value, list) or len(value) <= 1 or not all(isinstance(name, str) for name in value):
        return False
    names = {name.strip().lower() for name in value}
    return len(names) == len(value) and not names.isdisjoint(text_names)


def name_values(values: object, columns: object) -> dict[str, object]:
    """Return a row of values as fields, named by the columns if these are as many, and otherwise by their numbers from 1 on."""
    cells = values if isinstance(values, list) else []
    if isinstance(columns, list) and len(columns) == len(cells) and all(isinstance(name, str) for name in columns):
        return dict(zip(columns, cells, strict=True))
    return {str(number): cell for number, cell in enumerate(cells, start=1)}


def split_columns(value: Mapping[str, object], text_names: frozenset[str]) -> Iterator[_Fields] | None:
    """Return the rows of a document that stores a table column by column; None if it stores something else.

    Args:
        value: the document.
        text_names: names of columns of text, in small letters.
    """
    columns, data = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(data, list) and all(isinstance(row, list) and len(row) == len(columns) for row in data):
        return (name_values(row, columns) for row in data)
    if not value:
        return None
    if len(value) == 1 and isinstance(columns, list) and all(map(_is_named_column, columns)):
        return split_columns({column["name"]: column["values"] for column in columns}, text_names)
    if all(isinstance(part, dict) and any(isinstance(column, list) for column in part.values()) for part in value.values()):
        return _split_parts([part for part in value.values() if isinstance(part, dict)], text_names)
    if all(isinstance(column, dict) and column and not _has_containers(column.values()) for column in value.values()):
        return _split_keyed_columns({name: column for name, column in value.items() if isinstance(column, dict)}, text_names)
    if all(isinstance(column, list) for column in value.values()):
        lists = {name: column for name, column in value.items() if isinstance(column, list)}
        return _split_texts(lists) if _holds_texts(lists) else _split_lists(lists, text_names)
    if all(isinstance(text, str) or text is None for text in value.values()) and all(key.isdecimal() for key in value):
        return ({"id": key, "text": text} for key, text in value.items())
    return None


def _is_named_column(column: object) -> bool:
    """Tell whether an object is a column with its name beside it, as Polars wrote them."""
    return isinstance(column, dict) and isinstance(column.get("name"), str) and isinstance(column.get("values"), list)


def _split_parts(parts: Sequence[Mapping[str, object]], text_names: frozenset[str]) -> Iterator[_Fields] | None:
    """Return the rows of several tables of lists, such as the one to train with and the one to test with; None if one is no table."""
    tables = [split_columns(part, text_names) if _holds_lists(part, text_names) else None for part in parts]
    found = [table for table in tables if table is not None]
    return chain.from_iterable(found) if len(found) == len(tables) else None


def _holds_lists(part: Mapping[str, object], text_names: frozenset[str]) -> bool:
    return all(isinstance(column, list) for column in part.values()) and any(name.lower() in text_names for name in part)


def _has_containers(cells: object) -> bool:
    return any(isinstance(cell, list | dict) for cell in cells)  # type: ignore[attr-defined]


def _split_keyed_columns(columns: Mapping[str, Mapping[str, object]], text_names: frozenset[str]) -> Iterator[_Fields] | None:
    """Return the rows of columns whose cells have keys, the same in each; None if these are records by their keys."""
    keys = list(next(iter(columns.values())))
    is_table = all(list(column) == keys for column in columns.values())
    if not is_table or (set(map(str.lower, keys)) & text_names and not any(name.lower() in text_names for name in columns)):
        return None
    if not all(key.isdecimal() for key in keys) and not any(name.lower() in text_names for name in columns):
        return None
    return ({name: column[key] for name, column in columns.items()} for key in keys)


def _holds_texts(lists: Mapping[str, Sequence[object]]) -> bool:
    """Tell whether lists hold sentences of their own under keys, such as labels or threads, rather than the columns of one table."""
    cells = [cell for texts in lists.values() for cell in texts[:_SAMPLE_SIZE]]
    is_table = len({len(texts) for texts in lists.values()}) == 1 and not all(key.isdecimal() for key in lists)
    texts = [cell for cell in cells if isinstance(cell, str)]
    return len(lists) > 1 and not is_table and len(texts) == len(cells) > 0 and 2 * sum(" " in text for text in texts) > len(texts)


def _split_texts(lists: Mapping[str, Sequence[object]]) -> Iterator[_Fields]:
    return ({"text": text} for texts in lists.values() for text in texts)


def _split_lists(columns: Mapping[str, Sequence[object]], text_names: frozenset[str]) -> Iterator[_Fields] | None:
    """Return the rows of columns that are lists of the same length; None if these lists are something else."""
    lengths = {len(column) for column in columns.values()}
    has_text = any(name.lower() in text_names and any(isinstance(cell, str) for cell in columns[name]) for name in columns)
    has_objects = any(isinstance(cell, dict) for column in columns.values() for cell in column[:20])
    if (
        len(lengths) != 1
        or has_objects
        or not (has_text or (len(columns) > 1 and any(isinstance(c, str) for col in columns.values() for c in col)))
    ):
        return None
    return (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
