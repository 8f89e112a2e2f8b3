"""Small downloads from Twitter and YouTube, as their exporters and the usual programs write them, and the rows that they hold."""

import json

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, THIRD_TIME, Sample, csv_table, json_document, json_lines

__all__ = ["DOWNLOAD_SAMPLES", "archived_tweet", "takeout_text"]

_CHANNEL = "UCabcdefghijklmnopqrstuv"
_COMMENT = "UgxAbCdEfGhIjKlMnOp4AaABAg"
_REPLY = f"{_COMMENT}.9aBcDeFgHiJ8kLmNoPqRsT"


def archived_tweet(key: str, text: str, **fields: object) -> dict[str, object]:
    """Return a post as ``tweets.js`` in an archive holds it."""
    return {
        "tweet": {
            **{"edit_info": {"initial": {"editTweetIds": [key], "editableUntil": "2020-01-01T01:00:00.000Z", "editsRemaining": "5"}}},
            **{"retweeted": False, "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>'},
            **{"entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []}, "display_text_range": ["0", str(len(text))]},
            **{"favorite_count": "0", "id_str": key, "truncated": False, "retweet_count": "0", "id": key, "favorited": False, "lang": "en"},
            **{"created_at": "Wed Jan 01 00:00:00 +0000 2020", "full_text": text, **fields},
        }
    }


def takeout_text(*parts: str) -> str:
    """Return a text as Takeout writes it."""
    return ",".join(json.dumps({"text": part}, ensure_ascii=False) for part in parts)


_LINK = {"url": "https://t.co/AbCd", "expanded_url": "https://example.org/a", "display_url": "example.org/a", "indices": ["5", "28"]}
_TWEETS = [
    archived_tweet("11", "Q &amp; A https://t.co/AbCd", entities={"hashtags": [], "symbols": [], "user_mentions": [], "urls": [_LINK]}),
    archived_tweet(
        "12",
        "@bob no",
        **{"in_reply_to_status_id_str": "10", "in_reply_to_status_id": "10", "in_reply_to_user_id": "5", "in_reply_to_screen_name": "bob"},
    ),
    archived_tweet("13", "RT @bob: theirs", entities={"user_mentions": [{"name": "Bob", "screen_name": "bob", "id_str": "5"}]}),
]
_YT_DLP_COMMENT = {"like_count": 0, "author_thumbnail": "https://yt3.example/a.jpg", "author_is_uploader": False, "is_favorited": False}
_INFO = {
    **{"id": "dQw4w9WgXcQ", "title": "Beans", "formats": [{"format_id": "18", "url": "https://x.example", "ext": "mp4"}]},
    **{"thumbnails": [{"url": "https://x.example/t.jpg", "id": "0"}], "description": "All about beans", "tags": ["beans"]},
    **{"automatic_captions": {"en": [{"ext": "json3", "url": "https://x.example/c"}]}, "comment_count": 2, "chapters": None},
    "comments": [
        {
            **{"id": "UgxA", "parent": "root", "text": "nice", "author": "@ann", "author_id": "UC1", **_YT_DLP_COMMENT},
            **{"_time_text": "4 years ago", "timestamp": 1577836800, "author_url": "https://www.youtube.com/@ann", "is_pinned": False},
        },
        {
            **{"id": "UgxA.b", "parent": "UgxA", "text": "no", "author": "@bob", "author_id": "UC2", **_YT_DLP_COMMENT},
            **{"_time_text": "4 years ago", "timestamp": 1577836801, "author_url": "https://www.youtube.com/@bob"},
        },
    ],
    **{"heatmap": [{"start_time": 0.0, "end_time": 1.0, "value": 1.0}], "extractor": "youtube", "extractor_key": "Youtube"},
    **{"webpage_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "_version": {"version": "2024.01.01"}},
}
_DOWNLOADED = [
    {
        **{"cid": "UgxA", "text": "nice", "time": "4 years ago", "author": "@ann", "channel": "UC1", "votes": "1.2K", "replies": "1"},
        **{"photo": "https://yt3.example/a.jpg", "heart": False, "reply": False, "time_parsed": 1577836800.0},
    },
    {
        **{"cid": "UgxA.b", "text": "no", "time": "4 years ago (edited)", "author": "@bob", "channel": "UC2", "votes": "0", "replies": ""},
        **{"photo": "https://yt3.example/b.jpg", "heart": False, "reply": True, "time_parsed": 1577836801.0},
    },
]


def _chat_action(renderer: str, item: dict[str, object]) -> dict[str, object]:
    action = {"clickTrackingParams": "C", "addChatItemAction": {"item": {renderer: item}, "clientId": "x"}}
    return {"replayChatItemAction": {"actions": [action], "videoOffsetTimeMsec": "0"}}


_EMOJI = {"emojiId": "UC1/x", "shortcuts": [":_beans:", ":beans:"], "isCustomEmoji": True, "image": {"thumbnails": []}}
_LIVE_CHAT = [
    _chat_action(
        "liveChatTextMessageRenderer",
        {
            **{"message": {"runs": [{"text": "hi "}, {"emoji": _EMOJI}, {"emoji": {"emojiId": "\U0001f600", "shortcuts": [":grin:"]}}]}},
            **{"authorName": {"simpleText": "@ann"}, "id": "ChwK", "timestampUsec": "1577836800000000", "authorExternalChannelId": "UC1"},
        },
    ),
    _chat_action(
        "liveChatViewerEngagementMessageRenderer",
        {"id": "Cm9k", "timestampUsec": "1577836801000000", "icon": {"iconType": "YOUTUBE_ROUND"}},
    ),
]

DOWNLOAD_SAMPLES = [
    Sample(
        "tweets.json",
        json_document(_TWEETS),
        "posts on Twitter (JSON)",
        [
            ("11", "Q & A example.org/a", None, None, None, FIRST_TIME),
            ("12", "@bob no", None, None, "10", FIRST_TIME),
            ("13", None, "not-a-comment", None, None, FIRST_TIME),
        ],
    ),
    Sample(
        "video.info.json",
        json_document(_INFO),
        "comments downloaded by yt-dlp (JSON)",
        [("UgxA", "nice", None, "@ann", None, FIRST_TIME), ("UgxA.b", "no", None, "@bob", "UgxA", SECOND_TIME)],
    ),
    Sample(
        "downloaded.json",
        json_lines(_DOWNLOADED),
        "comments downloaded by youtube-comment-downloader (JSON Lines)",
        [("UgxA", "nice", None, "@ann", None, FIRST_TIME), ("UgxA.b", "no", None, "@bob", "UgxA", SECOND_TIME)],
    ),
    Sample(
        "video.live_chat.json",
        json_lines(_LIVE_CHAT),
        "a live chat on YouTube (JSON Lines)",
        [("ChwK", "hi :_beans:\U0001f600", None, "@ann", None, FIRST_TIME), ("Cm9k", None, "not-a-comment", None, None, SECOND_TIME)],
    ),
    Sample(
        "kommentare.csv",
        csv_table(
            [
                *("Kanal-ID", "Zeitstempel der Kommentarerstellung", "Preis", "Kommentar-ID", "ID des übergeordneten Kommentars"),
                *("Beitrags-ID", "Video-ID", "Kommentartext", "ID des Kommentars auf oberster Ebene"),
            ],
            [_CHANNEL, "2020-01-01T00:00:00+00:00", "0", _COMMENT, "", "", "dQw4w9WgXcQ", takeout_text("Schön, ", "\n", "ja"), ""],
            [_CHANNEL, "2020-01-01T00:00:01+00:00", "0", _REPLY, _COMMENT, "", "dQw4w9WgXcQ", takeout_text("Nein"), _COMMENT],
            [
                _CHANNEL,
                "2020-01-01T00:00:02+00:00",
                "0",
                _COMMENT[::-1],
                "",
                "UgkxAbCdEfGhIjKlMnOpQrStUvWxYz012345",
                "",
                takeout_text("x"),
                "",
            ],
        ),
        "a user's comments on YouTube (CSV)",
        [
            (_COMMENT, "Schön, \nja", None, _CHANNEL, None, FIRST_TIME),
            (_REPLY, "Nein", None, _CHANNEL, _COMMENT, SECOND_TIME),
            (_COMMENT[::-1], "x", None, _CHANNEL, None, THIRD_TIME),
        ],
    ),
]
"""The samples."""
