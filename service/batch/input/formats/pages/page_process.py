"""Web pages from strangers: those that might take much time or memory to parse are parsed in a process that is allowed little of both.

Parsers of HTML repair whatever they are given. A few kilobytes of unclosed elements or of attributes can thereby become gigabytes, or
take hours, and nothing can stop a parser from outside but the end of its process.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from model.errors import DumpError, UnsafeFileError
from service.batch.input.formats.pages.web_pages import is_nested_deeper, parse_page
from service.batch.input.records import DumpRecord
from service.batch.input.streams.bounded_process import bound_process, run_bounded
from service.batch.rows import Reason

__all__ = ["read_page"]

_MAX_PAGE_SIZE = 1 << 24
_SMALL_PAGE_SIZE = 1 << 20
_MAX_SHALLOW_DEPTH = 300
"""The deepest nesting of elements in a page that is parsed here: a search for an element in another one looks at all that are around it."""
_MAX_WORDS_IN_TAG = 2000
"""The most words between two elements of a page that is parsed here: they may be attributes, each of which is compared with all others."""
_MAX_REPEATED_ELEMENTS = 5_000_000
"""The most elements that such a page may become when the unclosed ones among them are repeated in each paragraph."""
_REPEATED_TAG = re.compile(rb"<(?:big|code|em|font|small|strike|strong|tt|[bisu])\b", re.IGNORECASE)
_BLANKS = np.zeros(256, np.bool_)
_BLANKS[list(b" \t\n\f\r/\"'=")] = True
_NAME_MARK = "\0"
"""What stands for the name of the page in the errors of the other process."""
_MAX_MEMORY = 768 << 20
_MAX_SECONDS = 60
_MAX_OUTPUT_SIZE = 1 << 30
_DEADLINE_SECONDS = 600
"""Seconds of the clock after which such a process is ended even where the machine gives it hardly any time."""


def read_page(stream: BinaryIO, *, name: str) -> Iterator[DumpRecord]:
    """Return the comments on a page as records.

    Args:
        stream: the page.
        name: its name in messages.

    Raises:
        DumpError: the page is larger than 16 MiB, or nested too deeply to be searched in time, or has no comments.
        UnsafeFileError: it takes too much time or memory to parse.
    """
    content = stream.read(_MAX_PAGE_SIZE + 1)
    if len(content) > _MAX_PAGE_SIZE:
        raise DumpError(f"{name} is a page of more than {_MAX_PAGE_SIZE >> 20} MiB; no page with comments is, name another")
    if _is_harmless(content):
        return iter(parse_page(content, name=name))
    return _read_apart(content, name)


def _is_harmless(content: bytes) -> bool:
    """Tell whether a page is parsed quickly and in little memory, whatever it holds."""
    if len(content) > _SMALL_PAGE_SIZE or is_nested_deeper(content, _MAX_SHALLOW_DEPTH):
        return False
    codes = np.frombuffer(content, np.uint8)
    begins = np.flatnonzero(codes == ord("<"))
    repeated = sum(1 for _ in _REPEATED_TAG.finditer(content))
    if repeated * len(begins) > _MAX_REPEATED_ELEMENTS:
        return False
    words = np.concatenate([[0], np.cumsum(_BLANKS[codes])])
    return not len(begins) or int(np.diff(words[np.append(begins, len(codes))]).max()) <= _MAX_WORDS_IN_TAG


def _read_apart(content: bytes, name: str) -> Iterator[DumpRecord]:
    """Parse a page in a process of its own; the arguments and errors are those of ``read_page``."""
    with tempfile.TemporaryFile(prefix="tipstaff-") as page, tempfile.TemporaryFile(prefix="tipstaff-") as results:
        page.write(content)
        page.seek(0)
        if not run_bounded(f"import {__name__} as page; page._serve()", page, results, deadline=_DEADLINE_SECONDS):
            raise UnsafeFileError(
                f"{name} is a page that takes more than {_MAX_SECONDS} seconds or {_MAX_MEMORY >> 20} MiB of memory to read, as only a "
                "trap does; it is not read"
            )
        if error := json.loads(results.readline()):
            raise DumpError(str(error).replace(_NAME_MARK, name))
        records = [json.loads(line) for line in results]
    return (DumpRecord(number, None, fields, None if reason is None else Reason(reason)) for number, fields, reason in records)


def _serve() -> None:
    """Parse the page on standard input, and write an error or null, and its records, to standard output, a line of JSON each."""
    bound_process(memory=_MAX_MEMORY, seconds=_MAX_SECONDS, output=_MAX_OUTPUT_SIZE)
    try:
        records = parse_page(sys.stdin.buffer.read(), name=_NAME_MARK)
    except DumpError as error:
        print(json.dumps(str(error)))
        return
    print("null")
    for record in records:
        print(json.dumps([record.line, record.fields, record.reason]))
