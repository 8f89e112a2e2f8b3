"""Detection of a dump's container, encoding and delimiter by its first bytes; the name of the file decides only where they do not."""

from collections.abc import Callable

from model.errors import DumpError
from service.batch.input.detection.binary_detection import detect_binary_container
from service.batch.input.detection.chat_detection import detect_chat_container
from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.detection.head_lines import BLANK
from service.batch.input.detection.json_detection import detect_json_container
from service.batch.input.detection.markup_detection import detect_markup_container
from service.batch.input.detection.saved_detection import detect_saved_container
from service.batch.input.detection.sql_detection import detect_sql_container
from service.batch.input.detection.table_detection import detect_table_or_text
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import decode_head, detect_encoding
from service.batch.input.streams.foreign_formats import explain_foreign_format
from service.batch.rows import DumpOptions, ReadAs

__all__ = ["detect_kind"]

_CONTAINER_OF_FORMAT = {
    ReadAs.JSONL: Container.JSONL,
    ReadAs.JSON: Container.JSON,
    ReadAs.PAGE: Container.PAGE,
    ReadAs.FEED: Container.FEED,
    ReadAs.WORDPRESS: Container.WXR,
    ReadAs.DISQUS: Container.DISQUS,
    ReadAs.WHATSAPP: Container.WHATSAPP,
    ReadAs.SQL: Container.SQL,
}
"""The containers of text that ``--format`` can name, besides tables and plain text."""
_XML_EXPORTS = {Container.WXR, Container.DISQUS}
_TEXT_DETECTORS: tuple[Callable[[str, str], Container | None], ...] = (
    detect_chat_container,
    detect_saved_container,
    detect_json_container,
    detect_markup_container,
    detect_sql_container,
)
"""Recognise a text by how it begins, without white space before it, and by the name of the file; the first that does so decides."""


def detect_kind(source: DumpSource, options: DumpOptions) -> FileKind:
    """Detect the container, the encoding and the delimiter of a file.

    Args:
        source: the file, decompressed.
        options: the options of the caller.

    Raises:
        DumpError: the file is of no known kind, or is not what the caller says.
    """
    container = detect_binary_container(source.head, source.name)
    if container in {None, Container.TAR} and (problem := explain_foreign_format(source.head, source.name)) is not None:
        raise DumpError(f"{source.name} {problem}")
    if container is not None:
        return FileKind(container)
    if options.read_as in {ReadAs.PARQUET, ReadAs.ARROW, ReadAs.SQLITE}:
        raise DumpError(f"{source.name} does not begin as {options.read_as} files do; leave --format out to have the format found")
    return _detect_text_kind(source, options)


def _detect_text_kind(source: DumpSource, options: DumpOptions) -> FileKind:
    encoding = detect_encoding(source.head, guess=False, requested=options.encoding)
    start = decode_head(source.head, encoding).lstrip(BLANK)
    requested = _CONTAINER_OF_FORMAT.get(options.read_as) if options.read_as is not None else None
    if requested is Container.WXR and detect_sql_container(start, source.name) is not None:
        requested = Container.SQL
    # An export in XML is not all that there is of a platform: its interface answers JSON.
    if requested is not None and not (requested in _XML_EXPORTS and start[:1] in {"{", "["}):
        return FileKind(requested, encoding)
    if not options.lines and options.read_as not in {ReadAs.TEXT, ReadAs.CSV}:
        containers = (detect(start, source.name) for detect in _TEXT_DETECTORS)
        container = next((container for container in containers if container is not None), None)
        if container in {Container.ATTRIBUTE_RELATION, Container.MOVABLE_TYPE}:
            encoding = detect_encoding(source.head, guess=True, requested=options.encoding)
        if container is not None:
            return FileKind(container, encoding)
    return detect_table_or_text(source, options)
