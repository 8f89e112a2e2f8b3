"""Small dumps by their documented schema: the bytes, and the rows that they are."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

__all__ = ["SAMPLES", "Sample"]

Wanted = tuple[object, str | None, str | None, str | None, str | None, str | None]


@dataclass(frozen=True)
class Sample:
    """A dump and what it is: for each row id, text, reason, author, parent and time."""

    name: str
    content: bytes
    kind: str
    rows: list[Wanted]
    format: str = "plain"


def jsonl(rows: list[Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def table(header: list[str], *rows: list[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode()


REDDIT = jsonl(
    [
        {"id": "c1", "author": "ann", "parent_id": "t3_p1", "link_id": "t3_p1", "created_utc": 1577836800, "body": "**hi** you"},
        {"id": "c2", "author": "[deleted]", "parent_id": "t1_c1", "link_id": "t3_p1", "created_utc": "1577836801", "body": "[deleted]"},
        {"id": "c3", "author": "bob", "parent_id": "t1_c1", "link_id": "t3_p1", "created_utc": 1577836802.0, "body": "[removed]"},
        {"id": "c4", "author": "cid", "created_utc": None, "body": None},
    ]
)
WORDPRESS = b"""<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.4" -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Blog</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>Post</title><wp:post_id>7</wp:post_id><content:encoded><![CDATA[<p>The post itself.</p>]]></content:encoded>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author><![CDATA[Ann]]></wp:comment_author>
<wp:comment_date_gmt><![CDATA[2020-01-01 00:00:00]]></wp:comment_date_gmt>
<wp:comment_content><![CDATA[So <b>good</b> & fine]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type><wp:comment_parent>0</wp:comment_parent>
<wp:commentmeta><wp:meta_key>akismet_result</wp:meta_key><wp:meta_value>false</wp:meta_value></wp:commentmeta></wp:comment>
<wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_author><![CDATA[Bob]]></wp:comment_author>
<wp:comment_date_gmt>2020-01-01 00:00:01</wp:comment_date_gmt><wp:comment_content><![CDATA[no]]></wp:comment_content>
<wp:comment_type></wp:comment_type><wp:comment_parent>1</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>3</wp:comment_id><wp:comment_author>Other site</wp:comment_author>
<wp:comment_date_gmt>2020-01-01 00:00:02</wp:comment_date_gmt><wp:comment_content>[...] link [...]</wp:comment_content>
<wp:comment_type>pingback</wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>
</item></channel></rss>
"""
DISQUS = b"""<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<category dsq:id="1"><forum>f</forum><title>General</title></category>
<thread dsq:id="10"><id>a</id><link>https://example.org/a</link><title>A</title><message/>
<createdAt>2019-01-01T00:00:00Z</createdAt></thread>
<post dsq:id="100"><id/><message><![CDATA[<p>First &amp; best</p>]]></message><createdAt>2020-01-01T00:00:00Z</createdAt>
<isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>Ann</name><isAnonymous>false</isAnonymous><username>ann</username></author>
<thread dsq:id="10"/></post>
<post dsq:id="101"><id/><message><![CDATA[<p>gone</p>]]></message><createdAt>2020-01-01T00:00:01Z</createdAt>
<isDeleted>true</isDeleted><isSpam>false</isSpam><author><name>Bob</name></author><thread dsq:id="10"/><parent dsq:id="100"/></post>
</disqus>
"""
CORAL = jsonl(
    [
        {
            **{"_id": {"$oid": "5f"}, "id": "u1", "storyID": "s", "authorID": "a1", "parentID": None, "status": "APPROVED"},
            **{"createdAt": {"$date": "2020-01-01T00:00:00Z"}},
            "revisions": [{"id": "r1", "body": "old"}, {"id": "r2", "body": "<div>new</div>", "metadata": {}}],
        },
        {
            **{"id": "u2", "storyID": "s", "authorID": None, "parentID": "u1", "status": "NONE", "revisions": []},
            **{"createdAt": {"$date": {"$numberLong": "1577836801000"}}, "deletedAt": {"$date": "2021-01-01T00:00:00Z"}},
        },
    ]
)
DISCOURSE_SQL = b"""--
-- PostgreSQL database dump
--
COPY public.users (id, username) FROM stdin;
1\tann
\\.

COPY public.posts (id, user_id, topic_id, post_number, raw, cooked, created_at, reply_to_post_number, deleted_at, post_type) FROM stdin;
11\t1\t5\t1\tFirst *line*\\nsecond\\\\\\tend\t<p>x</p>\t2020-01-01 00:00:00\t\\N\t\\N\t1
12\t2\t5\t2\tgone\t<p>gone</p>\t2020-01-01 00:00:01\t1\t2020-01-02 00:00:00\t1
\\.

"""
PAGE = b"""<!DOCTYPE html><html><head><title>Post</title><script>var a = "<li class='comment'>";</script></head><body>
<nav>Home</nav><article><p>The post itself.</p></article>
<div id="comments"><h2>2 Comments</h2><ol class="comment-list">
<li id="comment-1" class="comment even depth-1"><article id="div-comment-1" class="comment-body">
<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">Ann</b> <span class="says">says:</span></div>
<div class="comment-metadata"><a href="#"><time datetime="2020-01-01T00:00:00+00:00">January 1</time></a></div></footer>
<div class="comment-content"><p>So <b>good</b></p></div><div class="reply"><a class="comment-reply-link">Reply</a></div></article>
<ol class="children"><li id="comment-2" class="comment odd depth-2"><article id="div-comment-2" class="comment-body">
<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">Bob</b></div></footer>
<div class="comment-content"><p>no</p></div></article></li></ol></li></ol></div>
<form id="commentform"><textarea>Say something</textarea></form></body></html>
"""
FEED = b"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Comments</title>
<item><title>By: Ann</title><link>https://example.org/#comment-1</link><dc:creator><![CDATA[Ann]]></dc:creator>
<pubDate>Wed, 01 Jan 2020 00:00:00 +0000</pubDate><guid>https://example.org/#comment-1</guid>
<description><![CDATA[So good]]></description><content:encoded><![CDATA[<p>So good</p>]]></content:encoded></item></channel></rss>
"""
ATOM = b"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<title>Comments</title><author><name>Site</name></author><entry><id>urn:2</id><author><name>Bob</name></author>
<thr:in-reply-to ref="urn:1"/><updated>2020-01-01T00:00:00Z</updated><content type="html">&lt;p&gt;no&lt;/p&gt;</content></entry></feed>
"""
_T0, _T1 = "2020-01-01T00:00:00+00:00", "2020-01-01T00:00:01+00:00"
_THREAD = {
    **{"kind": "youtube#commentThread", "etag": "e", "id": "T"},
    "snippet": {
        "topLevelComment": {
            **{"kind": "youtube#comment", "etag": "e", "id": "T"},
            "snippet": {
                **{"textDisplay": "a &amp; b", "textOriginal": "a & b", "authorDisplayName": "Ann", "publishedAt": "2020-01-01T00:00:00Z"}
            },
        }
    },
    "replies": {
        "comments": [
            {
                **{"kind": "youtube#comment", "id": "T.R"},
                "snippet": {
                    "textOriginal": "c",
                    "parentId": "T",
                    "publishedAt": "2020-01-01T00:00:01Z",
                    "authorChannelId": {"value": "UC"},
                },
            }
        ]
    },
}
_HN = [
    {"id": 2, "type": "comment", "by": "ann", "parent": 1, "time": 1577836800, "text": "a &#x27;b&#x27;", "kids": [3]},
    {"id": 1, "type": "story", "by": "bob", "time": 1577836801, "title": "Show", "url": "https://example.org"},
    {"id": 3, "type": "comment", "deleted": True, "parent": 2, "time": 1577836801},
]
_OUTBOX = {
    **{"@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection", "totalItems": 2},
    "orderedItems": [
        {
            **{"id": "x/activity", "type": "Create", "actor": "https://m.example/users/ann", "published": "2020-01-01T00:00:00Z"},
            "object": {
                **{"id": "x", "type": "Note", "summary": "eye contact", "inReplyTo": "https://m.example/y", "content": "<p>hi</p>"},
                **{"published": "2020-01-01T00:00:00Z", "attributedTo": "https://m.example/users/ann"},
            },
        },
        {"id": "z/activity", "type": "Announce", "actor": "https://m.example/users/ann", "published": _T1, "object": "https://m.example/z"},
    ],
}
_ITEM_ROWS: list[Wanted] = [
    (2, "a &#x27;b&#x27;", None, "ann", "1", _T0),
    (1, None, "not-a-comment", "bob", None, _T1),
    (3, None, "deleted", None, "2", _T1),
]
_THREAD_ROWS: list[Wanted] = [("T", "a & b", None, "Ann", None, _T0), ("T.R", "c", None, "UC", "T", _T1)]
_SEGMENTS = json.dumps({"takeoutSegments": [{"text": "hi "}, {"text": "you"}]})

SAMPLES = [
    Sample(
        "RC_2020-01",
        REDDIT,
        "comments of Reddit (JSON Lines)",
        [
            ("c1", "**hi** you", None, "ann", "p1", _T0),
            ("c2", None, "deleted", None, "c1", _T1),
            ("c3", None, "removed", "bob", "c1", "2020-01-01T00:00:02+00:00"),
            ("c4", None, "no-text", "cid", None, None),
        ],
        "markdown",
    ),
    Sample(
        "blog.xml",
        WORDPRESS,
        "comments of WordPress (WordPress export)",
        [
            ("1", "So <b>good</b> & fine", None, "Ann", None, _T0),
            ("2", "no", None, "Bob", "1", _T1),
            ("3", None, "not-a-comment", "Other site", None, "2020-01-01T00:00:02+00:00"),
        ],
        "html",
    ),
    Sample(
        "forum.xml",
        DISQUS,
        "comments of Disqus (Disqus export)",
        [("100", "<p>First &amp; best</p>", None, "Ann", None, _T0), ("101", None, "deleted", "Bob", "100", _T1)],
        "html",
    ),
    Sample(
        "comments.json",
        CORAL,
        "comments of Coral (JSON Lines)",
        [("u1", "<div>new</div>", None, "a1", None, _T0), ("u2", None, "deleted", None, "u1", _T1)],
        "html",
    ),
    Sample(
        "my_comments.csv",
        table(
            ["Comment ID", "Published Timestamp", "Article URL", "Comment URL", "Comment Text", "Media"],
            ["u1", "2020-01-01T00:00:00.000Z", "https://example.org", "https://example.org/c", "<b>hi</b>, you", ""],
        ),
        "a user's comments on Coral (CSV)",
        [("u1", "<b>hi</b>, you", None, None, None, _T0)],
        "html",
    ),
    Sample(
        "user_archive.csv",
        table(
            ["topic_title", "categories", "is_pm", "post_raw", "post_cooked", "like_count", "reply_count", "url", "created_at"],
            ["T", "c", "No", "*hi*\nyou", "<p>hi</p>", "0", "0", "https://d.example/t/slug/5/2", "2020-01-01 00:00:00 UTC"],
        ),
        "a user's posts on Discourse (CSV)",
        [("5/2", "*hi*\nyou", None, None, None, _T0)],
        "markdown",
    ),
    Sample(
        "posts.csv",
        table(
            ["id", "user_id", "topic_id", "post_number", "raw", "cooked", "created_at", "reply_to_post_number", "deleted_at", "post_type"],
            ["11", "1", "5", "2", "*hi*", "<p>hi</p>", "2020-01-01 00:00:00.000", "1", "", "1"],
            ["12", "-1", "5", "3", "", "", "2020-01-01 00:00:01", "", "", "3"],
        ),
        "posts of Discourse (CSV)",
        [("5/2", "*hi*", None, "1", "5/1", _T0), ("5/3", None, "not-a-comment", "-1", None, _T1)],
        "markdown",
    ),
    Sample(
        "dump.sql",
        DISCOURSE_SQL,
        "posts of Discourse (PostgreSQL dump)",
        [("5/1", "First *line*\nsecond\\\tend", None, "1", None, _T0), ("5/2", None, "deleted", "2", "5/1", _T1)],
        "markdown",
    ),
    Sample("items.jsonl", jsonl(_HN), "comments of Hacker News (JSON Lines)", _ITEM_ROWS, "html"),
    Sample("items.json", json.dumps(_HN, indent=1).encode(), "comments of Hacker News (JSON)", _ITEM_ROWS, "html"),
    Sample(
        "comments.csv",
        table(
            ["Comment ID", "Channel ID", "Comment Create Timestamp", "Price", "Parent Comment ID", "Video ID", "Comment Text"],
            ["Y1", "UC", "2020-01-01 00:00:00 UTC", "0", "", "v", _SEGMENTS],
        ),
        "a user's comments on YouTube (CSV)",
        [("Y1", "hi you", None, "UC", None, _T0)],
    ),
    Sample(
        "comments(1).csv",
        table(
            ["Channel ID", "Comment create timestamp", "Comment ID", "Parent comment ID", "Top-level comment ID", "Comment text"],
            ["UC", "2020-01-01T00:00:00+00:00", "Y2", "Y1", "Y1", '{"text":"hi"},{"text":"\\n"},{"text":"you"}'],
        ),
        "a user's comments on YouTube (CSV)",
        [("Y2", "hi\nyou", None, "UC", "Y1", _T0)],
    ),
    Sample(
        "page.json",
        json.dumps(
            {"kind": "youtube#commentThreadListResponse", "etag": "e", "pageInfo": {"totalResults": 1}, "items": [_THREAD]}, indent=2
        ).encode(),
        "comments of YouTube (JSON)",
        _THREAD_ROWS,
    ),
    Sample("threads.jsonl", jsonl([_THREAD]), "comments of YouTube (JSON Lines)", _THREAD_ROWS),
    Sample(
        "outbox.json",
        json.dumps(_OUTBOX).encode(),
        "posts on Mastodon (JSON)",
        [
            ("x", "<p>eye contact</p><p>hi</p>", None, "https://m.example/users/ann", "https://m.example/y", _T0),
            ("z/activity", None, "not-a-comment", None, None, _T1),
        ],
        "html",
    ),
    Sample(
        "page.html",
        PAGE,
        "comments on a page (web page)",
        [("1", "<p>So <b>good</b></p>", None, "Ann", None, _T0), ("2", "<p>no</p>", None, "Bob", "1", None)],
        "html",
    ),
    Sample(
        "feed",
        FEED,
        "a feed of comments (feed)",
        [("https://example.org/#comment-1", "<p>So good</p>", None, "Ann", None, _T0)],
        "html",
    ),
    Sample("atom", ATOM, "a feed of comments (feed)", [("urn:2", "<p>no</p>", None, "Bob", "urn:1", _T0)], "html"),
    Sample(
        "comments.txt",
        b"The first, with\ntwo lines.\n\n\nThe second.\n",
        "plain text, a comment a paragraph",
        [(None, "The first, with\ntwo lines.", None, None, None, None), (None, "The second.", None, None, None, None)],
    ),
    Sample(
        "forum.csv",
        table(["id", "username", "in_reply_to", "date", "message"], ["1", "ann", "0", "2020-01-01", "hi"]),
        "CSV",
        [("1", "hi", None, "ann", None, _T0)],
    ),
]
