"""Members that lack the columns that the caller names are read by their own: an archive may hold tables of several kinds."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from model.errors import DumpError
from service.batch.input.columns.column_names import COLUMN_OPTIONS
from service.batch.input.layout import Layout
from service.batch.input.opened_dump import OpenDump
from service.batch.input.streams.byte_stream import RecordedStream
from service.batch.input.streams.dump_source import DumpSource
from service.batch.rows import DumpOptions

__all__ = ["DumpOpener", "named_columns", "open_by_columns"]

DumpOpener = Callable[[DumpSource, DumpOptions], AbstractContextManager[tuple[OpenDump, Layout]]]

_MAX_RECORDED_SIZE = 1 << 24
"""Bytes that may be read of a member before it is known whether it has the columns."""


@contextmanager
def open_by_columns(source: DumpSource, options: DumpOptions, open_dump: DumpOpener) -> Iterator[tuple[OpenDump, Layout, bool]]:
    """Open a member by the columns that the caller names, or else by its own.

    Args:
        source: the member.
        options: the options of the caller.
        open_dump: opens a member.

    Yields:
        The open member, its layout, and whether it has the columns that the caller names; False also if none are named.

    Raises:
        DumpError: the member can be opened neither way; the message is about the first.
    """
    own_options = _without_columns(options)
    with ExitStack() as stack:
        if own_options == options:
            yield *stack.enter_context(open_dump(source, options)), False
            return
        recorded = RecordedStream(source.stream, _MAX_RECORDED_SIZE)
        try:
            opened = stack.enter_context(open_dump(replace(source, stream=io.BufferedReader(recorded), remarks=[]), options))
        except DumpError:
            again = _open_again(stack, source, recorded, own_options, open_dump)
            if again is None:
                raise
            opened, has_columns = again, False
        else:
            recorded.stop_recording()
            has_columns = True
        yield *opened, has_columns


def _open_again(
    stack: ExitStack, source: DumpSource, recorded: RecordedStream, options: DumpOptions, open_dump: DumpOpener
) -> tuple[OpenDump, Layout] | None:
    """Open a member from its beginning once more; None if that cannot be done either."""
    stream = recorded.replay()
    if stream is None:
        return None
    try:
        return stack.enter_context(open_dump(replace(source, stream=stream, remarks=[]), options))
    except DumpError:
        return None


def named_columns(options: DumpOptions) -> dict[str, str]:
    """Return the columns that the caller names, by the options that name them."""
    columns = {f"--{field.replace('_', '-')}": getattr(options, field) for field in COLUMN_OPTIONS.values()}
    named: dict[str, str] = {option: column for option, column in columns.items() if column is not None}
    return named | ({"--keep": ", ".join(options.keep)} if options.keep else {})


def _without_columns(options: DumpOptions) -> DumpOptions:
    """Return the options without those that name columns."""
    columns: dict[str, Any] = dict.fromkeys(COLUMN_OPTIONS.values())
    return replace(options, keep=(), **columns)
