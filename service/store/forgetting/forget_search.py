"""Looks for comments in the whole database and in all files, until nothing new is found to be about them."""

from collections.abc import Iterable
from dataclasses import dataclass

from model.errors import TableError
from service.store.database.database import Database
from service.store.forgetting.database_rows import DatabaseRows, find_rows
from service.store.forgetting.file_rows import FileRows, find_file_rows
from service.store.forgetting.located_files import StoredTable
from service.store.forgetting.wanted_comments import WantedComments

__all__ = ["FoundRows", "find_everywhere"]


@dataclass(frozen=True)
class FoundRows:
    """All rows that hold comments which are to be forgotten.

    Attributes:
        rows: those of the database.
        files: those of each file that could be read, none of which may be.
        problems: the files that could not, in words.
    """

    rows: DatabaseRows
    files: tuple[FileRows, ...]
    problems: tuple[str, ...]

    @property
    def texts(self) -> set[str]:
        """The texts of all comments, as written and without mark-up."""
        return self.rows.texts.union(*(file.texts for file in self.files))

    @property
    def names(self) -> set[str]:
        """The ids of all comments and acts."""
        return self.rows.names.union(*(file.names for file in self.files))


def find_everywhere(database: Database, tables: Iterable[StoredTable], wanted: WantedComments) -> FoundRows:
    """Find all rows that hold wanted comments.

    Args:
        database: the database.
        tables: the files of rulings.
        wanted: the comments; all that is about them is known afterwards.

    Raises:
        StoreError: the database cannot be read.
    """
    tables = list(tables)
    while True:
        known = wanted.size
        with database.read_transaction() as connection:
            rows = find_rows(connection, wanted)
        files = []
        problems = []
        for table in tables:
            try:
                files.append(find_file_rows(table, wanted))
            except (TableError, OSError, KeyError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
                problems.append(f"{table.path}: cannot be read ({reason}): put the original back and run this again")
        # An act may name the author alone and a file the id alone, so whatever was learned last is looked for once more.
        if wanted.size == known:
            return FoundRows(rows, tuple(files), tuple(problems))
