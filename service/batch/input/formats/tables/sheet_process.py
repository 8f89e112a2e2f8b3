"""What the process does that reads a spreadsheet: it writes the rows of all sheets to its standard output, as lines of JSON.

It imports hardly anything but the reader, so that nearly all of the memory that it may take is left for the spreadsheet.
"""

import datetime
import json
import sys
from collections.abc import Iterable

from service.batch.input.streams.bounded_process import bound_process

__all__ = ["MAX_PROCESS_MEMORY", "MAX_PROCESS_SECONDS", "write_sheets"]

MAX_PROCESS_MEMORY = 352 << 20
"""Bytes that the process may take."""
MAX_PROCESS_SECONDS = 120
"""Seconds of a core that it may take."""
_MAX_OUTPUT_SIZE = 1 << 30
_LARGEST_WHOLE = 10**22
"""Numbers below this bound are shown with all of their digits, as ids have them."""


def write_sheets() -> None:
    """Read the spreadsheet on standard input, and write an error or null, and the name of each sheet followed by its rows.

    A row is its number, counted from 1, and its cells as text; rows without content are left out.
    """
    bound_process(memory=MAX_PROCESS_MEMORY, seconds=MAX_PROCESS_SECONDS, output=_MAX_OUTPUT_SIZE)
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(sys.stdin.buffer)
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ is python_calamine.SheetTypeEnum.WorkSheet]
    except python_calamine.PasswordError:
        print(json.dumps("it is protected by a password; save it without one"))
        return
    except (python_calamine.CalamineError, OSError) as error:
        print(json.dumps(f"it is damaged, or no spreadsheet ({_first_line(error)})"))
        return
    print("null")
    for name in names:
        try:
            rows = workbook.get_sheet_by_name(name).iter_rows()
        except python_calamine.CalamineError as error:
            print(json.dumps({"sheet": name, "error": _first_line(error)}))
            continue
        print(json.dumps({"sheet": name, "error": None}))
        _write_rows(rows)


def _write_rows(rows: Iterable[Iterable[object]]) -> None:
    for number, cells in enumerate(rows, start=1):
        texts = [_format_cell(cell) for cell in cells]
        if any(text.strip() for text in texts):
            print(json.dumps([number, texts]))


def _format_cell(cell: object) -> str:
    """Return a cell as text: whole numbers without a decimal point, points in time as ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_WHOLE:
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _first_line(error: Exception) -> str:
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return "".join(char if char.isprintable() else " " for char in line[:200])
