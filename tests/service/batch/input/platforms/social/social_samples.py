"""Small dumps of sites where people post and reply, as their exporters write them, and the rows that they hold."""

import json

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, Cells, Sample, csv_table, json_lines

__all__ = ["SOCIAL_SAMPLES"]

_REDDIT = json_lines(
    [
        {"id": "c1", "author": "ann", "parent_id": "t3_p1", "link_id": "t3_p1", "created_utc": 1577836800, "body": "**hi** you"},
        {"id": "c2", "author": "[deleted]", "parent_id": "t1_c1", "link_id": "t3_p1", "created_utc": "1577836801", "body": "[deleted]"},
        {"id": "c3", "author": "bob", "parent_id": "t1_c1", "link_id": "t3_p1", "created_utc": 1577836802.0, "body": "[removed]"},
        {"id": "c4", "author": "cid", "created_utc": None, "body": None},
    ]
)
_YOUTUBE_THREAD = {
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
_HACKER_NEWS_ITEMS = [
    {"id": 2, "type": "comment", "by": "ann", "parent": 1, "time": 1577836800, "text": "a &#x27;b&#x27;", "kids": [3]},
    {"id": 1, "type": "story", "by": "bob", "time": 1577836801, "title": "Show", "url": "https://example.org"},
    {"id": 3, "type": "comment", "deleted": True, "parent": 2, "time": 1577836801},
]
_MASTODON_STATUSES = [
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
_MASTODON_OUTBOX = {
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
_TAKEOUT_SEGMENTS = json.dumps({"takeoutSegments": [{"text": "hi "}, {"text": "you"}]})
_ITEM_ROWS: list[Cells] = [
    (2, "a &#x27;b&#x27;", None, "ann", "1", FIRST_TIME),
    (1, None, "not-a-comment", "bob", None, SECOND_TIME),
    (3, None, "deleted", None, "2", SECOND_TIME),
]
_THREAD_ROWS: list[Cells] = [("T", "a & b", None, "Ann", None, FIRST_TIME), ("T.R", "c", None, "UC", "T", SECOND_TIME)]


SOCIAL_SAMPLES = [
    Sample(
        "RC_2020-01",
        _REDDIT,
        "comments of Reddit (JSON Lines)",
        [
            ("c1", "**hi** you", None, "ann", "p1", FIRST_TIME),
            ("c2", None, "deleted", None, "c1", SECOND_TIME),
            ("c3", None, "removed", "bob", "c1", "2020-01-01T00:00:02+00:00"),
            ("c4", None, "no-text", "cid", None, None),
        ],
        "markdown",
    ),
    Sample("items.jsonl", json_lines(_HACKER_NEWS_ITEMS), "comments of Hacker News (JSON Lines)", _ITEM_ROWS, "html"),
    Sample("items.json", json.dumps(_HACKER_NEWS_ITEMS, indent=1).encode(), "comments of Hacker News (JSON)", _ITEM_ROWS, "html"),
    Sample(
        "comments.csv",
        csv_table(
            ["Comment ID", "Channel ID", "Comment Create Timestamp", "Price", "Parent Comment ID", "Video ID", "Comment Text"],
            ["Y1", "UC", "2020-01-01 00:00:00 UTC", "0", "", "v", _TAKEOUT_SEGMENTS],
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
            {"kind": "youtube#commentThreadListResponse", "etag": "e", "pageInfo": {"totalResults": 1}, "items": [_YOUTUBE_THREAD]},
            indent=2,
        ).encode(),
        "comments of YouTube (JSON)",
        _THREAD_ROWS,
    ),
    Sample("threads.jsonl", json_lines([_YOUTUBE_THREAD]), "comments of YouTube (JSON Lines)", _THREAD_ROWS),
    Sample(
        "outbox.json",
        json.dumps(_MASTODON_OUTBOX).encode(),
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
        json.dumps(_MASTODON_STATUSES).encode(),
        "posts on Mastodon (JSON)",
        [
            ("103", "<p>eye &lt;contact&gt;</p><p>tea?</p><p>yes &amp; no</p><p>no</p>", None, "ann@m.example", "102", FIRST_TIME),
            ("104", "<p>hi</p>", None, "ann@m.example", None, SECOND_TIME),
            ("105", None, "not-a-comment", "ann@m.example", None, SECOND_TIME),
        ],
        "html",
    ),
]
"""The samples."""
