"""Writes large files of every kind that people have comments in, of the same comments, so that the cost of each kind can be compared."""

import csv
import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from tests.service.batch.input.spreadsheet_files import pack_xlsx

__all__ = ["LARGE_DUMPS", "gzip_dump"]

_ROWS_OF_A_SHEET = 100_000
_REPLIES = 3
"""Replies to each comment of a tree."""
_LEVELS = 4
_ROWS_OF_AN_INSERT = 2000
_MEMBERS = 10
_BUFFER_SIZE = 1 << 20


class _Row(NamedTuple):
    id: int
    text: str
    author: str
    created_at: str
    parent_id: int | None


def _rows(texts: list[str]) -> Iterator[_Row]:
    """Yield rows without end, with the texts in turn."""
    number = 0
    while True:
        for text in texts:
            number += 1
            time = f"2024-{number // 2_600_000 % 12 + 1:02}-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
            yield _Row(number, text, f"user{number % 9973}", time, number - 1 if number % 3 else None)


def _write(path: Path, pieces: Iterator[str], size: int, *, first: str = "", between: str = "", last: str = "") -> None:
    """Write pieces of text until the file has ``size`` bytes, roughly."""
    with path.open("w", encoding="utf-8", buffering=_BUFFER_SIZE, newline="") as file:
        written = file.write(first + next(pieces))
        for piece in pieces:
            written += file.write(between + piece)
            if written >= size:
                break
        file.write(last)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def write_array(path: Path, texts: list[str], size: int) -> None:
    """One array of objects on one line."""
    _write(path, (_json(row._asdict()) for row in _rows(texts)), size, first="[", between=",", last="]")


def write_trees(path: Path, texts: list[str], size: int) -> None:
    """One array of trees on one line, each with some hundred comments."""
    rows = _rows(texts)
    _write(
        path, (_json(_tree(rows, _LEVELS)) for _ in iter(int, 1)), size, first='{"title":"a thread","comments":[', between=",", last="]}"
    )


def write_tree(path: Path, texts: list[str], size: int) -> None:
    """A single tree on one line: a post with all the comments below it."""
    rows = _rows(texts)
    _write(
        path, (_json(_tree(rows, 2)) for _ in iter(int, 1)), size, first='{"id":0,"text":"what is this","replies":[', between=",", last="]}"
    )


def _tree(rows: Iterator[_Row], levels: int) -> dict[str, object]:
    row = next(rows)
    replies = [_tree(rows, levels - 1) for _ in range(_REPLIES)] if levels else []
    return {"id": row.id, "text": row.text, "author": {"name": row.author}, "created_at": row.created_at, "replies": replies}


def write_columns(path: Path, texts: list[str], size: int) -> None:
    """One object of columns on one line, as pandas writes a table."""
    rows = list(islice(_rows(texts), size // 200))
    with path.open("w", encoding="utf-8", buffering=_BUFFER_SIZE) as file:
        for number, name in enumerate(_Row._fields):
            cells = (f"{_json(str(at))}:{_json(getattr(row, name))}" for at, row in enumerate(rows))
            file.write(("{" if not number else ",") + f"{_json(name)}:{{" + ",".join(cells) + "}")
        file.write("}")


def write_csv(path: Path, texts: list[str], size: int) -> None:
    """Comma-separated values."""
    with path.open("w", encoding="utf-8", newline="", buffering=_BUFFER_SIZE) as file:
        writer = csv.writer(file)
        writer.writerow(_Row._fields)
        for row in _rows(texts):
            writer.writerow(row)
            if file.tell() >= size:
                break


def write_sql(path: Path, texts: list[str], size: int) -> None:
    """What mysqldump writes of a site of WordPress."""
    names = ("ID", "post_ID", "author", "date_gmt", "content", "approved", "type", "parent")
    definitions = ",\n".join(f"  `comment_{name}` text" for name in names)
    rows = _rows(texts)
    insert = "INSERT INTO `wp_comments` VALUES "

    def statement() -> str:
        values = (
            f"({row.id},1,'{row.author}','2024-01-01 00:00:00','{_quote_sql(row.text)}','1','comment',{row.parent_id or 0})"
            for row in islice(rows, _ROWS_OF_AN_INSERT)
        )
        return f"{insert}{','.join(values)};\n"

    head = f"-- MySQL dump 10.13\n\nCREATE TABLE `wp_comments` (\n{definitions}\n);\n"
    _write(path, (statement() for _ in iter(int, 1)), size, first=head, last="-- Dump completed on 2024-12-31 23:59:59\n")


def _quote_sql(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")


def write_sqlite(path: Path, texts: list[str], size: int) -> None:
    """A database of SQLite with one table."""
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE comments (id INTEGER PRIMARY KEY, text TEXT, author TEXT, created_at TEXT, parent_id INTEGER)")
    rows = _rows(texts)
    while path.stat().st_size < size:
        database.executemany("INSERT INTO comments VALUES (?, ?, ?, ?, ?)", islice(rows, 20_000))
        database.commit()
    database.close()


def write_xml(path: Path, texts: list[str], size: int) -> None:
    """The comments of a site of Stack Exchange."""
    rows = (
        f"  <row Id={quoteattr(str(row.id))} PostId={quoteattr(str(row.id // 9))} Score='0' Text={_quote_xml(row.text)} "
        f"CreationDate='2024-01-01T00:00:00.000' UserId={quoteattr(str(row.id % 997))} />\n"
        for row in _rows(texts)
    )
    _write(path, rows, size, first='<?xml version="1.0" encoding="utf-8"?>\n<comments>\n', last="</comments>\n")


def _quote_xml(text: str) -> str:
    return quoteattr("".join(char if char.isprintable() else " " for char in text))


def write_zip(path: Path, texts: list[str], size: int) -> None:
    """An archive of tables and lines of JSON by turns."""
    rows = _rows(texts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(_MEMBERS):
            suffix = "jsonl" if number % 2 else "csv"
            with archive.open(f"part-{number}.{suffix}", "w") as member:
                written = 0
                if suffix == "csv":
                    member.write((",".join(_Row._fields) + "\n").encode())
                for row in rows:
                    line = _json(row._asdict()) if suffix == "jsonl" else ",".join(_quote_csv(value) for value in row)
                    written += member.write(line.encode() + b"\n")
                    if written >= size // _MEMBERS:
                        break


def _quote_csv(value: object) -> str:
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'


def write_spreadsheet(path: Path, texts: list[str], size: int) -> None:
    """A workbook with one sheet."""
    count = min(size // 250, _ROWS_OF_A_SHEET)
    rows: list[list[str | float | None]] = [
        [row.id, "".join(char if char.isprintable() else " " for char in row.text), row.author, row.created_at]
        for row in islice(_rows(texts), count)
    ]
    path.write_bytes(pack_xlsx({"comments": [_Row._fields[:4], *rows]}))


def gzip_dump(path: Path) -> Path:
    """Compress a file with gzip; return the path of the result."""
    target = path.with_suffix(path.suffix + ".gz")
    with path.open("rb") as source, gzip.open(target, "wb", compresslevel=6) as out:
        while piece := source.read(_BUFFER_SIZE):
            out.write(piece)
    return target


LARGE_DUMPS: Mapping[str, tuple[str, Callable[[Path, list[str], int], None]]] = {
    "a JSON array on one line": ("array.json", write_array),
    "trees of JSON on one line": ("trees.json", write_trees),
    "one tree of JSON on one line": ("tree.json", write_tree),
    "JSON in columns on one line": ("columns.json", write_columns),
    "CSV": ("table.csv", write_csv),
    "an SQL dump": ("dump.sql", write_sql),
    "SQLite": ("comments.sqlite", write_sqlite),
    "XML": ("Comments.xml", write_xml),
    "a zip archive": ("export.zip", write_zip),
    "a spreadsheet": ("comments.xlsx", write_spreadsheet),
}
"""What a file is → the name of the file, and the function that writes it with so many bytes."""
