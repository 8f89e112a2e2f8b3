"""Pages that a browser saved as one file are read like pages, with the frames in them."""

import base64
import quopri

import pytest

from model.errors import DumpError
from tests.service.batch.input.dump_reader import DumpReader
from tests.service.batch.input.formats.pages.page_samples import PAGE_COMMENTS, read_page_sample

_HEAD = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.example/a\r\nSubject: A page\r\nDate: x\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----MultipartBoundary--a--"\r\n\r\n\r\n'
)


def _part(kind: str, encoding: str, body: bytes) -> bytes:
    head = f"------MultipartBoundary--a--\r\nContent-Type: {kind}\r\nContent-ID: <f>\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body + b"\r\n"


def _archive(*parts: bytes) -> bytes:
    return _HEAD.encode() + b"".join(parts) + b"------MultipartBoundary--a----\r\n"


def test_the_page_and_its_frames_are_read(read_dump: DumpReader) -> None:
    """Comments of the page come first; those of a service that shows them in a frame follow; pictures and advertisements have none."""
    content = _archive(
        _part("text/html", "quoted-printable", quopri.encodestring(read_page_sample("drupal.html"))),
        _part("image/png", "base64", base64.encodebytes(b"\x89PNG")),
        _part("text/html", "quoted-printable", b"<html><p>Buy=20this</p>"),
        _part("text/html", "base64", base64.encodebytes(read_page_sample("disqus.html"))),
    )
    read = read_dump(content, "page.mhtml")
    expected = [*PAGE_COMMENTS["drupal.html"], *PAGE_COMMENTS["disqus.html"]]
    assert read.description == "comments on a page (web page with all parts)"
    assert [(row.line, row.id, row.author, row.text) for row in read.rows] == [
        (number, cells[0], cells[1], cells[4]) for number, cells in enumerate(expected, start=1)
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_archive(_part("text/html", "quoted-printable", b"<html><p>Nothing")), "no comments"),
        (_HEAD.replace("boundary", "border").encode(), "as HTML only"),
        (b"bplist00\xd1\x01\x02_\x10\x0fWebMainResource", "Safari"),
    ],
)
def test_archives_without_comments_are_refused(read_dump: DumpReader, content: bytes, message: str) -> None:
    """The message says what can be done."""
    with pytest.raises(DumpError, match=message):
        read_dump(content, "page.mhtml")
