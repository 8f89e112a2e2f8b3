"""Small threads of sites where people post and reply, as their interfaces answer them, and the rows that they hold."""

from tests.service.batch.input.formats.repositories.repository_writer import write_repository
from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, THIRD_TIME, Sample, json_document, json_lines

__all__ = ["BLUESKY_POST", "THREAD_SAMPLES"]


def _reddit_thing(kind: str, **data: object) -> dict[str, object]:
    return {"kind": kind, "data": data}


def _reddit_listing(*things: object) -> dict[str, object]:
    return _reddit_thing("Listing", after=None, dist=None, modhash="", geo_filter="", children=list(things), before=None)


_REDDIT_COMMENT = {"subreddit": "gardens", "link_id": "t3_p1", "depth": 0, "score": 1, "edited": False, "collapsed": False, "gilded": 0}
_REDDIT_THREAD = [
    _reddit_listing(
        _reddit_thing(
            "t3",
            **{"id": "p1", "name": "t3_p1", "subreddit": "gardens", "title": "Beans", "selftext": "How *high*?", "author": "ann"},
            **{"created_utc": 1577836800.0, "num_comments": 5, "is_self": True, "url": "https://www.reddit.com/r/gardens/comments/p1/"},
        )
    ),
    _reddit_listing(
        _reddit_thing(
            "t1",
            **_REDDIT_COMMENT,
            **{"id": "c1", "parent_id": "t3_p1", "author": "bob", "body": "High &gt; low", "created_utc": 1577836801.0},
            replies=_reddit_listing(
                _reddit_thing(
                    "t1",
                    **_REDDIT_COMMENT,
                    **{"id": "c2", "parent_id": "t1_c1", "author": "[deleted]", "body": "[removed]", "created_utc": 1577836801.0},
                    replies=_reddit_listing(
                        _reddit_thing(
                            "t1",
                            **_REDDIT_COMMENT,
                            **{"id": "c3", "parent_id": "t1_c2", "author": "cid", "body": "Why?", "created_utc": 1577836802.0},
                            replies="",
                        ),
                        _reddit_thing("more", count=0, name="t1__", id="_", parent_id="t1_c2", depth=10, children=[]),
                    ),
                ),
            ),
        ),
        _reddit_thing(
            "t1",
            **_REDDIT_COMMENT,
            **{"id": "c4", "parent_id": "t3_p1", "author": "[deleted]", "body": "[deleted]", "created_utc": 1577836802.0, "replies": ""},
        ),
        _reddit_thing("more", count=2, name="t1_c7", id="c7", parent_id="t3_p1", depth=0, children=["c7", "c8"]),
    ),
]
_BDFR_COMMENT = {"score": 1, "subreddit": "gardens", "author_flair": None, "submission": "p1", "stickied": False, "distinguished": None}
_BDFR_SUBMISSION = {
    **{"title": "Beans", "name": "t3_p1", "url": "https://i.redd.it/b.jpg", "selftext": "", "score": 3, "upvote_ratio": 0.9},
    **{"permalink": "/r/gardens/comments/p1/beans/", "id": "p1", "author": "DELETED", "link_flair_text": None, "num_comments": 2},
    **{"over_18": False, "spoiler": False, "pinned": False, "locked": False, "distinguished": None, "created_utc": 1577836800.0},
    "comments": [
        {
            **{"author": "ann", "id": "c1", **_BDFR_COMMENT, "body": "Nice **beans**", "is_submitter": False},
            **{"created_utc": 1577836801.0, "parent_id": "t3_p1"},
            "replies": [
                {
                    **{"author": "DELETED", "id": "c2", **_BDFR_COMMENT, "body": "[deleted]", "is_submitter": False},
                    **{"created_utc": 1577836802.0, "parent_id": "t1_c1", "replies": []},
                }
            ],
        }
    ],
}
_HIT = {"created_at": "2020-01-01T00:00:00Z", "created_at_i": 1577836800, "points": None, "url": None, "num_comments": None}
_HACKER_NEWS_HITS = {
    "hits": [
        {
            **{**_HIT, "author": "ann", "comment_text": "I don&#x27;t <i>agree</i>", "story_id": 1, "story_title": "Show", "parent_id": 1},
            **{"objectID": "22", "_tags": ["comment", "author_ann", "story_1"], "story_url": "https://example.org", "title": None},
            "_highlightResult": {"author": {"value": "ann", "matchLevel": "none", "matchedWords": []}},
        },
        {
            **{**_HIT, "author": "bob", "title": "Show", "story_text": None, "comment_text": None},
            **{"objectID": "1", "_tags": ["story", "author_bob", "story_1"]},
            "_highlightResult": {"title": {"value": "Show", "matchLevel": "none", "matchedWords": []}},
        },
    ],
    **{"nbHits": 2, "page": 0, "nbPages": 1, "hitsPerPage": 20, "exhaustiveNbHits": True, "query": "", "params": "tags=comment"},
}
_HACKER_NEWS_THREAD = {
    **{"id": 1, "created_at": "2020-01-01T00:00:00.000Z", "created_at_i": 1577836800, "type": "story", "author": "bob", "title": "Show"},
    **{"url": "https://example.org", "text": None, "points": 3, "parent_id": None, "story_id": 1, "options": []},
    "children": [
        {
            **{
                "id": 2,
                "created_at": SECOND_TIME,
                "created_at_i": 1577836801,
                "type": "comment",
                "author": "ann",
                "title": None,
                "url": None,
            },
            **{"text": "<p>first", "points": None, "parent_id": 1, "story_id": 1, "options": []},
            "children": [
                {
                    **{"id": 3, "created_at": THIRD_TIME, "type": "comment", "author": None, "title": None, "url": None, "text": None},
                    **{"points": None, "parent_id": 2, "story_id": 1, "options": [], "children": []},
                }
            ],
        }
    ],
}


def _bluesky_view(key: str, text: str, *, time: str, parent: str | None = None) -> dict[str, object]:
    record: dict[str, object] = {"$type": "app.bsky.feed.post", "createdAt": time, "langs": ["en"], "text": text}
    if parent is not None:
        root = {"cid": "bafyroot", "uri": _bluesky_uri("a")}
        record["reply"] = {"parent": {"cid": "bafyparent", "uri": parent}, "root": root}
    return {
        **{"uri": _bluesky_uri(key), "cid": f"bafy{key}", "record": record, "replyCount": 1, "repostCount": 0, "likeCount": 0},
        "author": {"did": "did:plc:ann", "handle": "ann.example", "displayName": "Ann", "labels": []},
        **{"indexedAt": time, "labels": [], "quoteCount": 0},
    }


def _bluesky_uri(key: str) -> str:
    return f"at://did:plc:ann/app.bsky.feed.post/{key}"


BLUESKY_POST = _bluesky_view("b", "the middle", time=FIRST_TIME, parent=_bluesky_uri("a"))
"""A post on Bluesky that answers another."""

_NODE = "app.bsky.feed.defs#threadViewPost"
_QUOTE = {"$type": "app.bsky.embed.record#view", "record": {"uri": _bluesky_uri("q"), "value": {"text": "quoted"}}}
_BLUESKY_THREAD = {
    "thread": {
        "$type": _NODE,
        "post": BLUESKY_POST,
        "parent": {"$type": _NODE, "post": _bluesky_view("a", "the first", time=FIRST_TIME) | {"embed": _QUOTE}},
        "replies": [
            {
                **{"$type": _NODE, "replies": []},
                "post": _bluesky_view("c", "a reply", time=SECOND_TIME, parent=_bluesky_uri("b")),
            },
            {"$type": "app.bsky.feed.defs#notFoundPost", "uri": _bluesky_uri("d"), "notFound": True},
        ],
    },
    "threadgate": {"uri": "at://did:plc:ann/app.bsky.feed.threadgate/a", "record": {"$type": "app.bsky.feed.threadgate"}},
}
_COMMIT = {"rev": "3k", "operation": "create", "collection": "app.bsky.feed.post", "rkey": "e", "cid": "bafye"}
_JETSTREAM = [
    {
        **{"did": "did:plc:bob", "time_us": 1577836800000000, "kind": "commit"},
        "commit": {
            **_COMMIT,
            "record": {
                **{"$type": "app.bsky.feed.post", "createdAt": FIRST_TIME, "text": "hello"},
                "reply": {"parent": {"cid": "bafya", "uri": _bluesky_uri("a")}, "root": {"cid": "bafya", "uri": _bluesky_uri("a")}},
            },
        },
    },
    {
        **{"did": "did:plc:bob", "time_us": 1577836800000001, "kind": "commit"},
        "commit": {
            **{**_COMMIT, "collection": "app.bsky.feed.like", "rkey": "f"},
            "record": {"$type": "app.bsky.feed.like", "createdAt": FIRST_TIME, "subject": {"cid": "bafya", "uri": _bluesky_uri("a")}},
        },
    },
    {**{"did": "did:plc:bob", "time_us": 1577836800000002, "kind": "commit"}, "commit": {**_COMMIT, "operation": "delete", "rkey": "g"}},
    {
        **{"did": "did:plc:bob", "time_us": 1577836800000003, "kind": "identity"},
        "identity": {"did": "did:plc:bob", "handle": "bob.example", "seq": 1, "time": FIRST_TIME},
    },
]

_BLUESKY_RECORDS = {
    "app.bsky.feed.post/a": _bluesky_view("a", "the first", time=FIRST_TIME)["record"],
    "app.bsky.feed.post/b": _bluesky_view("b", "a reply", time=SECOND_TIME, parent=_bluesky_uri("a"))["record"],
    "app.bsky.feed.like/c": {
        "$type": "app.bsky.feed.like",
        "createdAt": SECOND_TIME,
        "subject": {"cid": "bafya", "uri": _bluesky_uri("a")},
    },
}


def _lemmy_view(**comment: object) -> dict[str, object]:
    return {
        "comment": {
            **{"creator_id": 2, "post_id": 3, "removed": False, "deleted": False, "ap_id": "https://l.example/comment/1", "local": True},
            **{"distinguished": False, "language_id": 37, **comment},
        },
        "creator": {"id": 2, "name": "ann", "banned": False, "actor_id": "https://l.example/u/ann", "local": True},
        "post": {"id": 3, "name": "Beans", "creator_id": 4, "ap_id": "https://l.example/post/3", "published": "2020-01-01T00:00:00Z"},
        "community": {"id": 5, "name": "gardens", "title": "Gardens", "actor_id": "https://l.example/c/gardens"},
        "counts": {"comment_id": comment["id"], "score": 1, "upvotes": 1, "downvotes": 0, "child_count": 0},
        **{"creator_banned_from_community": False, "subscribed": "NotSubscribed", "saved": False, "creator_blocked": False},
    }


_LEMMY = {
    "comments": [
        _lemmy_view(id=1, content="**hello**", path="0.1", published="2020-01-01T00:00:00.000000Z"),
        _lemmy_view(id=6, content="why", path="0.1.6", published="2020-01-01T00:00:01.000000Z"),
        _lemmy_view(id=7, content="", path="0.1.6.7", published="2020-01-01T00:00:02.000000Z", deleted=True),
        _lemmy_view(id=8, content="gone", path="0.8", published="2020-01-01T00:00:02.000000Z", removed=True),
    ]
}

THREAD_SAMPLES = [
    Sample(
        "beans.json",
        json_document(_REDDIT_THREAD),
        "threads of Reddit (JSON)",
        [
            ("p1", "How *high*?", None, "ann", None, FIRST_TIME),
            ("c1", "High &gt; low", None, "bob", "p1", SECOND_TIME),
            ("c2", None, "removed", None, "c1", SECOND_TIME),
            ("c3", "Why?", None, "cid", "c2", THIRD_TIME),
            (None, None, "not-a-comment", None, "c2", None),
            ("c4", None, "deleted", None, "p1", THIRD_TIME),
            (None, None, "not-a-comment", None, "p1", None),
        ],
        "markdown",
    ),
    Sample(
        "ann_Beans_p1.json",
        json_document(_BDFR_SUBMISSION),
        "threads of Reddit (JSON)",
        [
            ("p1", None, "not-a-comment", None, None, FIRST_TIME),
            ("c1", "Nice **beans**", None, "ann", "p1", SECOND_TIME),
            ("c2", None, "deleted", None, "c1", THIRD_TIME),
        ],
        "markdown",
    ),
    Sample(
        "search.json",
        json_document(_HACKER_NEWS_HITS),
        "comments of Hacker News (JSON)",
        [("22", "I don&#x27;t <i>agree</i>", None, "ann", "1", FIRST_TIME), ("1", None, "not-a-comment", "bob", None, FIRST_TIME)],
        "html",
    ),
    Sample(
        "story.json",
        json_document(_HACKER_NEWS_THREAD),
        "comments of Hacker News (JSON)",
        [
            (1, None, "not-a-comment", "bob", None, FIRST_TIME),
            (2, "<p>first", None, "ann", "1", SECOND_TIME),
            (3, None, "deleted", None, "2", THIRD_TIME),
        ],
        "html",
    ),
    Sample(
        "thread.json",
        json_document(_BLUESKY_THREAD),
        "posts on Bluesky (JSON)",
        [
            (_bluesky_uri("a"), "the first", None, "ann.example", None, FIRST_TIME),
            (_bluesky_uri("b"), "the middle", None, "ann.example", _bluesky_uri("a"), FIRST_TIME),
            (_bluesky_uri("c"), "a reply", None, "ann.example", _bluesky_uri("b"), SECOND_TIME),
            (_bluesky_uri("d"), None, "deleted", "did:plc:ann", _bluesky_uri("b"), None),
        ],
    ),
    Sample(
        "jetstream.jsonl",
        json_lines(_JETSTREAM),
        "posts on Bluesky (JSON Lines)",
        [
            ("at://did:plc:bob/app.bsky.feed.post/e", "hello", None, "did:plc:bob", _bluesky_uri("a"), FIRST_TIME),
            ("at://did:plc:bob/app.bsky.feed.like/f", None, "not-a-comment", "did:plc:bob", None, FIRST_TIME),
            ("at://did:plc:bob/app.bsky.feed.post/g", None, "deleted", "did:plc:bob", None, None),
            (None, None, "not-a-comment", "did:plc:bob", None, None),
        ],
    ),
    Sample(
        "repo.car",
        write_repository("did:plc:ann", _BLUESKY_RECORDS),
        "posts on Bluesky (CAR)",
        [
            (_bluesky_uri("a"), "the first", None, "did:plc:ann", None, FIRST_TIME),
            (_bluesky_uri("b"), "a reply", None, "did:plc:ann", _bluesky_uri("a"), SECOND_TIME),
        ],
    ),
    Sample(
        "lemmy.json",
        json_document(_LEMMY),
        "comments of Lemmy (JSON)",
        [
            (1, "**hello**", None, "ann", None, FIRST_TIME),
            (6, "why", None, "ann", "1", SECOND_TIME),
            (7, None, "deleted", "ann", "6", THIRD_TIME),
            (8, None, "removed", "ann", None, THIRD_TIME),
        ],
        "markdown",
    ),
]
"""The samples."""
