"""Small dumps of every platform and format, and the rows that they hold."""

import json
from dataclasses import dataclass

import pytest

from tests.service.batch.input.platforms.sample_files import (
    ATOM,
    CORAL,
    DISCOURSE_SQL,
    DISQUS,
    FEED,
    FIRST_TIME,
    HACKER_NEWS_ITEMS,
    MASTODON_OUTBOX,
    MASTODON_STATUSES,
    REDDIT,
    SECOND_TIME,
    TAKEOUT_SEGMENTS,
    WEB_PAGE,
    WORDPRESS,
    YOUTUBE_THREAD,
    csv_table,
    json_lines,
)

__all__ = ["SAMPLES", "Sample", "every_sample"]

Cells = tuple[object, str | None, str | None, str | None, str | None, str | None]
"""Id, text, reason, author, parent and time of a row."""


@dataclass(frozen=True)
class Sample:
    """A dump.

    Attributes:
        name: the name of its file.
        content: its bytes.
        description: what it is.
        rows: the cells of its rows.
        format: how its texts are written.
    """

    name: str
    content: bytes
    description: str
    rows: list[Cells]
    format: str = "plain"


_ITEM_ROWS: list[Cells] = [
    (2, "a &#x27;b&#x27;", None, "ann", "1", FIRST_TIME),
    (1, None, "not-a-comment", "bob", None, SECOND_TIME),
    (3, None, "deleted", None, "2", SECOND_TIME),
]
_THREAD_ROWS: list[Cells] = [("T", "a & b", None, "Ann", None, FIRST_TIME), ("T.R", "c", None, "UC", "T", SECOND_TIME)]

SAMPLES = [
    Sample(
        "RC_2020-01",
        REDDIT,
        "comments of Reddit (JSON Lines)",
        [
            ("c1", "**hi** you", None, "ann", "p1", FIRST_TIME),
            ("c2", None, "deleted", None, "c1", SECOND_TIME),
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
            ("1", "So <b>good</b> & fine", None, "Ann", None, FIRST_TIME),
            ("2", "no", None, "Bob", "1", SECOND_TIME),
            ("3", None, "not-a-comment", "Other site", None, "2020-01-01T00:00:02+00:00"),
        ],
        "html",
    ),
    Sample(
        "forum.xml",
        DISQUS,
        "comments of Disqus (Disqus export)",
        [("100", "<p>First &amp; best</p>", None, "Ann", None, FIRST_TIME), ("101", None, "deleted", "Bob", "100", SECOND_TIME)],
        "html",
    ),
    Sample(
        "comments.json",
        CORAL,
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
        DISCOURSE_SQL,
        "posts of Discourse (PostgreSQL dump)",
        [("5/1", "First *line*\nsecond\\\tend", None, "1", None, FIRST_TIME), ("5/2", None, "deleted", "2", "5/1", SECOND_TIME)],
        "markdown",
    ),
    Sample("items.jsonl", json_lines(HACKER_NEWS_ITEMS), "comments of Hacker News (JSON Lines)", _ITEM_ROWS, "html"),
    Sample("items.json", json.dumps(HACKER_NEWS_ITEMS, indent=1).encode(), "comments of Hacker News (JSON)", _ITEM_ROWS, "html"),
    Sample(
        "comments.csv",
        csv_table(
            ["Comment ID", "Channel ID", "Comment Create Timestamp", "Price", "Parent Comment ID", "Video ID", "Comment Text"],
            ["Y1", "UC", "2020-01-01 00:00:00 UTC", "0", "", "v", TAKEOUT_SEGMENTS],
        ),
        "a user's comments on YouTube (CSV)",
        [("Y1", "hi you", None, "UC", None, FIRST_TIME)],
    ),
    Sample(
        "comments(1).csv",
        csv_table(
            ["Channel ID", "Comment create timestamp", "Comment ID", "Parent comment ID", "Top-level comment ID", "Comment text"],
            ["UC", "2020-01-01T00:00:00+00:00", "Y2", "Y1", "Y1", '{"text":"hi"},{"text":"\\n"},{"text":"you"}'],
        ),
        "a user's comments on YouTube (CSV)",
        [("Y2", "hi\nyou", None, "UC", "Y1", FIRST_TIME)],
    ),
    Sample(
        "page.json",
        json.dumps(
            {"kind": "youtube#commentThreadListResponse", "etag": "e", "pageInfo": {"totalResults": 1}, "items": [YOUTUBE_THREAD]}, indent=2
        ).encode(),
        "comments of YouTube (JSON)",
        _THREAD_ROWS,
    ),
    Sample("threads.jsonl", json_lines([YOUTUBE_THREAD]), "comments of YouTube (JSON Lines)", _THREAD_ROWS),
    Sample(
        "outbox.json",
        json.dumps(MASTODON_OUTBOX).encode(),
        "posts on Mastodon (JSON)",
        [
            ("x", "<p>eye contact</p><p>hi</p>", None, "https://m.example/users/ann", "https://m.example/y", FIRST_TIME),
            ("p", "<p>tea?</p><p>yes &amp; no</p><p>no</p>", None, "https://m.example/users/ann", None, FIRST_TIME),
            ("z/activity", None, "not-a-comment", None, None, SECOND_TIME),
        ],
        "html",
    ),
    Sample(
        "statuses.json",
        json.dumps(MASTODON_STATUSES).encode(),
        "posts on Mastodon (JSON)",
        [
            ("103", "<p>eye &lt;contact&gt;</p><p>tea?</p><p>yes &amp; no</p><p>no</p>", None, "ann@m.example", "102", FIRST_TIME),
            ("104", "<p>hi</p>", None, "ann@m.example", None, SECOND_TIME),
            ("105", None, "not-a-comment", "ann@m.example", None, SECOND_TIME),
        ],
        "html",
    ),
    Sample(
        "page.html",
        WEB_PAGE,
        "comments on a page (web page)",
        [("1", "<p>So <b>good</b></p>", None, "Ann", None, FIRST_TIME), ("2", "<p>no</p>", None, "Bob", "1", None)],
        "html",
    ),
    Sample(
        "feed",
        FEED,
        "a feed of comments (feed)",
        [("https://example.org/#comment-1", "<p>So good</p>", None, "Ann", None, FIRST_TIME)],
        "html",
    ),
    Sample("atom", ATOM, "a feed of comments (feed)", [("urn:2", "<p>no</p>", None, "Bob", "urn:1", FIRST_TIME)], "html"),
    Sample(
        "comments.txt",
        b"The first, with\ntwo lines.\n\n\nThe second.\n",
        "plain text, a comment a paragraph",
        [(None, "The first, with\ntwo lines.", None, None, None, None), (None, "The second.", None, None, None, None)],
    ),
    Sample(
        "forum.csv",
        csv_table(["id", "username", "in_reply_to", "date", "message"], ["1", "ann", "0", "2020-01-01", "hi"]),
        "CSV",
        [("1", "hi", None, "ann", None, FIRST_TIME)],
    ),
]

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
"""Runs a test once with each sample."""
