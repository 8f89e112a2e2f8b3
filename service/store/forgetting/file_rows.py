"""The rows of a file of rulings that hold comments which are to be forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.comment import Format
from model.text.pipeline import strip_markup
from service.store.forgetting.located_files import StoredTable
from service.store.forgetting.wanted_comments import CommentFacts, WantedComments
from service.store.snapshots.ruling_columns import RowValues
from service.store.snapshots.stored_table import read_stored_table

__all__ = ["FileRows", "find_file_rows"]


@dataclass
class FileRows:
    """The rows of a file that hold wanted comments.

    Attributes:
        table: the file.
        places: the numbers of the rows, from 0.
        texts: the texts of the comments, as written and without mark-up.
        names: the ids of comments and acts.
    """

    table: StoredTable
    places: set[int] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def read_others(self) -> list[RowValues]:
        """Return the rows that stay.

        Raises:
            TableError: the file is no table of rulings.
            OSError: it cannot be read.
        """
        return [row for place, row in enumerate(read_stored_table(self.table.path)) if place not in self.places]


def find_file_rows(table: StoredTable, wanted: WantedComments) -> FileRows:
    """Return the rows of a file that hold wanted comments, and learn from them.

    Raises:
        TableError: the file is no table of rulings.
        OSError: it cannot be read.
    """
    found = FileRows(table)
    for place, row in enumerate(read_stored_table(table.path)):
        facts = _row_facts(row)
        if wanted.match(facts):
            wanted.learn(facts)
            found.places.add(place)
            found.texts.update(text for text in (row["text"], facts.text) if text)
            found.names.update(name for name in (row["comment"], row["id"]) if name)
    return found


def _row_facts(row: Mapping[str, Any]) -> CommentFacts:
    text = row["text"]
    if text is not None and row.get("format") is not None:
        text = strip_markup(text, Format(row["format"])).text
    return CommentFacts(row["author"] or None, row["comment"] or None, row["community"], text or None)
