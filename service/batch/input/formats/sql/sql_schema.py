"""The names of tables and columns in statements of SQL."""

import re
from dataclasses import dataclass

__all__ = ["NAME", "QUALIFIED_NAME", "TableSchema", "parse_column_list", "parse_create_table", "parse_table_name"]

NAME = rb"""(?:`(?:[^`]|``)*+`|"(?:[^"]|"")*+"|\[[^\]]*+\]|[\w$\x80-\xff]++)"""
"""The pattern of a name, quoted or not; without groups."""
QUALIFIED_NAME = NAME + rb"(?:\s*+\.\s*+" + NAME + rb"){0,2}+"
"""The pattern of a table's name, with or without schema and database."""

_NAME = re.compile(NAME)
_CREATE_TABLE = re.compile(
    rb"CREATE\s+(?:(?:GLOBAL|LOCAL|TEMPORARY|TEMP|UNLOGGED|FOREIGN|VIRTUAL)\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?("
    + QUALIFIED_NAME
    + rb")\s*+\(",
    re.IGNORECASE,
)
# What has no end goes on to the end of the statement, so that it is looked at once.
_PIECE = re.compile(
    rb"""'(?:[^'\\]|\\.|'')*+(?:'|\\?\Z)|`[^`]*+(?:`|\Z)|"[^"]*+(?:"|\Z)|\[[^\]]*+(?:\]|\Z)|--[^\n]*+|/\*.*?(?:\*/|\Z)|[(),]|[^'`"\[(),/-]++|.""",
    re.DOTALL,
)
_NO_COLUMN = re.compile(
    rb"(?:PRIMARY|KEY|UNIQUE|INDEX|CONSTRAINT|FOREIGN|CHECK|FULLTEXT|SPATIAL|EXCLUDE|LIKE|PERIOD)\b(?!\s+(?:int|bigint|varchar|char|text|bool)\b)",
    re.IGNORECASE,
)
_GENERATED = re.compile(rb"\bGENERATED\s+ALWAYS\s+AS\s*\(|\sAS\s*\(", re.IGNORECASE)
_COMMENT = re.compile(rb"--[^\n]*+\n?|/\*.*?(?:\*/|\Z)", re.DOTALL)
_DEFAULT_SCHEMAS = {"public", "dbo", "main"}


@dataclass(frozen=True)
class TableSchema:
    """The columns of a table.

    Attributes:
        name: the name of the table.
        columns: the names of all columns, in order.
        stored: the names of those that hold values of their own: the others are computed from them, and dumps leave them out.
    """

    name: str
    columns: tuple[str, ...]
    stored: tuple[str, ...]

    def names_of(self, count: int) -> tuple[str, ...]:
        """Return the names of the cells of a row that names no columns and has this many; numbers from 1 where they do not fit."""
        for names in (self.columns, self.stored):
            if len(names) == count:
                return names
        return self.stored or tuple(str(number) for number in range(1, count + 1))


def parse_table_name(written: bytes, database: str = "") -> str:
    """Return the name of a table as people know it: without quotes, and without a schema that every table has.

    Args:
        written: the name in the statement.
        database: the database that the dump is in at the moment; empty if it never says.
    """
    parts = [_unquote(part) for part in _NAME.findall(written)]
    while len(parts) > 1 and (not parts[-2] or parts[-2].lower() in _DEFAULT_SCHEMAS):
        del parts[-2]
    return ".".join([database, *parts] if database and len(parts) == 1 else parts)


def parse_column_list(written: bytes) -> tuple[str, ...]:
    """Return the names in a list of columns, such as ``(`a`, "b")``."""
    return tuple(_unquote(name) for name in _NAME.findall(written))


def parse_create_table(content: bytes, begin: int = 0, database: str = "") -> TableSchema | None:
    """Return the columns of the table that a statement creates; None if it creates none, or has no list of columns.

    Args:
        content: bytes with the statement in them.
        begin: where it begins.
        database: as for ``parse_table_name``.
    """
    match = _CREATE_TABLE.match(content, begin)
    if match is None:
        return None
    columns, stored = [], []
    for written in _split_items(content, match.end()):
        item = _COMMENT.sub(b" ", written).strip()
        name = _NAME.match(item)
        if name is None or _NO_COLUMN.match(item):
            continue
        columns.append(_unquote(name.group()))
        if not _GENERATED.search(item, name.end()):
            stored.append(columns[-1])
    return TableSchema(parse_table_name(match.group(1), database), tuple(columns), tuple(stored))


def _split_items(content: bytes, begin: int) -> list[bytes]:
    """Return what stands between the commas of a list in brackets, which begins at a position."""
    items, depth, item_begin = [], 0, begin
    for piece in _PIECE.finditer(content, begin):
        sign = piece.group()
        if sign in {b"(", b"["}:
            depth += 1
        elif sign == b")" and depth:
            depth -= 1
        elif sign in {b",", b")"} and not depth:
            items.append(content[item_begin : piece.start()])
            item_begin = piece.end()
            if sign == b")":
                break
    return items


def _unquote(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    if text[:1] in {"`", '"'}:
        return text[1:-1].replace(text[0] * 2, text[0])
    return text[1:-1] if text[:1] == "[" else text
