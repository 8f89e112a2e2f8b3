"""Comments and live chats of YouTube as yt-dlp and youtube-comment-downloader write them."""

from collections.abc import Iterator, Mapping

from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import ENVELOPE_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["YOUTUBE_COMMENT_DOWNLOADER", "YOUTUBE_DATA_TOOLS", "YOUTUBE_LIVE_CHAT", "YT_DLP"]

_NO_PARENT = "root"
_VIDEO_FIELD = "\0video"

_OWN_NAMES = ("_time_text", "author_thumbnail", "author_is_uploader")


def _is_download(fields: RecordFields) -> bool:
    """Tell yt-dlp's comments, and videos that have some, from other tables of comments with parents and times."""
    comments = objects_in(fields, "comments")[:1] if "text" not in fields else [fields]
    return "extractor" in fields or any(comment.get("parent") == _NO_PARENT or _has_own_name(comment) for comment in comments)


def _has_own_name(comment: RecordFields) -> bool:
    return "text" in comment and any(name in comment for name in _OWN_NAMES)


def _unfold_video(fields: RecordFields) -> Iterator[RecordFields]:
    if isinstance(fields.get("comments"), list):
        video = {name: fields.get(name) for name in ("id", "title")}
        yield from ({**comment, _VIDEO_FIELD: video} for comment in objects_in(fields, "comments"))
    else:
        yield fields


def _prepare_download(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    video = object_in(fields, _VIDEO_FIELD) or object_in(fields, ENVELOPE_FIELD)
    parent = fields.get("parent")
    comment = {
        **fields,
        "author": fields.get("author") or fields.get("author_id"),
        "parent": None if parent == _NO_PARENT else parent,
        "title": video.get("title", fields.get("title")),
        "place": video.get("id", fields.get("place")),
    }
    # A video whose comments were not downloaded.
    return comment, Reason.NOT_A_COMMENT if "extractor" in fields and "text" not in fields else None


YT_DLP = Platform(
    name="youtube",
    description="comments downloaded by yt-dlp",
    signatures=(
        frozenset({"comments"}),
        *(frozenset({"text", "parent", name}) for name in ("timestamp", "author_id")),
    ),
    columns=Columns("text", "id", "author", "parent", "timestamp", title="title", place="place"),
    prepare=_prepare_download,
    unfold=_unfold_video,
    needs_context=True,
    recognises=_is_download,
)
"""``*.info.json``, of YouTube or another site."""


def _prepare_downloaded(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    own_id = fields.get("cid")
    thread, dot, _ = own_id.partition(".") if isinstance(own_id, str) else ("", "", "")
    return {**fields, "parent": thread if dot else None}, None


YOUTUBE_COMMENT_DOWNLOADER = Platform(
    name="youtube",
    description="comments downloaded by youtube-comment-downloader",
    signatures=tuple(frozenset({"cid", "text", "votes", name}) for name in ("channel", "photo", "heart", "time_parsed")),
    columns=Columns("text", "cid", "author", "parent", "time_parsed"),
    prepare=_prepare_downloaded,
    extra_fields=("channel", "reply"),
)
"""Comments; the id of a reply begins with that of what it answers."""

YOUTUBE_DATA_TOOLS = Platform(
    name="youtube",
    description="comments downloaded by YouTube Data Tools",
    signatures=(frozenset({"text", "isreply", "isreplyto"}),),
    columns=Columns("text", "id", "authorName", "isReplyTo", "publishedAt"),
)
"""The table of comments of a video."""

_ACTIONS = "replayChatItemAction"
_RENDERER = "Renderer"


def _unfold_actions(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield what an action of a live chat shows: messages, and news such as that somebody has joined."""
    shown = (object_in(action, "addChatItemAction", "item") for action in objects_in(object_in(fields, _ACTIONS), "actions"))
    items = [value for item in shown for name, value in item.items() if name.endswith(_RENDERER) and isinstance(value, Mapping)]
    yield from items or [{}]


def _prepare_item(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = _join_runs(object_in(fields, "message"))
    return {
        "text": text,
        "id": fields.get("id"),
        "author": text_in(object_in(fields, "authorName"), "simpleText") or fields.get("authorExternalChannelId"),
        "time": fields.get("timestampUsec"),
    }, Reason.NOT_A_COMMENT if text is None else None


def _join_runs(message: RecordFields) -> str | None:
    """Return the text of a message: its words, and the names of emoji that only YouTube has."""
    if "runs" not in message:
        return text_in(message, "simpleText")
    parts: list[str] = []
    for run in objects_in(message, "runs"):
        emoji = object_in(run, "emoji")
        shortcuts = emoji.get("shortcuts")
        name = shortcuts[0] if isinstance(shortcuts, list) and shortcuts else emoji.get("emojiId")
        part = name if emoji.get("isCustomEmoji") is True else emoji.get("emojiId", run.get("text"))
        parts.append(part if isinstance(part, str) else "")
    return "".join(parts)


YOUTUBE_LIVE_CHAT = Platform(
    name="youtube",
    description="a live chat on YouTube",
    signatures=(frozenset({_ACTIONS.casefold()}),),
    columns=Columns("text", "id", "author", None, "time"),
    prepare=_prepare_item,
    unfold=_unfold_actions,
)
"""``*.live_chat.json``, which yt-dlp writes."""
