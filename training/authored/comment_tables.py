"""Reads the files that authored comments are written in: lists of words, and lines that may hold slots for them.

A file holds lists and blocks, in any order; the lists of a folder are shared by its files::

    %% a remark
    [[insult]]                          a list of words: entries between " | ", or a line each
    moron | clown
    [[group: they | one]]               a table: a row a line, whose entries stand in for each other
    Muslims | Muslim
    == K16 toxic insult severe? x5      kind, label, attributes that hold (or may, "?"), manners, comments a line
    you are {a insult}, {name}          {column}, {a column} with an article, {column2} for a second entry
    do you like {they}? >> no           what is answered, then the comment
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.comment import Label
from model.errors import TableError

__all__ = ["SLOT", "TAUGHT_ATTRIBUTES", "CommentBlock", "CommentTables", "Manner", "read_comment_tables"]

TAUGHT_ATTRIBUTES = ("insult", "threat", "profanity", "sexually_explicit", "severe_toxicity")
"""The attributes that every authored comment answers with yes, no or unknown."""

SLOT = re.compile(r"\{(a )?([a-z_]+)([2-9]?)\}")

_LIST_HEADER = re.compile(r"\[\[(?P<name>[a-z_]+)(?:: (?P<columns>[a-z_ |]+))?\]\]")
_BLOCK_HEADER = re.compile(r"== (?P<kind>K\d+) (?P<label>fine|toxic|hateful)(?P<words>(?: [a-z_]+\??)*?)(?: x(?P<times>\d+))?")
_PARENT_MARK = " >> "

Manner = frozenset[str]
"""How the comments of a block are written and what is known of them; some of the words of ``MANNERS``."""

MANNERS = frozenset(
    {
        "raw",  # as it stands, without slots
        "plain",  # never in careless spelling
        "clean",  # words that look obscene are not
        "quoted",  # obscene words are somebody else's: whether the comment is profane is unknown
        "unknown",  # all attributes are
    }
)


@dataclass(frozen=True, slots=True)
class CommentBlock:
    """Lines of one kind, with one label.

    Attributes:
        kind: what the comments are an example of, such as "K5" (``docs/behaviour.md`` lists the kinds).
        label: the right label of every comment.
        attributes: attributes that hold (True) or may hold (None); the others do not.
        manner: how the comments are written.
        times: number of comments that a line with slots makes, at least 1.
        lines: the lines, each with the comment that it answers or None.
    """

    kind: str
    label: Label
    attributes: dict[str, bool | None]
    manner: Manner
    times: int
    lines: list[tuple[str | None, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CommentTables:
    """What the files of a folder hold.

    Attributes:
        rows: table → its rows, each column → entry; a list is a table of one column.
        blocks: in the order of the files' names.
    """

    rows: dict[str, list[dict[str, str]]]
    blocks: list[CommentBlock]

    @property
    def table_of(self) -> dict[str, str]:
        """Column → the table that it belongs to."""
        return {column: name for name, rows in self.rows.items() for column in rows[0]}


def read_comment_tables(folder: Path) -> CommentTables:
    """Read all files of a folder.

    Raises:
        TableError: a line cannot be understood, or a slot names no list; the message names file and line.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    blocks: list[CommentBlock] = []
    columns: Sequence[str] = ()
    for where, line in _read_lines(folder):
        header = _LIST_HEADER.fullmatch(line)
        if header:
            columns = (header["columns"] or header["name"]).split(" | ")
            table = rows.setdefault(header["name"], [])
        elif line.startswith("== "):
            columns = ()
            blocks.append(_parse_header(line, where))
        elif columns:
            table += _parse_entries(line, columns, where)
        elif blocks:
            parent, mark, comment = line.rpartition(_PARENT_MARK) if "raw" not in blocks[-1].manner else ("", "", line)
            blocks[-1].lines.append((parent if mark else None, comment))
        else:
            raise TableError(f"{where}: neither a list nor a block has begun; write '[[name]]' or '== kind label' above")
    tables = CommentTables(rows, blocks)
    _refuse_unknown_slots(tables, folder)
    return tables


def _read_lines(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            if line and not line.startswith("%% "):
                yield f"{path.name}:{number}", line


def _parse_header(line: str, where: str) -> CommentBlock:
    header = _BLOCK_HEADER.fullmatch(line)
    if header is None:
        raise TableError(f"{where}: not the head of a block; write '== kind label attributes xN'")
    words = header["words"].split()
    attributes: dict[str, bool | None] = {}
    for word in words:
        if word.rstrip("?") in TAUGHT_ATTRIBUTES:
            attributes[word.rstrip("?")] = None if word.endswith("?") else True
        elif word not in MANNERS:
            raise TableError(f"{where}: {word!r} is neither an attribute ({', '.join(TAUGHT_ATTRIBUTES)}) nor one of {sorted(MANNERS)}")
    return CommentBlock(header["kind"], Label(header["label"]), attributes, MANNERS.intersection(words), int(header["times"] or 1))


def _parse_entries(line: str, columns: Sequence[str], where: str) -> Iterator[dict[str, str]]:
    entries = [entry.strip() if len(columns) > 1 else entry for entry in line.removeprefix(" | ").split(" | ")]
    if len(columns) == 1:
        if line.startswith(" | "):
            yield {columns[0]: ""}
        yield from ({columns[0]: entry} for entry in entries)
    elif len(entries) != len(columns):
        raise TableError(f"{where}: {len(entries)} entries for the columns {', '.join(columns)}; write as many")
    else:
        yield dict(zip(columns, entries, strict=True))


def _refuse_unknown_slots(tables: CommentTables, folder: Path) -> None:
    known = tables.table_of
    for block in tables.blocks:
        for parent, comment in block.lines if "raw" not in block.manner else ():
            for _, column, _ in SLOT.findall(f"{parent} {comment}"):
                if column not in known:
                    raise TableError(f"{folder.name}: the line {comment!r} has the slot {column!r}, which is no list; write [[{column}]]")
