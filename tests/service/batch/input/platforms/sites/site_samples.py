"""Small dumps of comments below pages, forums and reviews, as their exporters write them, and the rows that they hold."""

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, Sample, csv_table, json_lines

__all__ = ["SITE_SAMPLES"]

_WORDPRESS = b"""<?xml version="1.0" encoding="UTF-8" ?>
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
_DISQUS = b"""<?xml version="1.0" encoding="utf-8"?>
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
_CORAL = json_lines(
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
_DISCOURSE_SQL = b"""--
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
_WEB_PAGE = b"""<!DOCTYPE html><html><head><title>Post</title><script>var a = "<li class='comment'>";</script></head><body>
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
_FEED = b"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Comments</title>
<item><title>By: Ann</title><link>https://example.org/#comment-1</link><dc:creator><![CDATA[Ann]]></dc:creator>
<pubDate>Wed, 01 Jan 2020 00:00:00 +0000</pubDate><guid>https://example.org/#comment-1</guid>
<description><![CDATA[So good]]></description><content:encoded><![CDATA[<p>So good</p>]]></content:encoded></item></channel></rss>
"""
_ATOM = b"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<title>Comments</title><author><name>Site</name></author><entry><id>urn:2</id><author><name>Bob</name></author>
<thr:in-reply-to ref="urn:1"/><updated>2020-01-01T00:00:00Z</updated><content type="html">&lt;p&gt;no&lt;/p&gt;</content></entry></feed>
"""

SITE_SAMPLES = [
    Sample(
        "blog.xml",
        _WORDPRESS,
        "comments of WordPress (WordPress export)",
        [
            ("1", "So <b>good</b> & fine", None, "Ann", None, FIRST_TIME),
            ("2", "no", None, "Bob", "1", SECOND_TIME),
            ("3", None, "not-a-comment", "Other site", None, "2020-01-01T00:00:02+00:00"),
        ],
        "html",
    ),
    Sample(
        "forum.xml",
        _DISQUS,
        "comments of Disqus (Disqus export)",
        [("100", "<p>First &amp; best</p>", None, "Ann", None, FIRST_TIME), ("101", None, "deleted", "Bob", "100", SECOND_TIME)],
        "html",
    ),
    Sample(
        "comments.json",
        _CORAL,
        "comments of Coral (JSON Lines)",
        [("u1", "<div>new</div>", None, "a1", None, FIRST_TIME), ("u2", None, "deleted", None, "u1", SECOND_TIME)],
        "html",
    ),
    Sample(
        "my_comments.csv",
        csv_table(
            ["Comment ID", "Published Timestamp", "Article URL", "Comment URL", "Comment Text", "Media"],
            ["u1", "2020-01-01T00:00:00.000Z", "https://example.org", "https://example.org/c", "<b>hi</b>, you", ""],
        ),
        "a user's comments on Coral (CSV)",
        [("u1", "<b>hi</b>, you", None, None, None, FIRST_TIME)],
        "html",
    ),
    Sample(
        "user_archive.csv",
        csv_table(
            ["topic_title", "categories", "is_pm", "post_raw", "post_cooked", "like_count", "reply_count", "url", "created_at"],
            ["T", "c", "No", "*hi*\nyou", "<p>hi</p>", "0", "0", "https://d.example/t/slug/5/2", "2020-01-01 00:00:00 UTC"],
        ),
        "a user's posts on Discourse (CSV)",
        [("5/2", "*hi*\nyou", None, None, None, FIRST_TIME)],
        "markdown",
    ),
    Sample(
        "posts.csv",
        csv_table(
            ["id", "user_id", "topic_id", "post_number", "raw", "cooked", "created_at", "reply_to_post_number", "deleted_at", "post_type"],
            ["11", "1", "5", "2", "*hi*", "<p>hi</p>", "2020-01-01 00:00:00.000", "1", "", "1"],
            ["12", "-1", "5", "3", "", "", "2020-01-01 00:00:01", "", "", "3"],
        ),
        "posts of Discourse (CSV)",
        [("5/2", "*hi*", None, "1", "5/1", FIRST_TIME), ("5/3", None, "not-a-comment", "-1", None, SECOND_TIME)],
        "markdown",
    ),
    Sample(
        "dump.sql",
        _DISCOURSE_SQL,
        "posts of Discourse (SQL dump)",
        [("5/1", "First *line*\nsecond\\\tend", None, "1", None, FIRST_TIME), ("5/2", None, "deleted", "2", "5/1", SECOND_TIME)],
        "markdown",
    ),
    Sample(
        "page.html",
        _WEB_PAGE,
        "comments on a page (web page)",
        [("1", "<p>So <b>good</b></p>", None, "Ann", None, FIRST_TIME), ("2", "<p>no</p>", None, "Bob", "1", None)],
        "html",
    ),
    Sample(
        "feed",
        _FEED,
        "a feed of comments (feed)",
        [("https://example.org/#comment-1", "<p>So good</p>", None, "Ann", None, FIRST_TIME)],
        "html",
    ),
    Sample("atom", _ATOM, "a feed of comments (feed)", [("urn:2", "<p>no</p>", None, "Bob", "urn:1", FIRST_TIME)], "html"),
]
"""The samples."""
