"""Spreadsheets: Excel's and OpenDocument's, read in a process that is allowed little memory and time.

A few kilobytes can hold a sheet of a million columns. What is too much for the process is too much for a spreadsheet, and a table of
that size is better saved as CSV.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from os import fstat
from typing import IO, BinaryIO

from model.errors import DumpError, UnsafeFileError
from service.batch.input.formats.tables.sheet_process import MAX_PROCESS_MEMORY, MAX_PROCESS_SECONDS
from service.batch.input.streams.bounded_process import run_bounded
from training.tables.expansion import ExpansionBudget

__all__ = ["Sheet", "read_sheets"]

_MAX_FILE_SIZE = 1 << 28
_COPY_SIZE = 1 << 20
_BLOCK_SIZE = 1 << 18
_DEADLINE_SECONDS = 1200
"""Seconds of the clock after which the process is ended even where the machine gives it hardly any time."""
_CODE = "from service.batch.input.formats.tables.sheet_process import write_sheets; write_sheets()"


@dataclass(frozen=True)
class Sheet:
    """A sheet of a spreadsheet.

    Attributes:
        name: its name.
        count: the number of its rows with content.
        error: why it cannot be read; None if it can.
    """

    name: str
    count: int
    error: str | None
    _begin: int
    _results: IO[bytes]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number, counted from 1, and the cells of each row with content."""
        at, left = self._begin, self.count
        while left:
            # Rows of several sheets may be read by turns.
            self._results.seek(at)
            lines = (self._results.read(_BLOCK_SIZE) + self._results.readline()).splitlines()[:left]
            at = self._results.tell()
            left -= len(lines)
            for line in lines:
                number, cells = json.loads(line)
                yield number, cells


@contextmanager
def read_sheets(file: BinaryIO, budget: ExpansionBudget) -> Iterator[list[Sheet]]:
    """Read a spreadsheet; its sheets can be used within the block.

    Args:
        file: its bytes.
        budget: what the file may become; it has the name of the file in messages.

    Raises:
        DumpError: it is damaged, protected by a password or too large, or the library that reads it is not installed.
        UnsafeFileError: it takes too much time or memory to read.
    """
    name = budget.name
    if find_spec("python_calamine") is None:
        raise DumpError(
            f"{name} is a spreadsheet; to read it, install what that needs: pip install 'tipstaff[spreadsheets]', or save it as CSV"
        )
    with tempfile.TemporaryFile(prefix="tipstaff-") as copy, tempfile.TemporaryFile(prefix="tipstaff-") as results:
        while chunk := file.read(_COPY_SIZE):
            if copy.tell() + len(chunk) > _MAX_FILE_SIZE:
                raise DumpError(f"{name} is a spreadsheet of more than {_MAX_FILE_SIZE >> 20} MiB; save it as CSV")
            copy.write(chunk)
        copy.seek(0)
        if not run_bounded(_CODE, copy, results, deadline=_DEADLINE_SECONDS):
            raise UnsafeFileError(
                f"{name} is a spreadsheet that takes more than {MAX_PROCESS_SECONDS} seconds or {MAX_PROCESS_MEMORY >> 20} MiB of memory "
                "to read; save it as CSV"
            )
        budget.add("rows", fstat(results.fileno()).st_size)
        if error := json.loads(results.readline()):
            raise DumpError(f"{name} cannot be read as a spreadsheet: {error}")
        yield _list_sheets(results)


def _list_sheets(results: IO[bytes]) -> list[Sheet]:
    """Return the sheets that a process has written."""
    sheets: list[Sheet] = []
    head: dict[str, str | None] | None = None
    begin = count = 0

    def add() -> None:
        if head is not None:
            sheets.append(Sheet(str(head["sheet"]), count, head["error"], begin, results))

    while line := results.readline():
        if line.startswith(b"{"):
            add()
            head, begin, count = json.loads(line), results.tell(), 0
        else:
            count += 1
    add()
    return sheets
