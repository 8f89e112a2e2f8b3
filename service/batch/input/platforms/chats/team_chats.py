"""Chats at work: what Google Takeout has of Google Chat, what Mattermost exports in bulk, and the messages that LinkedIn hands out."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from service.batch.input.platforms.message_context import folder_of, keep_whole
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["GOOGLE_CHAT", "LINKEDIN", "MATTERMOST"]

_GROUP_FILE = re.compile(r"messages\.json")
_DATE = re.compile(
    r"\w+, (?:(?P<month>[A-Z]\w+) (?P<day>\d{1,2}), |(?P<day2>\d{1,2}) (?P<month2>[A-Z]\w+) )"
    r"(?P<year>\d{4}) at (?P<time>[\d:]+(?: [AP]M)?) UTC"
)
_SPACES = re.compile(r"\s+")


def _parse_date(value: object) -> object:
    """Return the time in ``Wednesday, January 1, 2020 at 12:00:00 AM UTC``; anything else as it is."""
    match = _DATE.fullmatch(_SPACES.sub(" ", value)) if isinstance(value, str) else None
    if match is None:
        return value
    month, day = match["month"] or match["month2"], match["day"] or match["day2"]
    for clock in ("%I:%M:%S %p", "%H:%M:%S"):
        try:
            return datetime.strptime(f"{month} {day} {match['year']} {match['time']}", f"%B %d %Y {clock}").replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _prepare_google(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    creator = object_in(fields, "creator")
    row = {
        # A file alone has no text.
        "text": fields.get("text", ""),
        "id": fields.get("message_id"),
        "author": text_in(creator, "name", "email"),
        "time": _parse_date(fields.get("created_date")),
        "place": folder_of(fields, _GROUP_FILE),
    }
    return row, Reason.DELETED if fields.get("message_state") == "DELETED" or "deletion_metadata" in fields else None


def _is_google(fields: RecordFields) -> bool:
    """Tell whether a record is of Google Chat, where the writer is an object."""
    return isinstance(fields.get("creator"), Mapping)


GOOGLE_CHAT = Platform(
    name="googlechat",
    description="messages of Google Chat",
    signatures=(frozenset({"creator", "created_date", "topic_id"}), frozenset({"creator", "created_date", "message_id"})),
    columns=Columns("text", "id", "author", None, "time", place="place"),
    prepare=_prepare_google,
    unfold=keep_whole,
    recognises=_is_google,
    needs_context=True,
)
"""``Groups/Space …/messages.json``; the folder is the conversation."""


def _is_mattermost(fields: RecordFields) -> bool:
    """Tell whether a line is of an export in bulk, by its first line or by a post."""
    posts = (object_in(fields, "post"), object_in(fields, "direct_post"))
    return fields.get("type") == "version" or any("message" in post and "create_at" in post for post in posts)


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield a post and the replies to it, none of which has an id; or else the line as it is."""
    kind = str(fields.get("type"))
    post = object_in(fields, kind)
    if kind not in {"post", "direct_post"}:
        yield {"type": kind}
        return
    members = post.get("channel_members")
    place = text_in(post, "channel") or (", ".join(map(str, members)) if isinstance(members, list) else None)
    for message in (post, *objects_in(post, "replies")):
        yield {"text": message.get("message"), "author": message.get("user"), "time": message.get("create_at"), "place": place}


def _prepare_mattermost(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return fields, Reason.NOT_A_COMMENT if "type" in fields else None


MATTERMOST = Platform(
    name="mattermost",
    description="messages of Mattermost",
    signatures=(frozenset({"type", "post"}), frozenset({"type", "direct_post"})),
    columns=Columns("text", None, "author", None, "time", place="place"),
    prepare=_prepare_mattermost,
    unfold=_unfold,
    recognises=_is_mattermost,
)
"""The lines of ``mmctl export``; teams, channels and users are no comments."""

LINKEDIN = Platform(
    name="linkedin",
    description="messages of LinkedIn",
    signatures=(frozenset({"conversation id", "from", "date", "content"}),),
    columns=Columns("CONTENT", None, "FROM", None, "DATE", place="CONVERSATION ID"),
)
"""``messages.csv`` of the archive that users ask for."""
