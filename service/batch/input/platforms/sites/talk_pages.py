"""MediaWiki: the talk pages in its dumps and exports, as comments, each of which ends with the signature of its author."""

import re
from collections.abc import Iterator

from model.comment import Format
from service.batch.input.formats.pages.page_dates import read_page_date
from service.batch.input.formats.xml.xml_schema import XmlSchema
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.input.records import DumpRecord
from service.batch.rows import Columns, Reason

__all__ = ["MEDIAWIKI", "MEDIAWIKI_XML", "unfold_talk_pages"]

_LATEST = frozenset(f"revision/{name}" for name in ("id", "timestamp", "text", "comment", "contributor/username", "contributor/ip"))
MEDIAWIKI_XML = XmlSchema(
    record=frozenset({"page"}),
    parents={"page": ("mediawiki",)},
    document_context={"mediawiki/siteinfo/sitename": "site"},
    replaced=_LATEST,
)
"""Pages with their revisions, from the oldest to the newest, according to www.mediawiki.org/xml/export-0.11."""

_CLOCK = r"\d{1,2}[:.]\d\d"
_DAY = r"\d{1,2}\.? [^\W\d_]{1,20}\.? \d{4}"
_SIGNING_TIME = re.compile(rf"(?:{_CLOCK}, {_DAY}|{_DAY},?(?: [^\W\d_]{{1,3}}\.?)? {_CLOCK}) \([A-Z]{{2,5}}\)")
_UNSIGNED = re.compile(r"\{\{\s*(?:unsigned|unsignedip|unsigned2|xsign)\s*\|([^{}|]{1,200})(?:\|[^{}]{0,300})?\}\}", re.IGNORECASE)
_USER_LINK = re.compile(r"\[\[[^\[\]|:]{1,40}:([^\[\]|/#]{1,200})[^\[\]]{0,300}\]\]")
_HEADING = re.compile(r"(={1,6})\s*(\S.*?)\s*\1\s*$")
_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,400}\|)?([^\[\]|]{1,400})\]\]")
_WEB_LINK = re.compile(r"\[(?:https?:)?//\S{1,2000}(?: ([^\[\]\n]{1,1000}))?\]")
_QUOTE_MARKS = re.compile(r"'{2,5}")
_INDENT = " \t:*#;"
_DASHES = " \t-–—~("
_MAX_HEADING_LENGTH = 500
_MAX_SIGNATURE_LENGTH = 600
"""The most characters from the name in a signature to its end."""


def unfold_talk_pages(pages: Iterator[DumpRecord]) -> Iterator[DumpRecord]:
    """Yield the comments on pages one by one, numbered from 1; a page that is no talk page, or cannot be used, is one record."""
    number = 0
    for page in pages:
        text, namespace = page.fields.get("revision/text"), str(page.fields.get("ns") or "")
        if page.reason is not None or not isinstance(text, str) or not namespace.isdecimal() or int(namespace) % 2 == 0:
            number += 1
            yield page._replace(line=number)
            continue
        for comment in _comments_in(text, page.fields):
            number += 1
            yield page._replace(line=number, fields=comment)


def _comments_in(text: str, fields: RecordFields) -> Iterator[RecordFields]:
    section = fields.get("title")
    lines: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.match(line) if len(line) <= _MAX_HEADING_LENGTH else None
        if heading is not None:
            yield from _unsigned(lines, fields, section)
            section, lines = heading.group(2), []
            continue
        lines.append(line)
        if (signed := _read_signature(line)) is not None:
            said, author, time = signed
            yield _comment([*lines[:-1], said], fields, section, author=author, time=time)
            lines = []
    yield from _unsigned(lines, fields, section)


def _unsigned(lines: list[str], fields: RecordFields, section: object) -> Iterator[RecordFields]:
    """Yield what nobody has signed, if it holds more than templates."""
    if re.sub(r"\{\{[^{}]*\}\}|\{\||\|\}|[^\w]", "", "".join(lines)):
        yield _comment(lines, fields, section, author=None, time=None)


def _read_signature(line: str) -> tuple[str, str | None, str | None] | None:
    """Return what a line says before the signature at its end, the name in that, and its time; None if the line has no signature."""
    if (unsigned := _UNSIGNED.search(line)) is not None:
        return line[: unsigned.start()], unsigned.group(1).strip(), None
    times = list(_SIGNING_TIME.finditer(line))
    if not times:
        return None
    end = times[-1].start()
    links = list(_USER_LINK.finditer(line, max(end - _MAX_SIGNATURE_LENGTH, 0), end))
    author = links[-1].group(1).strip() if links else None
    begin = next((link.start() for link in links if link.group(1).strip() == author), end)
    return line[:begin].rstrip(_DASHES), author, _read_time(times[-1].group())


def _read_time(signed: str) -> str | None:
    clock, date = re.search(_CLOCK, signed), read_page_date(re.sub(_CLOCK, " ", signed))
    return None if clock is None or date is None else f"{date}T{clock.group().replace('.', ':').zfill(len('00:00'))}"


def _comment(lines: list[str], fields: RecordFields, section: object, *, author: str | None, time: str | None) -> RecordFields:
    text = "\n".join(line.lstrip(_INDENT) for line in lines).strip()
    text = _WEB_LINK.sub(lambda match: match.group(1) or "", _LINK.sub(r"\1", _QUOTE_MARKS.sub("", text)))
    return {"talk/text": text, "talk/author": author, "talk/time": time, "title": section, "place": fields.get("title")}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return fields, None if "talk/text" in fields else Reason.NOT_A_COMMENT


MEDIAWIKI = Platform(
    name="wikipedia",
    description="comments on talk pages of a wiki",
    signatures=(),
    columns=Columns("talk/text", None, "talk/author", None, "talk/time", title="title", place="place"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Comments of the newest revision of each talk page, whose place is the page; they have no ids. All other pages are no comments."""
