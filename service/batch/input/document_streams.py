"""The choice of a reader for documents: XML, saved pages, and what else other programs saved as text with a form of its own."""

import io
from collections.abc import Iterator

from model.errors import DumpError
from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.formats.json.json_lines import probe_records
from service.batch.input.formats.movable_type import read_movable_type
from service.batch.input.formats.pages.page_process import read_page
from service.batch.input.formats.pages.web_archives import is_web_archive, read_web_archive
from service.batch.input.formats.tables.attribute_relation import read_attribute_relation
from service.batch.input.formats.xml.xml_records import read_xml
from service.batch.input.formats.xml.xml_schema import XmlSchema
from service.batch.input.formats.xml.xml_survey import survey_xml
from service.batch.input.platforms.sites.stack_exchange import STACK_EXCHANGE_XML
from service.batch.input.platforms.sites.talk_pages import MEDIAWIKI_XML, unfold_talk_pages
from service.batch.input.platforms.sites.web_feeds import FEED_XML
from service.batch.input.platforms.sites.wordpress import WXR_XML
from service.batch.input.platforms.widgets.disqus import DISQUS_XML
from service.batch.input.records import DumpRecord, RecordStream
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import UTF8, decode_head

__all__ = ["DOCUMENT_CONTAINERS", "open_document_stream"]

_XML_SCHEMAS: dict[Container, XmlSchema] = {
    Container.WXR: WXR_XML,
    Container.DISQUS: DISQUS_XML,
    Container.FEED: FEED_XML,
    Container.STACK_EXCHANGE: STACK_EXCHANGE_XML,
    Container.MEDIAWIKI: MEDIAWIKI_XML,
}
DOCUMENT_CONTAINERS = frozenset(_XML_SCHEMAS) | {
    Container.XML,
    Container.PAGE,
    Container.WEB_ARCHIVE,
    Container.MOVABLE_TYPE,
    Container.ATTRIBUTE_RELATION,
}
"""The containers that are documents."""


def open_document_stream(source: DumpSource, kind: FileKind, stream: io.BufferedReader) -> RecordStream:
    """Open the records of a document.

    Args:
        source: its bytes.
        kind: its container, which is one of ``DOCUMENT_CONTAINERS``, and its encoding.
        stream: its text as UTF-8; XML and pages state their encoding themselves, and are read from ``source``.

    Raises:
        DumpError: there are no comments in it, or it is damaged from its beginning.
    """
    container = kind.container
    has_offsets = kind.encoding == UTF8 and not source.is_compressed
    if container is Container.MOVABLE_TYPE:
        return RecordStream([], read_movable_type(stream, has_offsets=has_offsets), "line")
    if container is Container.ATTRIBUTE_RELATION:
        return read_attribute_relation(stream, name=source.name, has_offsets=has_offsets)
    if container is Container.WEB_ARCHIVE or (container is Container.PAGE and is_web_archive(decode_head(source.head, kind.encoding))):
        return RecordStream([], read_web_archive(source.stream, name=source.name), "row")
    if container is Container.PAGE:
        return RecordStream([], read_page(source.stream, name=source.name), "row")
    if container is Container.XML:
        schema, elements = survey_xml(source.head)
        if schema is None:
            found = ", ".join(f"<{name}>" for name in elements) or "it has no element"
            raise DumpError(f"{source.name} is XML in which no comments are found ({found})")
        return probe_records(_read_xml(source, schema), "row")
    records = _read_xml(source, _XML_SCHEMAS[container])
    return RecordStream([], unfold_talk_pages(records) if container is Container.MEDIAWIKI else records, "row")


def _read_xml(source: DumpSource, schema: XmlSchema) -> Iterator[DumpRecord]:
    return read_xml(source.stream, schema, name=source.name, remarks=source.remarks, has_offsets=not source.is_compressed)
