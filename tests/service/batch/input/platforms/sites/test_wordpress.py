"""What an export of WordPress holds besides comments of visitors is told apart from them."""

import re

import pytest

from tests.service.batch.input.dump_reader import DumpReader

_COMMENT = (
    "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_content><![CDATA[text]]></wp:comment_content>"
    "<wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type><![CDATA[{kind}]]></wp:comment_type></wp:comment>"
)


def _export(*comments: str, site: str = "https://one.example") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Blog</title>'
        f"<link>{site}/home</link><wp:base_site_url>https://all.example</wp:base_site_url><wp:base_blog_url>{site}</wp:base_blog_url>"
        f"<item><title>Post</title>{''.join(comments)}</item></channel></rss>\n"
    )


@pytest.mark.parametrize(
    ("kind", "approved", "reason"),
    [
        ("comment", "1", None),
        ("", "0", None),
        ("review", "1", None),
        ("comment", "spam", None),
        ("comment", "trash", "removed"),
        ("", "post-trashed", "removed"),
        ("order_note", "1", "not-a-comment"),
        ("edd_payment_note", "1", "not-a-comment"),
        ("action_log", "1", "not-a-comment"),
        ("like", "1", "not-a-comment"),
        ("webmention", "1", "not-a-comment"),
        ("order_note", "trash", "not-a-comment"),
    ],
)
def test_notes_and_trash_are_not_judged(read_dump: DumpReader, kind: str, approved: str, reason: str | None) -> None:
    """Spam and reviews are comments; notes of plugins are none, and what is in the trash has been removed."""
    row = read_dump(_export(_COMMENT.format(id=1, kind=kind, approved=approved)).encode(), "x.xml").rows[0]
    assert (row.id, row.reason, row.text) == ("1", reason, None if reason else "text")


def test_each_of_several_exports_in_a_file_names_its_site(read_dump: DumpReader) -> None:
    """Exports that were written one behind another are read whole, and their comments told apart by place."""
    one = _export(_COMMENT.format(id=1, kind="", approved=1))
    two = _export(_COMMENT.format(id=1, kind="", approved=1), site="https://two.example")
    rows = read_dump((one + "\n" + two + "<!-- end -->\nPHP Notice: x").encode(), "x.xml").rows
    assert [(row.id, row.text, row.place) for row in rows] == [
        ("1", "text", "https://one.example/home"),
        ("1", "text", "https://two.example/home"),
    ]


def test_an_export_that_does_not_name_its_site_has_that_of_its_posts(read_dump: DumpReader) -> None:
    """Comments of two blogs can be told apart, as long as their posts have addresses."""
    export = re.sub("<link>.*</wp:base_blog_url>", "", _export(_COMMENT.format(id=1, kind="", approved=1)))
    addressed = export.replace("<item>", "<item><link>https://one.example:8080/?p=1</link>")
    assert [row.place for content in (export, addressed) for row in read_dump(content.encode(), "x.xml").rows] == [
        None,
        "https://one.example:8080",
    ]
