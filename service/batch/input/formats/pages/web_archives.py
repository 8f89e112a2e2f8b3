"""Pages that a browser saved whole as one file (MHTML): a mail whose parts are the page, the frames in it, and pictures."""

import base64
import binascii
import io
import quopri
import re
from collections.abc import Iterator
from email import message_from_bytes
from typing import BinaryIO

from model.errors import DumpError
from service.batch.input.formats.pages.page_process import read_page
from service.batch.input.records import DumpRecord

__all__ = ["is_web_archive", "read_web_archive"]

_MAX_SIZE = 1 << 26
_MAX_PARTS = 10_000
_BEGIN = re.compile(
    r"(?:(?:From|Snapshot-Content-Location|Subject|Date|MIME-Version|X-[\w-]+):[^\n]*\n(?:[ \t][^\n]*\n)*){1,20}?"
    r"Content-Type:\s*multipart/related\b",
    re.IGNORECASE,
)


def is_web_archive(start: str) -> bool:
    """Tell whether a text is such a file by how it begins."""
    return _BEGIN.match(start.replace("\r\n", "\n")[:4096]) is not None


def read_web_archive(stream: BinaryIO, *, name: str) -> Iterator[DumpRecord]:
    """Return the comments on the page as records, and those in frames of it, such as a service for comments shows.

    Args:
        stream: the file.
        name: its name in messages.

    Raises:
        DumpError: it is larger than 64 MiB, is damaged, or has no comments.
        UnsafeFileError: it takes too much time or memory to parse.
    """
    content = stream.read(_MAX_SIZE + 1)
    if len(content) > _MAX_SIZE:
        raise DumpError(f"{name} is a page of more than {_MAX_SIZE >> 20} MiB; save it as HTML only")
    records: list[DumpRecord] = []
    for page in _pages_in(content, name):
        try:
            records += read_page(io.BytesIO(page), name=name)
        except DumpError as error:
            # A frame without comments, such as an advertisement, is no reason to refuse the page.
            if "no comments are found" not in str(error):
                raise
    if not records:
        raise DumpError(f"{name} is a page in which no comments are found")
    return (record._replace(line=number) for number, record in enumerate(records, start=1))


def _pages_in(content: bytes, name: str) -> Iterator[bytes]:
    """Yield the parts that are HTML."""
    head, _, _ = content.partition(b"\r\n\r\n" if b"\r\n\r\n" in content[: 1 << 16] else b"\n\n")
    boundary = message_from_bytes(head + b"\n\n").get_boundary()
    if not boundary:
        raise DumpError(f"{name} is a page whose parts cannot be told apart; save it as HTML only")
    parts = content.split(b"--" + boundary.encode("ascii", "replace"), _MAX_PARTS)
    for part in parts[1:]:
        header, separator, body = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if not separator:
            header, _, body = part.lstrip(b"\r\n").partition(b"\n\n")
        message = message_from_bytes(header + b"\n\n")
        if message.get_content_type() in {"text/html", "application/xhtml+xml"}:
            yield _decode_part(body, str(message.get("Content-Transfer-Encoding", "")).strip().casefold())


def _decode_part(body: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding == "base64":
        try:
            return base64.b64decode(body, validate=False)
        except binascii.Error:
            return b""
    return body
