"""Small dumps of comment systems that sites embed, as these write them, and the rows that they hold."""

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, THIRD_TIME, Sample, json_document, json_lines

__all__ = ["REMARK42_COMMENTS", "WIDGET_SAMPLES"]


def _remark42_comment(key: str, text: str, *, time: str, pid: str = "", **fields: object) -> dict[str, object]:
    return {
        **{"id": key, "pid": pid, "text": f"<p>{text}</p>\n" if text else "", "orig": text},
        "user": {"name": "Ann", "id": "github_1", "picture": "", "ip": "0123", "admin": False, "site_id": "garden"},
        **{"locator": {"site": "garden", "url": "https://example.org/a"}, "score": 0, "votes": {}, "voted_ips": {}, "vote": 0},
        **{"time": time, "title": "A page", **fields},
    }


REMARK42_COMMENTS = [
    _remark42_comment("a", "hello", time="2020-01-01T00:00:00.123456789Z"),
    _remark42_comment("b", "", time="2020-01-01T00:00:01Z", pid="a", delete=True),
    _remark42_comment("c", "no", time="2020-01-01T00:00:02Z", pid="b"),
]
"""Comments of Remark42, each an answer to the one before."""

_REMARK42_HEAD = {
    **{"version": 1, "users": [{"id": "github_1", "blocked": {"status": False, "until": "0001-01-01T00:00:00Z"}}]},
    "posts": [{"url": "https://example.org/a", "read_only": False}],
}
_COMMENTO = {
    "version": 1,
    "comments": [
        {
            **{
                "commentHex": "a1",
                "domain": "example.org",
                "url": "/a",
                "commenterHex": "c1",
                "markdown": "*hello*",
                "html": "<p>hello</p>",
            },
            **{"parentHex": "root", "score": 0, "state": "approved", "creationDate": "2020-01-01T00:00:00Z", "direction": 0},
            "deleted": False,
        },
        {
            **{"commentHex": "a2", "domain": "example.org", "url": "/a", "commenterHex": "anonymous", "markdown": "[deleted]", "html": ""},
            **{"parentHex": "a1", "score": 0, "state": "approved", "creationDate": "2020-01-01T00:00:01Z", "direction": 0},
            "deleted": True,
        },
    ],
    "commenters": [{"commenterHex": "c1", "email": "ann@example.org", "name": "Ann", "link": "undefined", "provider": "commento"}],
}
_ISSO_COMMENT = {
    "mode": 1,
    "email": None,
    "website": None,
    "likes": 0,
    "dislikes": 0,
    "modified": None,
    "hash": "5f2a",
    "gravatar_image": "",
}
_ISSO = {
    **{"id": None, "total_replies": 1, "hidden_replies": 0},
    "replies": [
        {
            **{**_ISSO_COMMENT, "id": 1, "parent": None, "text": "<p>hello</p>", "author": "Ann", "created": 1577836800.5},
            **{"total_replies": 1, "hidden_replies": 0},
            "replies": [{**_ISSO_COMMENT, "id": 2, "parent": 1, "text": "<p>no</p>", "author": None, "created": 1577836801.25}],
        }
    ],
}
_DISQUS_POST = {
    "isApproved": True,
    "isSpam": False,
    "isEdited": False,
    "likes": 0,
    "dislikes": 0,
    "media": [],
    "points": 0,
    "numReports": 0,
}
_DISQUS_ANSWER = {
    **{"cursor": {"hasNext": False, "hasPrev": False, "total": None, "id": "1:0:0", "more": False}, "code": 0},
    "response": [
        {
            **{**_DISQUS_POST, "id": "100", "message": "<p>First &amp; best</p>", "raw_message": "First & best", "parent": None},
            **{"thread": "9", "forum": "garden", "createdAt": "2020-01-01T00:00:00", "isDeleted": False},
            "author": {"name": "Ann", "username": "ann", "isAnonymous": False, "profileUrl": "https://disqus.com/by/ann/", "id": "7"},
        },
        {
            **{
                **_DISQUS_POST,
                "id": "101",
                "message": "<p>gone</p>",
                "raw_message": "gone",
                "parent": 100,
                "thread": "9",
                "forum": "garden",
            },
            **{"createdAt": "2020-01-01T00:00:01", "isDeleted": True, "author": {"name": "Guest", "isAnonymous": True}},
        },
    ],
}


def _coral_edge(key: str, body: str | None, *replies: object, **fields: object) -> dict[str, object]:
    node = {"id": key, "body": body, "author": {"id": "u1", "username": "ann"}, "createdAt": FIRST_TIME, "deleted": body is None, **fields}
    if replies:
        node["replies"] = {"edges": list(replies), "pageInfo": {"hasNextPage": False}}
    return {"node": node, "cursor": FIRST_TIME}


_CORAL_ANSWER = {
    "data": {
        "story": {
            **{"id": "s1", "url": "https://example.org/a"},
            "comments": {
                "edges": [_coral_edge("a", "<div>hello</div>", _coral_edge("b", None, _coral_edge("c", "no"))), _coral_edge("d", "yes")],
                "pageInfo": {"hasNextPage": False, "endCursor": None},
            },
        }
    }
}
_TALK = [
    {
        **{
            "_id": {"$oid": "5a"},
            "id": "t1",
            "body": "a &amp; b",
            "asset_id": "s1",
            "author_id": "u1",
            "parent_id": None,
            "status": "NONE",
        },
        **{"created_at": {"$date": "2020-01-01T00:00:00Z"}, "deleted_at": None, "metadata": {}, "body_history": [{"body": "a &amp; b"}]},
    },
    {
        **{"_id": {"$oid": "5b"}, "id": "t2", "body": None, "asset_id": "s1", "author_id": None, "parent_id": "t1", "status": "NONE"},
        **{"created_at": {"$date": "2020-01-01T00:00:01Z"}, "deleted_at": {"$date": "2021-01-01T00:00:00Z"}, "metadata": {}},
    },
]

WIDGET_SAMPLES = [
    Sample(
        "remark42.json",
        json_lines([_REMARK42_HEAD, *REMARK42_COMMENTS]),
        "comments of Remark42 (JSON)",
        [
            ("a", "<p>hello</p>\n", None, "Ann", None, "2020-01-01T00:00:00.123456+00:00"),
            ("b", None, "deleted", "Ann", "a", SECOND_TIME),
            ("c", "<p>no</p>\n", None, "Ann", "b", THIRD_TIME),
        ],
        "html",
    ),
    Sample(
        "commento.json",
        json_document(_COMMENTO),
        "comments of Commento (JSON)",
        [("a1", "*hello*", None, "Ann", None, FIRST_TIME), ("a2", None, "deleted", "anonymous", "a1", SECOND_TIME)],
        "markdown",
    ),
    Sample(
        "isso.json",
        json_document(_ISSO),
        "comments of Isso (JSON)",
        [
            (1, "<p>hello</p>", None, "Ann", None, "2020-01-01T00:00:00.500000+00:00"),
            (2, "<p>no</p>", None, None, "1", "2020-01-01T00:00:01.250000+00:00"),
        ],
        "html",
    ),
    Sample(
        "listPosts.json",
        json_document(_DISQUS_ANSWER),
        "comments of Disqus (JSON)",
        [("100", "<p>First &amp; best</p>", None, "Ann", None, FIRST_TIME), ("101", None, "deleted", "Guest", "100", SECOND_TIME)],
        "html",
    ),
    Sample(
        "coral.json",
        json_document(_CORAL_ANSWER),
        "comments of Coral (JSON)",
        [
            ("a", "<div>hello</div>", None, "ann", None, FIRST_TIME),
            ("b", None, "deleted", "ann", "a", FIRST_TIME),
            ("c", "no", None, "ann", "b", FIRST_TIME),
            ("d", "yes", None, "ann", None, FIRST_TIME),
        ],
        "html",
    ),
    Sample(
        "talk.json",
        json_lines(_TALK),
        "comments of Talk (JSON Lines)",
        [("t1", "a &amp; b", None, "u1", None, FIRST_TIME), ("t2", None, "deleted", None, "t1", SECOND_TIME)],
        "html",
    ),
]
"""The samples."""
