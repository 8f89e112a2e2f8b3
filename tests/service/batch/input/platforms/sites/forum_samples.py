"""Small dumps of forums and of corpora of reviews, and the rows that they hold."""

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, THIRD_TIME, Sample, csv_table, json_document, json_lines

__all__ = ["FORUM_SAMPLES"]


def _discourse_post(key: int, number: int, cooked: str, **fields: object) -> dict[str, object]:
    return {
        **{
            "id": key,
            "name": "Ann",
            "username": "ann",
            "avatar_template": "/a/{size}.png",
            "created_at": f"2020-01-01T00:00:0{number - 1}.000Z",
        },
        **{"cooked": cooked, "post_number": number, "post_type": 1, "reply_count": 0, "reply_to_post_number": None, "topic_id": 5},
        **{"topic_slug": "beans", "trust_level": 1, "hidden": False, "user_deleted": False, "deleted_at": None, **fields},
    }


_DISCOURSE_TOPIC = {
    "post_stream": {
        "posts": [
            _discourse_post(101, 1, "<p>hello</p>"),
            _discourse_post(102, 2, "<p>no</p>", reply_to_post_number=1, reply_to_user={"username": "ann"}),
            _discourse_post(103, 3, "<p>(post deleted by author)</p>", user_deleted=True, reply_to_post_number=2),
            _discourse_post(104, 4, "<p>flagged</p>", hidden=True, cooked_hidden=True),
            _discourse_post(105, 5, "", post_type=3, action_code="closed.enabled"),
        ],
        "stream": [101, 102, 103, 104, 105],
    },
    **{"timeline_lookup": [[1, 0]], "id": 5, "title": "Beans", "fancy_title": "Beans", "posts_count": 5, "tags": []},
    "details": {"participants": [{"id": 1, "username": "ann", "post_count": 3}], "links": []},
}
_AMAZON = [
    {
        **{"rating": 5.0, "title": "Great", "text": "good &#34;stuff&#34;<br />nice", "images": [], "asin": "B0", "parent_asin": "B0"},
        **{"user_id": "AE", "timestamp": 1577836800000, "helpful_vote": 0, "verified_purchase": True},
    }
]
_AMAZON_2018 = [
    {
        **{"overall": 5.0, "verified": True, "reviewTime": "01 1, 2020", "reviewerID": "A2", "asin": "0700026657", "reviewerName": "Ann"},
        **{"reviewText": "fun &amp; games", "summary": "but", "unixReviewTime": 1577836800, "vote": "2", "style": {"Format:": " CD"}},
    }
]
_YELP = [
    {
        **{"review_id": "KU_O5udG6zpxOg", "user_id": "mh_-eMZ6K5RLWh", "business_id": "XQfwVwDr-v0ZS3", "stars": 3.0, "useful": 0},
        **{"funny": 0, "cool": 0, "text": "Slow\nservice.", "date": "2020-01-01 00:00:00"},
    }
]
_STEAM = {
    **{"success": 1, "query_summary": {"num_reviews": 1, "review_score": 9, "total_reviews": 1}},
    "reviews": [
        {
            **{"recommendationid": "195", "language": "english", "review": "fun", "timestamp_created": 1577836800, "voted_up": True},
            "author": {"steamid": "76561197960287930", "num_games_owned": 3, "num_reviews": 1, "playtime_forever": 60},
            **{"timestamp_updated": 1577836801, "votes_up": 0, "weighted_vote_score": "0", "steam_purchase": True},
        }
    ],
    "cursor": "AoJ4",
}
_PLAY = [
    {
        **{"reviewId": "gp:AOqpTOE", "userName": "Ann", "userImage": "https://x.example/a", "content": "Crashes", "score": 1},
        **{"thumbsUpCount": 0, "reviewCreatedVersion": "1.0", "at": "2020-01-01 00:00:00", "replyContent": None, "repliedAt": None},
    }
]

FORUM_SAMPLES = [
    Sample(
        "5.json",
        json_document(_DISCOURSE_TOPIC),
        "posts of Discourse (JSON)",
        [
            (101, "<p>hello</p>", None, "ann", None, FIRST_TIME),
            (102, "<p>no</p>", None, "ann", "101", SECOND_TIME),
            (103, None, "deleted", "ann", "102", THIRD_TIME),
            (104, None, "removed", "ann", None, "2020-01-01T00:00:03+00:00"),
            (105, None, "not-a-comment", "ann", None, "2020-01-01T00:00:04+00:00"),
        ],
        "html",
    ),
    Sample(
        "chat-message.csv",
        csv_table(
            [
                *("id", "chat_channel_id", "chat_channel_name", "user_id", "username", "message", "cooked", "created_at", "updated_at"),
                *("deleted_at", "in_reply_to_id", "last_editor_id", "last_editor_username"),
            ],
            ["1", "2", "General", "3", "ann", "*hi*", "<p><em>hi</em></p>", "2020-01-01 00:00:00 UTC", "", "", "", "3", "ann"],
            ["2", "2", "General", "4", "bob", "no", "<p>no</p>", "2020-01-01 00:00:01 UTC", "", "2020-01-02 00:00:00 UTC", "1", "4", "bob"],
        ),
        "chat messages of Discourse (CSV)",
        [("1", "*hi*", None, "ann", None, FIRST_TIME), ("2", None, "deleted", "bob", "1", SECOND_TIME)],
        "markdown",
    ),
    Sample(
        "reviews.jsonl",
        json_lines(_AMAZON * 2),
        "reviews on Amazon (JSON Lines)",
        [(None, "good &#34;stuff&#34;<br />nice", None, "AE", None, FIRST_TIME)] * 2,
        "html",
    ),
    Sample(
        "reviews_2018.jsonl",
        json_lines(_AMAZON_2018 * 2),
        "reviews on Amazon (JSON Lines)",
        [(None, "fun &amp; games", None, "A2", None, FIRST_TIME)] * 2,
        "html",
    ),
    Sample(
        "yelp.json",
        json_lines(_YELP * 2),
        "reviews on Yelp (JSON Lines)",
        [("KU_O5udG6zpxOg", "Slow\nservice.", None, "mh_-eMZ6K5RLWh", None, FIRST_TIME)] * 2,
    ),
    Sample("steam.json", json_document(_STEAM), "reviews on Steam (JSON)", [("195", "fun", None, "76561197960287930", None, FIRST_TIME)]),
    Sample("play.json", json_document(_PLAY), "reviews on Google Play (JSON)", [("gp:AOqpTOE", "Crashes", None, "Ann", None, FIRST_TIME)]),
]
"""The samples."""
