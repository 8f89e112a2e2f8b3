"""The choice of a reader by the container of a dump, which turns the bytes into a stream of records.

Training has a reader of labelled tables of its own (``training.tables.table_records``), because the promises differ: a dump is
recognised by its content and read to its end, however damaged it is, while a labelled table is refused unless it is what its name says.
"""

from collections.abc import Iterator
from typing import Literal

from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.document_streams import DOCUMENT_CONTAINERS, open_document_stream
from service.batch.input.formats.chats.whatsapp_chat import read_whatsapp_chat
from service.batch.input.formats.json.json_documents import read_json_documents
from service.batch.input.formats.json.json_lines import probe_records, read_json_lines
from service.batch.input.formats.json.json_lines_arrow import flatten_pieces, read_json_pieces
from service.batch.input.formats.plain_text import read_paragraphs, read_plain_lines
from service.batch.input.formats.tables.delimited_text import TableSyntax, read_csv
from service.batch.input.layout import DumpPart
from service.batch.input.platforms.known_platforms import is_platform_record
from service.batch.input.records import DumpRecord, RecordStream
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import UTF8, recode_to_utf8
from service.batch.input.trees.document_shapes import DocumentShapes
from service.batch.input.trees.paths import has_paths
from service.batch.rows import DumpOptions

__all__ = ["open_record_stream"]


def open_record_stream(source: DumpSource, kind: FileKind, part: DumpPart, options: DumpOptions) -> RecordStream:
    """Open the records of a dump in any container except columnar files, databases and archives.

    Args:
        source: the bytes of the dump, beginning with the part.
        kind: its container and encoding.
        part: the part that is read, and the layout if it is known.
        options: the options of the caller.

    Raises:
        DumpError: the file is damaged from its beginning.
    """
    container = kind.container
    stream = recode_to_utf8(source.stream, kind.encoding)
    has_offsets = kind.encoding == UTF8 and not source.is_compressed
    if container is Container.CSV:
        header = list(part.layout.names) if part.layout is not None and part.begin else None
        return read_csv(stream, _table_syntax(kind, options), name=source.name, names=header, first=part.first, remarks=source.remarks)
    if container in DOCUMENT_CONTAINERS:
        return open_document_stream(source, kind, stream)
    if container is Container.WHATSAPP:
        return RecordStream([], read_whatsapp_chat(stream, has_offsets=has_offsets), "line", strict=True)
    if container in {Container.TEXT, Container.LINES}:
        read_comments = read_plain_lines if container is Container.LINES else read_paragraphs
        records = read_comments(
            stream, first=part.first, offset=part.begin, has_offsets=has_offsets, fallback=kind.fallback, remarks=source.remarks
        )
        return RecordStream(["text"], records, "line", strict=True)
    if container is Container.JSON:
        shapes = DocumentShapes(options.text_column, is_platform_record)
        return _stream_records(read_json_documents(stream, shapes, name=source.name, has_offsets=has_offsets), "row", part)
    layout = part.layout
    names = [] if layout is None else layout.row_fields(options)
    if layout is not None and layout.columns is not None and layout.platform.is_flat and not has_paths(names):
        text_name = layout.columns.text
        pieces = read_json_pieces(
            stream,
            names,
            text_name=text_name,
            other_texts=layout.other_texts,
            first=part.first,
            offset=part.begin,
            has_offsets=has_offsets,
        )
        return RecordStream([], flatten_pieces(pieces), "line", is_nested=True, pieces=pieces)
    return _stream_records(read_json_lines(stream, first=part.first, offset=part.begin, has_offsets=has_offsets), "line", part)


def _table_syntax(kind: FileKind, options: DumpOptions) -> TableSyntax:
    return TableSyntax(
        kind.delimiter,
        kind.quoting,
        has_spaces=kind.has_spaces,
        has_backslashes=kind.has_backslashes,
        has_header=options.has_header,
        skipped_lines=kind.skipped_lines,
        fallback=kind.fallback,
    )


def _stream_records(records: Iterator[DumpRecord], unit: Literal["line", "row"], part: DumpPart) -> RecordStream:
    """Return a stream of records; their field names are probed unless the layout of the file is known already."""
    return probe_records(records, unit, is_nested=True) if part.layout is None else RecordStream([], records, unit, is_nested=True)
