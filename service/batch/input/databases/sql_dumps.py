"""Dumps of databases as text: the statements that create their tables anew."""

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast

from service.batch.input.databases.open_tables import OpenDatabase, open_chosen_tables
from service.batch.input.databases.table_choice import TableChoice
from service.batch.input.detection.file_kinds import FileKind
from service.batch.input.formats.sql.sql_dialect import detect_dialect
from service.batch.input.formats.sql.sql_tables import SqlDump, SqlSection
from service.batch.input.records import DumpRecord
from service.batch.input.streams.byte_stream import ReplayedStream
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import UTF8, decode_head, detect_encoding, recode_to_utf8
from service.batch.remarks import add_remark
from service.batch.rows import DumpOptions, Reason, Row

__all__ = ["open_sql_dump"]

_CODEC_NAMES = {"cp1252": "Windows-1252", "cp1251": "Windows-1251", "cp1250": "Windows-1250"}
_USUAL_ENCODING = "cp1252"
_SMALL_DUMP = 1 << 24
"""A dump of fewer bytes is looked through before it is read, to know what tables are in it."""
_BUFFER_SIZE = 1 << 18
_MAX_UNREAD_STATEMENTS = 1000


def open_sql_dump(source: DumpSource, options: DumpOptions, kind: FileKind) -> OpenDatabase:
    """Open a dump; the rows can be read as long as the source is open.

    Args:
        source: the dump.
        options: the options of the caller.
        kind: its container and its encoding.

    Raises:
        DumpError: it has no table that is known to hold comments, or not the one that the caller asks for.
    """
    dump = SqlDump(source.name, detect_dialect(decode_head(source.head, kind.encoding)))
    choice = TableChoice(source.name, kind, options, remarks=source.remarks)
    has_offsets = kind.encoding == UTF8 and not source.is_compressed
    stream = recode_to_utf8(source.stream, kind.encoding)
    fallback = "" if kind.encoding != UTF8 else _guess_encoding(source.head)
    start = stream.read(_SMALL_DUMP)
    if len(start) < _SMALL_DUMP:
        stream = io.BufferedReader(io.BytesIO(start))
        survey = SqlDump(source.name, dump.dialect).read_sections(io.BufferedReader(io.BytesIO(start)))
        choice.reads_by_content = not any(choice.is_likely(section) for section in survey)
    else:
        stream = io.BufferedReader(ReplayedStream(start, cast(io.RawIOBase, stream)), _BUFFER_SIZE)

    def sections() -> Iterator[SourceSection]:
        noted = 0
        for section in dump.read_sections(stream, fallback_encoding=fallback):
            for schema in islice(dump.schemas.values(), noted, None):
                choice.note_table(schema.name, schema.columns)
            noted = len(dump.schemas)
            yield SourceSection(section, source, has_offsets=has_offsets)

    def rest() -> Iterator[Row]:
        yield from _unread_rows(dump, choice, source)
        if dump.used_encoding is not None:
            add_remark(source.remarks, f"texts that are not UTF-8 are read as {_CODEC_NAMES.get(dump.used_encoding, dump.used_encoding)}")
        if dump.lacks_last_line:
            add_remark(source.remarks, "the dump does not end as its program ends dumps: it may have been cut off")

    return open_chosen_tables(sections(), choice, share=source.share, rest=rest)


def _guess_encoding(head: bytes) -> str:
    """Return the codec of texts that are not UTF-8 where the dump does not declare any."""
    guessed = detect_encoding(head, guess=True)
    return _USUAL_ENCODING if guessed == UTF8 else guessed


def _unread_rows(dump: SqlDump, choice: TableChoice, source: DumpSource) -> Iterator[Row]:
    """Yield rows that stand for what was not read: the end of a dump that was cut, statements that cannot be read, and damage."""
    for table, count in dump.unread_statements.items():
        if table in choice.layouts:
            for _ in range(min(count, _MAX_UNREAD_STATEMENTS)):
                yield Row(0, None, None, Reason.NOT_SQL, member=table)
    if source.can_end_early and source.damage is not None:
        yield Row(1, None, None, source.damage.reason, offset=source.damage.offset)
    elif dump.cut_table is not None:
        yield Row(1, None, None, Reason.TRUNCATED, member=dump.cut_table)


class SourceSection:
    """A section of a dump whose source may be damaged, so that it ends too early.

    Args:
        section: the section.
        source: the source.
        has_offsets: whether the bytes of the dump are those of the file, so that offsets mean something.
    """

    def __init__(self, section: SqlSection, source: DumpSource, *, has_offsets: bool) -> None:
        self.table = section.table
        self.names = section.names
        self._section = section
        self._source = source
        self._has_offsets = has_offsets

    def read(self, wanted: Sequence[str], first: int) -> Iterator[DumpRecord]:
        """Read the rows, as ``SqlSection`` does; damage is told once, and not by the row that it cuts."""
        for record in self._section.read(wanted, first):
            if record.reason is Reason.TRUNCATED and self._source.can_end_early and self._source.damage is not None:
                return
            yield record if self._has_offsets else record._replace(offset=None)
