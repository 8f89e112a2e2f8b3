"""Pages that might take much time or memory are parsed by a process that is allowed little of both, with the same comments."""

import io

import pytest

from model.errors import DumpError, UnsafeFileError
from service.batch.input.formats.pages.page_process import read_page

COMMENT = '<li class="comment" id="comment-%d"><cite class="fn">Ann</cite><div class="comment-content">Text <b>%d</b> ü</div></li>'


def read(page: bytes) -> list[tuple[int, object, object]]:
    """Return number, author and text of the comments on a page."""
    records = list(read_page(io.BytesIO(page), name="x.html"))
    return [(record.line, record.fields["author"], record.fields["text"]) for record in records]


def test_large_pages_have_the_comments_of_small_ones() -> None:
    """Which process parses a page makes no difference."""
    page = "".join(COMMENT % (number, number) for number in range(50)).encode()
    comments = read(page)
    assert comments[7] == (8, "Ann", "Text <b>7</b> ü")
    assert len(comments) == 50
    assert read(page + b" " * (1 << 20)) == comments
    assert read(page + b"<p " + b" ".join(b"a%d" % number for number in range(3000)) + b">") == comments


def test_errors_of_the_other_process_name_the_page() -> None:
    """They are those that a small page has."""
    for page in (b"<p>nothing", b"<p>nothing" + b" " * (1 << 20)):
        with pytest.raises(DumpError, match=r"x\.html is a page in which no comments are found"):
            read(page)


def test_pages_that_take_too_much_memory_are_refused() -> None:
    """The process that parses them ends before it has taken a gigabyte."""
    page = b'<p class="comment">hi</p>' + b"<a b c d e f g h i j k l m>" * 300_000
    with pytest.raises(UnsafeFileError, match=r"x\.html is a page that takes more than 60 seconds or 768 MiB"):
        read(page)
