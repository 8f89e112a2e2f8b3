"""The records of an XML document become rows; a broken record costs no other."""

import pytest

from model.errors import DumpError
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, reasons
from tests.service.batch.input.platforms.samples import SAMPLES


def test_broken_xml_costs_one_comment(read_dump: DumpReader) -> None:
    """Reading goes on with the next comment; characters that XML forbids cost none."""
    content = next(sample for sample in SAMPLES if sample.name == "blog.xml").content
    rows = read_dump(content.replace(b"So <b>", b"So \x08<b>"), "a.xml").rows
    assert [row.id for row in rows] == ["1", "2", "3"]
    broken = content.replace(b"<wp:comment_parent>0</wp:comment_parent>\n<wp:commentmeta>", b"<wp:commentmeta></oops>")
    rows = read_dump(broken, "a.xml").rows
    assert [(row.id, row.reason) for row in rows] == [("1", Reason.NOT_XML), ("2", None), ("3", Reason.NOT_A_COMMENT)]
    assert broken[rows[0].offset :].startswith(b"<wp:comment>")
    rows = read_dump(content.replace(b"[CDATA[no]]", b"[CDATA[\xff]]"), "a.xml").rows
    assert [row.reason for row in rows] == [None, Reason.NOT_XML, Reason.NOT_A_COMMENT]


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE disqus [<!ENTITY a "aaa">]><disqus><post dsq:id="1"/></disqus>',
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel/></rss>',
    ],
)
def test_documents_with_entities_are_refused(read_dump: DumpReader, content: bytes) -> None:
    """Entities can make a document grow without bound, or read files of this machine."""
    with pytest.raises(DumpError, match="entities"):
        read_dump(content, "dump")


@pytest.mark.parametrize("encoding", [b"UTX-8", b"UTF-7", b"Shift_JIS"])
def test_a_document_in_an_unsupported_encoding_has_no_texts(read_dump: DumpReader, encoding: bytes) -> None:
    """Its rows have a reason, whether the encoding does not exist or has several bytes a character; nothing else is raised."""
    content = next(sample for sample in SAMPLES if sample.name == "blog.xml").content
    rows = read_dump(content.replace(b"UTF-8", encoding), "a.xml").rows
    assert set(reasons(rows)) == {Reason.NOT_XML}


_NOTICES = [
    "PHP Deprecated:  Function utf8_encode() is deprecated in /srv/blog/wp-admin/export.php on line 87\n",
    "\ufeff\n \n<br />\n<b>Notice</b>: Undefined index: x in <b>/var/www/wp.php</b> on line <b>10</b><br />\n",
    "\n\n",
]


@pytest.mark.parametrize("notice", _NOTICES, ids=["PHP", "HTML", "blank"])
def test_what_stands_before_a_document_costs_no_row(read_dump: DumpReader, notice: str) -> None:
    """Warnings of a server and blank lines are passed over; whoever reads the file is told so of what is not blank."""
    content = next(sample for sample in SAMPLES if sample.name == "blog.xml").content
    read = read_dump(notice.encode() + content, "a.xml")
    assert [row.id for row in read.rows] == ["1", "2", "3"]
    assert [remark[:9] for remark in read.remarks] == ["the first"] * bool(notice.strip("\ufeff\n "))
    assert (notice.encode() + content)[read.rows[0].offset :].startswith(b"<wp:comment>")


def test_a_document_that_is_cut_off_costs_no_row_of_the_next(read_dump: DumpReader) -> None:
    """The comment in which it ends has a reason, and the document behind it is read whole."""
    content = next(sample for sample in SAMPLES if sample.name == "blog.xml").content
    rows = read_dump(content[: content.index(b"<wp:comment_content><![CDATA[no")] + b"\n" + content, "a.xml").rows
    assert [(row.id, row.reason) for row in rows] == [
        ("1", None),
        ("2", Reason.NOT_XML),
        ("1", None),
        ("2", None),
        ("3", Reason.NOT_A_COMMENT),
    ]
