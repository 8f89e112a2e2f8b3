"""Small dumps of chats, as the programs write them that export chats."""

from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, THIRD_TIME, Sample, csv_table, json_document

__all__ = ["CHAT_SAMPLES", "DISCORD_CHANNEL", "FACEBOOK_COMMENTS", "MATRIX_ROOM", "SLACK_DAY", "TELEGRAM_CHAT", "facebook_bytes"]


def facebook_bytes(text: str) -> str:
    """Return a text as Facebook writes it: each byte of its UTF-8 as a character."""
    return text.encode().decode("latin-1")


TELEGRAM_CHAT = {
    **{"name": "Gardeners", "type": "public_supergroup", "id": 1234567890},
    "messages": [
        {
            **{"id": 1, "type": "service", "date": "2020-01-01T01:00:00", "date_unixtime": "1577836800", "actor": "Ann"},
            **{"actor_id": "user11", "action": "invite_members", "members": ["Bob"], "text": "", "text_entities": []},
        },
        {
            **{"id": 2, "type": "message", "date": "2020-01-01T01:00:00", "date_unixtime": "1577836800", "from": "Ann"},
            **{"from_id": "user11", "edited": "2020-01-01T01:05:00", "edited_unixtime": "1577837100"},
            "text": [
                "see ",
                {"type": "text_link", "text": "the list", "href": "https://example.org/l"},
                " of ",
                {"type": "bold", "text": "may"},
            ],
            "text_entities": [
                {"type": "plain", "text": "see "},
                {"type": "text_link", "text": "the list", "href": "https://example.org/l"},
                {"type": "plain", "text": " of "},
                {"type": "bold", "text": "may"},
            ],
        },
        {
            **{"id": 3, "type": "message", "date": "2020-01-01T01:00:01", "date_unixtime": "1577836801", "from": "Bob"},
            **{"from_id": "user12", "reply_to_message_id": 2, "text": "thanks!", "text_entities": [{"type": "plain", "text": "thanks!"}]},
        },
        {
            **{"id": 4, "type": "message", "date": "2020-01-01T01:00:01", "date_unixtime": "1577836801", "from": None},
            **{"from_id": "user13", "photo": "(File not included.)", "width": 800, "height": 600, "text": "", "text_entities": []},
        },
        {
            **{"id": 5, "type": "message", "date": "2020-01-01T01:00:02", "date_unixtime": "1577836802", "from": "Ann"},
            **{"from_id": "user11", "text": "", "text_entities": []},
            "poll": {
                **{"question": "Roses or weeds?", "closed": False, "total_voters": 1},
                "answers": [{"text": "roses", "voters": 1, "chosen": False}, {"text": "weeds", "voters": 0, "chosen": False}],
            },
        },
    ],
}

DISCORD_CHANNEL = {
    "guild": {"id": "81384788765712384", "name": "Gardens", "iconUrl": "https://cdn.example/i.png"},
    "channel": {"id": "381", "type": "GuildTextChat", "categoryId": "9", "category": "Talk", "name": "roses", "topic": None},
    "dateRange": {"after": None, "before": None},
    "exportedAt": "2020-02-01T00:00:00.0000000+00:00",
    "messages": [
        {
            **{"id": "701", "type": "Default", "timestamp": "2020-01-01T00:00:00+00:00", "timestampEdited": None},
            **{
                "callEndedTimestamp": None,
                "isPinned": False,
                "content": "**red** ones, @Bob",
                "attachments": [],
                "stickers": [],
                "embeds": [],
            },
            "author": {"id": "1", "name": "ann", "discriminator": "0000", "nickname": "Ann", "color": None, "isBot": False, "roles": []},
            **{"reactions": [], "mentions": [{"id": "2", "name": "bob", "nickname": "Bob", "isBot": False}], "inlineEmojis": []},
        },
        {
            **{"id": "702", "type": "Reply", "timestamp": "2020-01-01T00:00:01+00:00", "timestampEdited": None},
            **{"callEndedTimestamp": None, "isPinned": False, "content": "https://example.org/r", "attachments": [], "stickers": []},
            "author": {"id": "2", "name": "bob", "discriminator": "0000", "nickname": "Bob", "color": None, "isBot": False, "roles": []},
            "embeds": [{"title": "A page of others", "url": "https://example.org/r", "description": "Theirs.", "fields": []}],
            **{"reactions": [], "mentions": [], "reference": {"messageId": "701", "channelId": "381", "guildId": "81384788765712384"}},
        },
        {
            **{"id": "703", "type": "GuildMemberJoin", "timestamp": "2020-01-01T00:00:01+00:00", "timestampEdited": None},
            **{"callEndedTimestamp": None, "isPinned": False, "content": "Joined the server.", "attachments": [], "embeds": []},
            "author": {"id": "3", "name": "cid", "discriminator": "0000", "nickname": "cid", "color": None, "isBot": False, "roles": []},
        },
        {
            **{"id": "704", "type": "Default", "timestamp": "2020-01-01T00:00:02+00:00", "timestampEdited": None},
            **{"callEndedTimestamp": None, "isPinned": False, "content": "", "attachments": [], "stickers": [], "reactions": []},
            "author": {"id": "4", "name": "helper", "discriminator": "1234", "nickname": "helper", "color": None, "isBot": True},
            "embeds": [
                {"title": "Rules", "description": "Be kind.", "fields": [{"name": "First", "value": "No weeds.", "isInline": False}]},
            ],
        },
    ],
    "messageCount": 4,
}

SLACK_DAY = [
    {
        **{"client_msg_id": "6c3f", "type": "message", "user": "U01ANN", "ts": "1577836800.000100", "team": "T01"},
        "text": "hello <@U02BOB>, read <https://example.org/a?b=1&amp;c=2|this &amp; that> in <#C01|roses> &lt;now&gt;",
        **{"thread_ts": "1577836800.000100", "reply_count": 1, "replies": [{"user": "U02BOB", "ts": "1577836801.000200"}]},
        "blocks": [
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hello"}]}]},
        ],
    },
    {
        **{"type": "message", "user": "U02BOB", "text": "<!here> ok", "ts": "1577836801.000200", "thread_ts": "1577836800.000100"},
        **{"parent_user_id": "U01ANN", "edited": {"user": "U02BOB", "ts": "1577836900.000000"}},
    },
    {"type": "message", "subtype": "channel_join", "user": "U03", "text": "<@U03> has joined the channel", "ts": "1577836801.000300"},
    {
        **{"type": "message", "subtype": "bot_message", "text": "", "ts": "1577836802.000400", "username": "gardenbot", "bot_id": "B01"},
        "attachments": [{"fallback": "Rain: much", "title": "Rain", "text": "much &amp; soon", "id": 1, "color": "36a64f"}],
    },
    {
        **{"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": True},
        **{"ts": "1577836802.000500"},
    },
]

MATRIX_ROOM = {
    **{"room_name": "Roses", "room_creator": "@ann:example.org", "topic": "", "export_date": "1/2/2020", "exported_by": "@ann:example.org"},
    "messages": [
        {
            **{"type": "m.room.member", "sender": "@bob:example.org", "state_key": "@bob:example.org", "origin_server_ts": 1577836800000},
            **{
                "content": {"membership": "join", "displayname": "Bob"},
                "event_id": "$join",
                "room_id": "!r:example.org",
                "unsigned": {"age": 9},
            },
        },
        {
            **{"type": "m.room.message", "sender": "@ann:example.org", "origin_server_ts": 1577836800000, "event_id": "$first"},
            **{"content": {"msgtype": "m.text", "body": "good morning"}, "room_id": "!r:example.org", "unsigned": {"age": 8}},
        },
        {
            **{"type": "m.room.message", "sender": "@bob:example.org", "origin_server_ts": 1577836801000, "event_id": "$second"},
            "content": {
                **{"msgtype": "m.text", "body": "> <@ann:example.org> good morning\n\nand to you", "format": "org.matrix.custom.html"},
                "formatted_body": "<mx-reply><blockquote>good morning</blockquote></mx-reply>and to you",
                "m.relates_to": {"m.in_reply_to": {"event_id": "$first"}},
            },
            **{"room_id": "!r:example.org", "unsigned": {"age": 7}},
        },
        {
            **{"type": "m.room.message", "sender": "@bob:example.org", "origin_server_ts": 1577836802000, "event_id": "$third"},
            **{"content": {}, "room_id": "!r:example.org"},
            "unsigned": {"redacted_because": {"type": "m.room.redaction", "sender": "@ann:example.org", "content": {}}},
        },
    ],
}

_MESSENGER = {
    "participants": [{"name": facebook_bytes("Ännchen")}, {"name": "Bob"}],
    "messages": [
        {
            **{"sender_name": facebook_bytes("Ännchen"), "timestamp_ms": 1577836801000, "content": facebook_bytes("schöne Rosen 😀")},
            **{"reactions": [{"reaction": facebook_bytes("❤"), "actor": "Bob"}], "type": "Generic", "is_geoblocked_for_viewer": False},
        },
        {"sender_name": "Bob", "timestamp_ms": 1577836800000, "photos": [{"uri": "messages/inbox/x/photos/1.jpg"}], "type": "Generic"},
        {"sender_name": "Bob", "timestamp_ms": 1577836800000, "content": "Bob called you.", "type": "Call", "call_duration": 12},
    ],
    **{"title": facebook_bytes("Ännchen"), "is_still_participant": True, "thread_path": "inbox/aennchen_10", "magic_words": []},
}

FACEBOOK_COMMENTS = {
    "comments_v2": [
        {
            "timestamp": 1577836801,
            "data": [{"comment": {"timestamp": 1577836801, "comment": facebook_bytes("schöne Rosen"), "author": "Bob", "group": "Garden"}}],
            "title": facebook_bytes("Bob commented on Ännchen's post."),
        },
        {
            "timestamp": 1577836800,
            "attachments": [{"data": [{"media": {"uri": "posts/media/1.jpg", "creation_timestamp": 1577836800, "title": ""}}]}],
            "title": "Bob commented on a photo.",
        },
    ]
}

_FACEBOOK_POSTS = [
    {
        "timestamp": 1577836800,
        "attachments": [{"data": [{"media": {"uri": "p/1.jpg", "title": "T", "description": facebook_bytes("für alle")}}]}],
        "data": [{"post": facebook_bytes("für alle")}, {"update_timestamp": 1577836900}],
        "title": "Bob added a new photo.",
    }
]

_INSTAGRAM_COMMENTS = [
    {
        "media_list_data": [{"uri": ""}],
        "string_map_data": {
            "Kommentar": {"href": "", "value": facebook_bytes("schön!"), "timestamp": 0},
            "Media Owner": {"href": "", "value": "ann", "timestamp": 0},
            "Time": {"href": "", "value": "", "timestamp": 1577836800},
        },
    }
]

_WHATSAPP_ANDROID = (
    "31.12.19, 23:59 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n"
    "01.01.20, 00:00 - Ann: Frohes Neues\n\nund: alles Gute!\n"
    "01.01.20, 00:00 - Bob: <Medien ausgeschlossen>\n"
    "01.01.20, 00:00 - +49 151 2345678: Diese Nachricht wurde gelöscht.\n"
)
_WHATSAPP_IPHONE = (
    "[1/1/20, 12:00:00\u202fAM] Roses: \u200eMessages and calls are end-to-end encrypted.\r\n"
    "[1/1/20, 12:00:00\u202fAM] ~\u202fAnn: happy\nnew year\r\n"
    "\u200e[1/1/20, 12:00:01\u202fAM] Bob: \u200eimage omitted\r\n"
    "[1/1/20, 12:00:02\u202fAM] Bob: like this \u200e<attached: 00000004-PHOTO.jpg>\r\n"
)

CHAT_SAMPLES = [
    Sample(
        "result.json",
        json_document(TELEGRAM_CHAT),
        "messages of Telegram (JSON)",
        [
            (1, None, "not-a-comment", "Ann", None, FIRST_TIME),
            (2, "see the list of may", None, "Ann", None, FIRST_TIME),
            (3, "thanks!", None, "Bob", "2", SECOND_TIME),
            (4, "", None, "user13", None, SECOND_TIME),
            (5, "Roses or weeds?\nroses\nweeds", None, "Ann", None, THIRD_TIME),
        ],
    ),
    Sample(
        "Gardens - Talk - roses [381].json",
        json_document(DISCORD_CHANNEL),
        "messages of Discord (JSON)",
        [
            ("701", "**red** ones, @Bob", None, "ann", None, FIRST_TIME),
            ("702", "https://example.org/r", None, "bob", "701", SECOND_TIME),
            ("703", None, "not-a-comment", "cid", None, SECOND_TIME),
            ("704", "Rules\nBe kind.\nFirst\nNo weeds.", None, "helper", None, THIRD_TIME),
        ],
        "markdown",
    ),
    Sample(
        "Gardens - roses.csv",
        csv_table(
            ["AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"],
            ["1", "ann", "2020-01-01T00:00:00.0000000+00:00", "**red**, of course", "", ""],
        ),
        "messages of Discord (CSV)",
        [(None, "**red**, of course", None, "ann", None, FIRST_TIME)],
        "markdown",
    ),
    Sample(
        "2020-01-01.json",
        json_document(SLACK_DAY),
        "messages of Slack (JSON)",
        [
            (
                "1577836800.000100",
                "hello @U02BOB, read this & that in #roses <now>",
                None,
                "U01ANN",
                None,
                "2020-01-01T00:00:00.000100+00:00",
            ),
            ("1577836801.000200", "@here ok", None, "U02BOB", "1577836800.000100", "2020-01-01T00:00:01.000200+00:00"),
            ("1577836801.000300", None, "not-a-comment", "U03", None, "2020-01-01T00:00:01.000300+00:00"),
            ("1577836802.000400", "Rain\nmuch & soon", None, "gardenbot", None, "2020-01-01T00:00:02.000400+00:00"),
            ("1577836802.000500", None, "deleted", "USLACKBOT", None, "2020-01-01T00:00:02.000500+00:00"),
        ],
    ),
    Sample(
        "matrix - Roses.json",
        json_document(MATRIX_ROOM),
        "messages of Matrix (JSON)",
        [
            ("$join", None, "not-a-comment", "@bob:example.org", None, FIRST_TIME),
            ("$first", "good morning", None, "@ann:example.org", None, FIRST_TIME),
            ("$second", "and to you", None, "@bob:example.org", "$first", SECOND_TIME),
            ("$third", None, "removed", "@bob:example.org", None, THIRD_TIME),
        ],
    ),
    Sample(
        "message_1.json",
        json_document(_MESSENGER),
        "messages of Facebook or Instagram (JSON)",
        [
            (None, "schöne Rosen 😀", None, "Ännchen", None, SECOND_TIME),
            (None, "", None, "Bob", None, FIRST_TIME),
            (None, None, "not-a-comment", "Bob", None, FIRST_TIME),
        ],
    ),
    Sample(
        "comments_v2.json",
        json_document(FACEBOOK_COMMENTS),
        "comments and posts of Facebook or Instagram (JSON)",
        [(None, "schöne Rosen", None, "Bob", None, SECOND_TIME), (None, "", None, None, None, FIRST_TIME)],
    ),
    Sample(
        "your_posts_1.json",
        json_document(_FACEBOOK_POSTS),
        "comments and posts of Facebook or Instagram (JSON)",
        [(None, "für alle", None, None, None, FIRST_TIME)],
    ),
    Sample(
        "post_comments_1.json",
        json_document(_INSTAGRAM_COMMENTS),
        "comments on Instagram (JSON)",
        [(None, "schön!", None, None, None, FIRST_TIME)],
    ),
    Sample(
        "WhatsApp Chat mit Ann.txt",
        _WHATSAPP_ANDROID.encode(),
        "messages of WhatsApp (chat of WhatsApp)",
        [
            (None, None, "not-a-comment", None, None, "2019-12-31T23:59:00+00:00"),
            (None, "Frohes Neues\n\nund: alles Gute!", None, "Ann", None, FIRST_TIME),
            (None, "", None, "Bob", None, FIRST_TIME),
            (None, None, "deleted", "+49 151 2345678", None, FIRST_TIME),
        ],
    ),
    Sample(
        "_chat.txt",
        _WHATSAPP_IPHONE.encode(),
        "messages of WhatsApp (chat of WhatsApp)",
        [
            (None, None, "not-a-comment", "Roses", None, FIRST_TIME),
            (None, "happy\nnew year", None, "Ann", None, FIRST_TIME),
            (None, "", None, "Bob", None, SECOND_TIME),
            (None, "like this", None, "Bob", None, THIRD_TIME),
        ],
    ),
]
