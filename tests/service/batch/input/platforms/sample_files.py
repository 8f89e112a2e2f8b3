"""The content of small dumps, as the schemas of the platforms document it."""

import csv
import io
import json
from typing import Any

__all__ = [
    "ATOM",
    "CORAL",
    "DISCOURSE_SQL",
    "DISQUS",
    "FEED",
    "FIRST_TIME",
    "HACKER_NEWS_ITEMS",
    "MASTODON_OUTBOX",
    "MASTODON_STATUSES",
    "REDDIT",
    "SECOND_TIME",
    "TAKEOUT_SEGMENTS",
    "WEB_PAGE",
    "WORDPRESS",
    "YOUTUBE_THREAD",
    "csv_table",
    "json_lines",
]


def json_lines(rows: list[Any]) -> bytes:
    """Write values as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def csv_table(header: list[str], *rows: list[Any]) -> bytes:
    """Write a table as CSV."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode()


REDDIT = json_lines(
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
CORAL = json_lines(
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
WEB_PAGE = b"""<!DOCTYPE html><html><head><title>Post</title><script>var a = "<li class='comment'>";</script></head><body>
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
FIRST_TIME, SECOND_TIME = "2020-01-01T00:00:00+00:00", "2020-01-01T00:00:01+00:00"
YOUTUBE_THREAD = {
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
HACKER_NEWS_ITEMS = [
    {"id": 2, "type": "comment", "by": "ann", "parent": 1, "time": 1577836800, "text": "a &#x27;b&#x27;", "kids": [3]},
    {"id": 1, "type": "story", "by": "bob", "time": 1577836801, "title": "Show", "url": "https://example.org"},
    {"id": 3, "type": "comment", "deleted": True, "parent": 2, "time": 1577836801},
]
MASTODON_STATUSES = [
    {
        **{"id": "103", "created_at": "2020-01-01T00:00:00.000Z", "in_reply_to_id": "102", "visibility": "public", "language": "en"},
        **{"spoiler_text": "eye <contact>", "content": "<p>tea?</p>", "account": {"id": "1", "acct": "ann@m.example"}, "reblog": None},
        "poll": {"id": "9", "multiple": False, "options": [{"title": "yes & no", "votes_count": 1}, {"title": "no", "votes_count": 0}]},
    },
    {
        **{"id": "104", "created_at": SECOND_TIME, "in_reply_to_id": None, "visibility": "public", "spoiler_text": "", "poll": None},
        **{"content": "<p>hi</p>", "account": {"id": "1", "acct": "ann@m.example"}, "reblog": None},
    },
    {
        **{"id": "105", "created_at": SECOND_TIME, "visibility": "public", "spoiler_text": "", "content": "<p>theirs</p>"},
        **{"account": {"id": "1", "acct": "ann@m.example"}, "reblog": {"id": "7", "content": "<p>theirs</p>"}, "poll": None},
    },
]
MASTODON_OUTBOX = {
    **{"@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection", "totalItems": 2},
    "orderedItems": [
        {
            **{"id": "x/activity", "type": "Create", "actor": "https://m.example/users/ann", "published": "2020-01-01T00:00:00Z"},
            "object": {
                **{"id": "x", "type": "Note", "summary": "eye contact", "inReplyTo": "https://m.example/y", "content": "<p>hi</p>"},
                **{"published": "2020-01-01T00:00:00Z", "attributedTo": "https://m.example/users/ann"},
            },
        },
        {
            **{"id": "p/activity", "type": "Create", "actor": "https://m.example/users/ann"},
            "object": {
                **{"id": "p", "type": "Question", "content": "<p>tea?</p>", "published": "2020-01-01T00:00:00Z"},
                "oneOf": [{"type": "Note", "name": "yes & no"}, {"type": "Note", "name": "no"}],
            },
        },
        {
            "id": "z/activity",
            "type": "Announce",
            "actor": "https://m.example/users/ann",
            "published": SECOND_TIME,
            "object": "https://m.example/z",
        },
    ],
}
TAKEOUT_SEGMENTS = json.dumps({"takeoutSegments": [{"text": "hi "}, {"text": "you"}]})
