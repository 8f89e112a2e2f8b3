"""Exports of platforms as they are downloaded, with the many files around the comments; and what is judged of each."""

import gzip
import json
from typing import NamedTuple

from tests.service.batch.input.packing import pack_tar, pack_zip

__all__ = ["WHOLE_EXPORTS", "WholeExport"]

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_PAGE = b"<!doctype html><html><body><p>Here is what you asked for.</p></body></html>"


class WholeExport(NamedTuple):
    """An export.

    Attributes:
        name: the name of the archive.
        content: its bytes.
        judged: member, author and text of each row that is judged, in order.
    """

    name: str
    content: bytes
    judged: list[tuple[str, str | None, str]]


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def _script(name: str, value: object) -> bytes:
    return f"window.YTD.{name}.part0 = ".encode() + _json(value)


def _tweet(number: str, text: str) -> dict[str, object]:
    tweet = {
        **{"id_str": number, "id": number, "full_text": text, "created_at": "Sun Jan 01 10:00:00 +0000 2023", "lang": "en"},
        **{"truncated": False, "retweeted": False, "favorite_count": "0", "display_text_range": ["0", str(len(text))]},
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
    }
    return {"tweet": tweet}


_TWITTER = {
    "Your archive.html": _PAGE,
    "assets/js/main.4a7.js": b"(self.webpackChunk=self.webpackChunk||[]).push([[1],{7:(e,t)=>{t.text='not a tweet'}}]);",
    "assets/images/icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "data/README.txt": b"# Intro\n\nThis archive holds what you have done.\n\nRead on.\n",
    "data/manifest.js": b'window.__THAR_CONFIG = {"userInfo":{"accountId":"1","userName":"ann"}}',
    "data/account.js": _script("account", [{"account": {"username": "ann", "accountId": "1", "accountDisplayName": "Ann"}}]),
    "data/profile.js": _script("profile", [{"profile": {"description": {"bio": "I love my garden", "location": "here"}}}]),
    "data/like.js": _script("like", [{"like": {"tweetId": "5", "fullText": "what somebody else wrote"}}]),
    "data/tweet-headers.js": _script("tweet_headers", [{"tweet": {"tweet_id": "11", "user_id": "1", "created_at": "2023"}}]),
    "data/tweets.js": _script("tweets", [_tweet("11", "roses are red"), _tweet("12", "you are a weed")]),
    "data/tweets-part1.js": _script("tweets", [_tweet("13", "part two")]),
    "data/deleted-tweets.js": _script("deleted_tweets", [_tweet("14", "never mind")]),
    "data/tweets_media/11-x.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
}
_SLACK = {
    "channels.json": _json([{"id": "C1", "name": "garden", "members": ["U1", "U2"], "topic": {"value": "what grows"}}]),
    "users.json": _json([{"id": "U1", "name": "ann", "profile": {"display_name": "Ann", "title": "a gardener"}}]),
    "integration_logs.json": _json([{"service_type": "bot", "date": "1577836800", "reason": "added by somebody"}]),
    "garden/2020-01-01.json": _json(
        [
            {"type": "message", "user": "U2", "ts": "1577836800.000100", "text": "good morning <@U1> &amp; all"},
            {"type": "message", "subtype": "channel_join", "user": "U3", "ts": "1577836800.000200", "text": "<@U3> has joined the channel"},
        ]
    ),
    "garden/2020-01-02.json": b"[]",
    "weeds/2020-01-01.json": _json([{"type": "message", "user": "U1", "ts": "1577836800.000100", "text": "none here"}]),
}
_CHAT = {
    **{"name": "Garden", "type": "private_group", "id": 7},
    "messages": [
        {
            **{"id": 1, "type": "message", "date": "2020-01-01T01:00:00", "from": "Ann", "from_id": "user1"},
            "text": "it rains",
            "text_entities": [],
        },
    ],
}
_TELEGRAM = {
    "ChatExport_2020/result.json": _json(_CHAT),
    "ChatExport_2020/messages.html": b'<html><div class="message default"><div class="text">it rains</div></div></html>',
    "ChatExport_2020/css/style.css": b".message { color: red }",
    "ChatExport_2020/js/script.js": b"function text() { return 'it rains'; }",
    "ChatExport_2020/photos/photo_1.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "ChatExport_2020/files/plants.csv": b"text,price\na plant that somebody sent,7\n",
}
_DISCORD = {
    "README.txt": b"Hello.\n\nThis is your package.\n",
    "account/user.json": _json({"id": "1", "username": "ann", "notes": {"2": "a note about bob"}}),
    "messages/index.json": _json({"81": "roses in Garden", "82": "Direct Message with bob"}),
    "messages/c81/channel.json": _json({"id": "81", "type": 0, "name": "roses"}),
    "messages/c81/messages.json": _json([{"ID": 9, "Timestamp": "2023-05-06 07:08:09", "Contents": "red ones", "Attachments": ""}]),
    "messages/c82/channel.json": _json({"id": "82", "type": 1, "recipients": ["1", "2"]}),
    "messages/c82/messages.json": b"[]",
    "servers/index.json": _json({"9": "Garden"}),
    "activity/analytics/events-2023-00000-of-00001.json": b'{"event_type":"open","text":"no message of anyone"}\n',
}
_FACEBOOK = {
    "start_here.html": _PAGE,
    "personal_information/profile_information/profile_information.json": _json({"profile_v2": {"name": {"full_name": "Ann"}}}),
    "your_facebook_activity/comments_and_reactions/comments.json": _json(
        {
            "comments_v2": [
                {
                    "timestamp": 1577836800,
                    "data": [{"comment": {"comment": "sch\u00c3\u00b6n", "author": "Ann"}}],
                    "title": "Ann commented.",
                },
            ]
        }
    ),
    "your_facebook_activity/comments_and_reactions/likes_and_reactions_1.json": _json(
        [{"timestamp": 1, "data": [{"reaction": {"reaction": "LIKE", "actor": "Ann"}}], "title": "Ann likes a post."}]
    ),
    "your_facebook_activity/messages/inbox/bob_7/message_1.json": _json(
        {
            "participants": [{"name": "Bob"}, {"name": "Ann"}],
            "messages": [{"sender_name": "Bob", "timestamp_ms": 1577836800000, "content": "hello you"}],
            "title": "Bob",
        }
    ),
    "your_facebook_activity/messages/inbox/bob_7/photos/1.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "connections/friends/your_friends.json": _json({"friends_v2": [{"name": "Bob the friend", "timestamp": 1}]}),
    "logged_information/search/your_search_history.json": _json({"searches_v2": [{"timestamp": 1, "data": [{"text": "how to grow"}]}]}),
}
_YOUTUBE = "Takeout/YouTube und YouTube Music"
_COMMENTS = (
    "Kommentar-ID,Kanal-ID,Zeitstempel der Erstellung des Kommentars,Preis,ID des übergeordneten Kommentars,Video-ID,Kommentartext\n"
    'UgyAAAABBBBCCCCDDDD4AaABAg,UC0123456789abcdefghijkl,2023-01-01T10:00:00+00:00,0,,dQw4w9WgXcQ,"{""text"":""was für ein Lied""}"\n'
)
_TAKEOUT = {
    "Takeout/Archiv_Übersicht.html": _PAGE,
    f"{_YOUTUBE}/Abos/Abos.csv": b"Kanal-ID,Kanal-URL,Kanaltitel\nUC1,https://example.org/1,Songs of the sea\n",
    f"{_YOUTUBE}/Kommentare/Kommentare.csv": _COMMENTS.encode(),
    f"{_YOUTUBE}/Verlauf/Wiedergabeverlauf.html": b"<html><div>Watched: a song</div></html>",
    "Takeout/Keep/list.json": _json({"title": "Shopping", "textContent": "milk and bread"}),
}
_REDDIT = {
    "comments.csv": b"id,permalink,date,ip,subreddit,gildings,link,parent,body,media\n"
    b"c1,https://r/1,2023-01-01 10:00:00 UTC,,garden,0,https://r/0,,nice one,\n",
    "comment_headers.csv": b"id,permalink,date,ip,subreddit,gildings\nc1,https://r/1,2023-01-01 10:00:00 UTC,,garden,0\n",
    "post_headers.csv": b"id,permalink,date,ip,subreddit,gildings,url\n",
    "ip_logs.csv": b"date,ip\n2023-01-01 10:00:00 UTC,192.0.2.1\n",
    "statistics.csv": b"statistic,value\naccount name,ann the gardener\n",
}
_BACKUP = {
    "dump.sql.gz": gzip.compress(
        b"--\n-- PostgreSQL database dump\n--\n\n"
        b"COPY public.posts (id, user_id, topic_id, post_number, raw, cooked, created_at) FROM stdin;\n"
        b"10\t2\t5\t1\tdear all\t<p>dear all</p>\t2020-01-01 00:00:00\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n"
    ),
    "uploads/default/original/1X/notes.txt": b"What somebody\n\nuploaded.\n",
    "uploads/default/optimized/1X/table.csv": b"id,text\n1,a table that somebody uploaded\n",
}
_CORPUS = {
    "corpus-main/README.md": b"# A corpus\n\nOf comments.\n",
    "corpus-main/LICENSE": b"Public\n\nDomain\n",
    "corpus-main/.gitignore": b"*.pyc\n",
    "corpus-main/src/train.py": b"print('hello')\n",
    "corpus-main/requirements.txt": b"numpy\n\npandas\n",
    "corpus-main/notebook.ipynb": _json({"cells": [{"cell_type": "markdown", "source": ["some text"]}]}),
    "corpus-main/data/train.tsv": b"id\ttext\tlabel\n1\twhat a day\t0\n",
    "corpus-main/data/codebook.csv": b"column,description\nlabel,whether it is rude to somebody\n",
    "corpus-main/data/test.csv.zip": pack_zip({"test.csv": b"id,text\n2,you weed\n", "__MACOSX/._test.csv": b"\0\5\x16\7"}),
    "corpus-main/figures/one.png": _PNG,
}
_WHATSAPP = {
    "_chat.txt": b"[01.02.23, 10:00:00] Ann: guten Morgen\n[01.02.23, 10:00:09] Bob: dir auch\nund allen\n",
    "00000012-PHOTO-2023-02-01-10-00-00.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
}

WHOLE_EXPORTS = [
    WholeExport(
        "twitter.zip",
        pack_zip(_TWITTER),
        [
            ("data/tweets.js", "ann", "roses are red"),
            ("data/tweets.js", "ann", "you are a weed"),
            ("data/tweets-part1.js", "ann", "part two"),
        ],
    ),
    WholeExport(
        "slack.zip",
        pack_zip(_SLACK),
        [("garden/2020-01-01.json", "U2", "good morning @Ann & all"), ("weeds/2020-01-01.json", "U1", "none here")],
    ),
    WholeExport("telegram.zip", pack_zip(_TELEGRAM), [("ChatExport_2020/result.json", "Ann", "it rains")]),
    WholeExport("package.zip", pack_zip(_DISCORD), [("messages/c81/messages.json", "ann", "red ones")]),
    WholeExport(
        "facebook.zip",
        pack_zip(_FACEBOOK),
        [
            ("your_facebook_activity/comments_and_reactions/comments.json", "Ann", "schön"),
            ("your_facebook_activity/messages/inbox/bob_7/message_1.json", "Bob", "hello you"),
        ],
    ),
    WholeExport(
        "takeout.tgz", pack_tar(_TAKEOUT), [(f"{_YOUTUBE}/Kommentare/Kommentare.csv", "UC0123456789abcdefghijkl", "was für ein Lied")]
    ),
    WholeExport("reddit.zip", pack_zip(_REDDIT), [("comments.csv", None, "nice one")]),
    WholeExport("backup.tar.gz", pack_tar(_BACKUP), [("dump.sql.gz/posts", "2", "dear all")]),
    WholeExport(
        "corpus.zip",
        pack_zip(_CORPUS),
        [("corpus-main/data/train.tsv", None, "what a day"), ("corpus-main/data/test.csv.zip/test.csv", None, "you weed")],
    ),
    WholeExport("chat.zip", pack_zip(_WHATSAPP), [("_chat.txt", "Ann", "guten Morgen"), ("_chat.txt", "Bob", "dir auch\nund allen")]),
]
