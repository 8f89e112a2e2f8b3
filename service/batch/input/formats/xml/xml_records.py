"""Records of XML documents, read element by element, without entities or network; a broken element costs no other record.

A file may hold several documents one after another, as ``cat`` writes them, and what a program said before or between them.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from model.errors import DumpError
from service.batch.input.formats.xml.record_parser import ForbiddenEntity, RecordParser, XmlPosition
from service.batch.input.formats.xml.xml_schema import XmlSchema
from service.batch.input.records import DumpRecord
from service.batch.remarks import add_remark
from service.batch.rows import Reason

__all__ = ["read_xml"]

_CHUNK_SIZE = 1 << 16
_TAG_OVERLAP = 256
"""The number of bytes that a search for the next record keeps, because its tag may begin in them."""
_CONTROL_CHARS = bytes(range(0x09)) + b"\x0b\x0c" + bytes(range(0x0E, 0x20))
_CONTROL_CHARS_TO_SPACES = bytes.maketrans(_CONTROL_CHARS, b" " * len(_CONTROL_CHARS))
"""XML forbids these characters, but exports of forums are full of them; a space in place of each keeps every offset."""
_ENCODINGS_OF_WIDE_CHARS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
"""The first bytes of texts whose characters have two bytes or more."""
_DECLARATION = b"<?xml"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_xml(stream: BinaryIO, schema: XmlSchema, *, name: str, remarks: list[str], has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the records of an XML document, or of several one after another, one by one.

    Where the document is broken, a record has a reason, and reading goes on with the next element that is a record.

    Args:
        stream: the bytes.
        schema: where the records are.
        name: the name of the document in messages.
        remarks: gets a remark where something before the document is passed over.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.

    Raises:
        DumpError: the document declares entities.
    """
    for record in _read_records(stream, schema, name, remarks):
        yield record if has_offsets else record._replace(offset=None)


def _read_records(stream: BinaryIO, schema: XmlSchema, name: str, remarks: list[str]) -> Iterator[DumpRecord]:
    head = stream.read(_CHUNK_SIZE)
    has_wide_chars = head.startswith(_ENCODINGS_OF_WIDE_CHARS)
    begin = 0 if has_wide_chars else _document_begin(head, schema)
    if head[:begin].removeprefix(_BYTE_ORDER_MARK).strip():
        add_remark(remarks, f"the first {begin} bytes, before the XML, are passed over: a program wrote them there, as PHP does a warning")
    position: XmlPosition | None = XmlPosition(begin, (), head[begin:])
    encoding = _declared_encoding(head[begin:])
    number = 0
    titles: dict[str, str] = {}
    while position is not None:
        offset, data = position.offset, position.data
        # Behind something broken, the declaration of the encoding has been passed.
        parser = RecordParser(schema, position, titles, number=number, encoding=encoding if position.inside else None)
        try:
            parser.open_surrounding_elements()
            while data:
                parser.parse(data if has_wide_chars else data.translate(_CONTROL_CHARS_TO_SPACES))
                yield from parser.take_records()
                offset += len(data)
                data = stream.read(_CHUNK_SIZE)
            parser.parse(b"", is_last=True)
        except ForbiddenEntity:
            raise DumpError(f"{name} declares entities of its own, which dumps have no use for; it is not read") from None
        except (expat.ExpatError, ValueError, LookupError):
            for record in parser.take_records():
                number = record.line
                yield record
            if not parser.has_ended:
                for record in parser.broken_records(Reason.NOT_XML if data else Reason.TRUNCATED):
                    number = max(number, record.line)
                    yield record
            at = max(parser.offset, offset)
            begins_anew = at > position.offset and (parser.has_ended or data[at - offset :].startswith(_DECLARATION))
            rest = data[at - offset :]
            position = None if has_wide_chars else _find_next_record(rest, stream, schema, offset=at, behind=not begins_anew)
            if position is not None and not position.inside:
                encoding = _declared_encoding(position.data)
        else:
            yield from parser.take_records()
            return


def _document_begin(head: bytes, schema: XmlSchema) -> int:
    """Return the byte where the document begins, behind blank lines and whatever a program wrote before it; 0 where none begins."""
    match = re.search(rf"<\?xml\s|<!DOCTYPE\s|<(?:{'|'.join(map(re.escape, sorted(schema.roots)))})[\s>]".encode(), head)
    # A byte order mark may stand before a document, but only at the very beginning of a file.
    return 0 if match is None or head[: match.start()] == _BYTE_ORDER_MARK else match.start()


def _declared_encoding(head: bytes) -> str | None:
    declaration = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)", head.removeprefix(_BYTE_ORDER_MARK))
    return declaration.group(1).decode() if declaration is not None else None


def _find_next_record(data: bytes, stream: BinaryIO, schema: XmlSchema, *, offset: int, behind: bool) -> XmlPosition | None:
    """Find the next element that is a record or contains records, or the beginning of the next document.

    Args:
        data: the bytes from ``offset`` on that have been read.
        stream: the bytes behind them.
        schema: where the records are.
        offset: the byte from which on it is looked for.
        behind: whether it has to begin behind that byte, where the document is broken, in which case only a declaration of XML, and not
            the element of a whole document, begins the next.
    """
    names = set(schema.parents) if behind else {*schema.parents, *schema.roots}
    tag = re.compile(rf"<(\?xml|{'|'.join(map(re.escape, sorted(names)))})(?=[\s>])".encode())
    search_begin = offset + behind
    while True:
        match = tag.search(data, max(search_begin - offset, 0))
        if match is not None:
            return XmlPosition(offset + match.start(), schema.parents.get(match.group(1).decode(), ()), data[match.start() :])
        overlap = min(_TAG_OVERLAP, len(data))
        offset += len(data) - overlap
        chunk = stream.read(_CHUNK_SIZE)
        if not chunk:
            return None
        data = data[len(data) - overlap :] + chunk
