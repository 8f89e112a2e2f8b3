"""Feeds of comments say what a comment answers, in one way or another."""

import pytest

from tests.service.batch.input.dump_reader import DumpReader
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.platforms.sites.document_samples import BLOGGER_EXPORT

_ITEM = (
    "<item><title>By: Bob</title><guid isPermaLink='false'>https://x.example/?p=1#comment-3</guid><dc:creator>Bob</dc:creator>"
    "<content:encoded><![CDATA[{text}]]></content:encoded></item>"
)
_FEED = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<channel><title>Comments</title><link>https://x.example</link>{items}</channel></rss>"
)


@pytest.mark.parametrize("words", ["In reply to", "Als Antwort auf"])
def test_what_wordpress_puts_before_a_reply_is_its_parent(read_dump: DumpReader, words: str) -> None:
    """The name in it is no word of the author; the comment that it leads to is the one that this one answers."""
    text = f'<p>{words} <a href="https://x.example/post/#comment-2">Ann the idiot</a>.</p>\n<p>Thank you.</p>'
    row = read_dump(_FEED.format(items=_ITEM.format(text=text)).encode(), "feed").rows[0]
    assert (row.text, row.parent, row.place) == ("<p>Thank you.</p>", "https://x.example/?p=1#comment-2", "https://x.example")


def test_a_link_in_a_text_is_no_parent(read_dump: DumpReader) -> None:
    """Only a paragraph of nothing else, at the beginning, says what a comment answers."""
    text = '<p>See <a href="https://x.example/post/#comment-2">this</a>, which says more.</p>'
    row = read_dump(_FEED.format(items=_ITEM.format(text=text)).encode(), "feed").rows[0]
    assert (row.text, row.parent) == (text, None)


def test_blogs_are_found_among_all_that_google_hands_out(read_dump: DumpReader) -> None:
    """The feed of each blog is read where Takeout puts it."""
    name = "Takeout/Blogger/Blogs/My blog/feed.atom"
    files = {
        "Takeout/archive_browser.html": b"<html></html>",
        name: BLOGGER_EXPORT,
        "Takeout/Blogger/Blogs/My blog/settings.csv": b"a,b\n1,2\n",
    }
    rows = read_dump(pack_zip(files), "takeout.zip").rows
    assert [(row.text, row.author, row.member) for row in rows if row.reason is None] == [("So <b>good</b>", "Bob", name)]
