"""SQLite databases as dumps: the file in which small software for comments keeps everything."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from service.batch.file_access import STDIN, is_url
from service.batch.input.databases.open_tables import OpenDatabase, open_chosen_tables
from service.batch.input.databases.table_choice import TableChoice
from service.batch.input.detection.file_kinds import FileKind
from service.batch.input.formats.sql.sqlite_tables import SqliteFile
from service.batch.input.streams.dump_source import DumpSource, open_seekable
from service.batch.remarks import add_remark
from service.batch.rows import DumpOptions, Reason, Row

__all__ = ["open_sqlite"]

_COPY_SIZE = 1 << 20
_LARGEST_PAGE = 1 << 16


@contextmanager
def open_sqlite(source: DumpSource, options: DumpOptions, kind: FileKind) -> Iterator[OpenDatabase]:
    """Open a database; the rows can be read within the block.

    SQLite opens files by their names: what is compressed, in an archive or on another machine is copied to a private temporary file.

    Args:
        source: the database.
        options: the options of the caller.
        kind: its container.

    Raises:
        DumpError: it is damaged, has no table that is known to hold comments, or not the one that the caller asks for.
        OSError: it cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="tipstaff-") as folder:
        path = _find_file(source, Path(folder))
        is_cut = _is_cut(source.head, path)
        source.budget.assume_stored(path.stat().st_size)
        with closing(SqliteFile(str(path), source.name, source.budget, is_private=path.parent == Path(folder))) as file:
            tables = file.list_tables()
            choice = TableChoice(source.name, kind, options, remarks=source.remarks)
            for table in tables:
                choice.note_table(table.table, table.names)
            choice.reads_by_content = not any(map(choice.is_likely, tables))
            yield open_chosen_tables(tables, choice, share=file.share, rest=lambda: _cut_row() if is_cut else iter(()))


def _is_cut(head: bytes, path: Path) -> bool:
    """Tell whether a database is shorter than the number of pages that its header states."""
    page_size = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    # Only with the same counter in both places has the number of pages been kept up to date.
    is_stated = head[24:28] == head[92:96]
    return is_stated and path.stat().st_size < pages * (_LARGEST_PAGE if page_size == 1 else page_size)


def _cut_row() -> Iterator[Row]:
    yield Row(1, None, None, Reason.TRUNCATED)


def _find_file(source: DumpSource, folder: Path) -> Path:
    """Return the file that SQLite is to open: the database itself, or a copy in a folder."""
    copy = folder / "copy.db"
    if source.path is None or source.path == STDIN or is_url(source.path):
        with open_seekable(source) as file, copy.open("wb") as target:
            shutil.copyfileobj(file, target, _COPY_SIZE)
        return copy
    path = Path(source.path)
    log = path.with_name(f"{path.name}-wal")
    if log.is_file() and log.stat().st_size:
        # The last changes stand in a file of their own until they are put into the database, which only a writer does.
        shutil.copyfile(path, copy)
        shutil.copyfile(log, folder / "copy.db-wal")
        return copy
    if path.with_name(f"{path.name}-journal").is_file():
        add_remark(source.remarks, "a program was writing to the database when it was copied: the last changes may be there in part")
    return path
