"""What a sample of a dump is: its bytes, and the rows that have to be read from it; with helpers that write small dumps."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

__all__ = ["FIRST_TIME", "SECOND_TIME", "THIRD_TIME", "Cells", "Sample", "csv_table", "json_document", "json_lines"]

Cells = tuple[object, str | None, str | None, str | None, str | None, str | None]
"""Id, text, reason, author, parent and time of a row."""

FIRST_TIME, SECOND_TIME, THIRD_TIME = (f"2020-01-01T00:00:0{second}+00:00" for second in range(3))
"""When the comments of samples were written; 1577836800 is the first of these times as seconds since 1970."""


@dataclass(frozen=True)
class Sample:
    """A dump.

    Attributes:
        name: the name of its file.
        content: its bytes.
        description: what it is.
        rows: the cells of its rows.
        format: how its texts are written.
        needs_name: whether only the name of its file tells what it is.
    """

    name: str
    content: bytes
    description: str
    rows: list[Cells]
    format: str = "plain"
    needs_name: bool = False


def json_lines(rows: list[Any]) -> bytes:
    """Write values as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def json_document(value: object) -> bytes:
    """Write a value as a JSON document of many lines."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def csv_table(header: list[str], *rows: list[Any]) -> bytes:
    """Write a table as CSV."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode()
