"""Twitter (X): the archive that users download of their own posts, and posts as its interfaces answered them."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import PurePosixPath

from service.batch.input.platforms.message_context import keep_whole
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import ENVELOPE_FIELD, FILE_FIELD, Platform, RecordFields
from service.batch.input.values import parse_parent
from service.batch.rows import Columns, Reason

__all__ = ["SNSCRAPE", "TWITTER", "TWITTER_TABLE"]

_RETWEET = re.compile(r"RT @\w{1,20}: ")
_SHORT_LINK = "https://t.co/"
_MAX_LINKS = 100
_MAX_LINK_LENGTH = 200
_MAX_REPEATS = 10
_OWN_NAMES = ("edit_history_tweet_ids", "referenced_tweets", "public_metrics")
"""Fields that only posts of the newer interface have."""
_PLACE_FIELD = "\0conversation"


def _is_post(fields: RecordFields) -> bool:
    """Tell whether an object is a post, an answer of the interface with posts, or an entry of a file in the archive."""
    entries = (object_in(fields, name) for name in ("tweet", "noteTweet", "dmConversation"))
    if any("full_text" in entry or "core" in entry or "messages" in entry for entry in entries):
        return True
    if any("text" in post and name in post for post in [fields, *_answered_posts(fields)[:1]] for name in _OWN_NAMES):
        return True
    has_text = isinstance(fields.get("full_text", fields.get("text")), str)
    return has_text and any(isinstance(fields.get(name), Mapping) for name in ("user", "entities"))


def _answered_posts(fields: RecordFields) -> list[RecordFields]:
    data = fields.get("data")
    return [data] if isinstance(data, Mapping) else objects_in(fields, "data")


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the posts and messages of a record; posts that an answer only ``includes`` are quoted or answered ones."""
    if conversation := object_in(fields, "dmConversation"):
        for message in objects_in(conversation, "messages"):
            yield {**message, _PLACE_FIELD: conversation.get("conversationId")}
    elif posts := _answered_posts(fields):
        users = {str(user.get("id")): user.get("username") for user in objects_in(object_in(fields, "includes"), "users")}
        yield from ({**post, "author": users.get(str(post.get("author_id")))} for post in posts)
    else:
        yield fields


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if _PLACE_FIELD in fields:
        return _prepare_message(fields)
    account = object_in(fields, ENVELOPE_FIELD, "account")
    own_name = text_in(account, "username", "accountId")
    is_deleted = PurePosixPath(str(fields.get(FILE_FIELD, ""))).name.startswith("deleted-")
    if note := object_in(fields, "noteTweet"):
        core = object_in(note, "core")
        post, reason = {"full_text": core.get("text"), "user": own_name, "id_str": note.get("noteTweetId")}, None
        post["created_at"] = note.get("createdAt")
    else:
        post, reason = _prepare_post(object_in(fields, "tweet") or fields, own_name)
    return post, Reason.DELETED if is_deleted else reason


def _prepare_post(fields: RecordFields, own_name: str | None) -> tuple[dict[str, object], Reason | None]:
    whole = object_in(fields, "extended_tweet")
    text = text_in(whole, "full_text") or text_in(object_in(fields, "note_tweet"), "text") or fields.get("full_text", fields.get("text"))
    entities = object_in(whole, "entities") or object_in(fields, "entities")
    references = {str(reference.get("type")): reference.get("id") for reference in objects_in(fields, "referenced_tweets")}
    author = text_in(object_in(fields, "user"), "screen_name", "id_str") or fields.get("author") or fields.get("author_id") or own_name
    post = {
        "full_text": _show_links(text, objects_in(entities, "urls") + objects_in(entities, "media"), shown_name="display_url"),
        "id_str": fields.get("id_str") or fields.get("id"),
        "user": author,
        "in_reply_to_status_id_str": fields.get("in_reply_to_status_id_str")
        or fields.get("in_reply_to_status_id")
        or references.get("replied_to"),
        "created_at": fields.get("created_at"),
    }
    if fields.get("deleted_at") is not None:
        return post, Reason.DELETED
    is_repeated = isinstance(fields.get("retweeted_status"), Mapping) or "retweeted" in references
    return post, Reason.NOT_A_COMMENT if is_repeated or (isinstance(text, str) and _RETWEET.match(text)) else None


def _prepare_message(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    message = object_in(fields, "messageCreate")
    return {
        "full_text": _show_links(message.get("text"), objects_in(message, "urls"), shown_name="display"),
        "id_str": message.get("id"),
        "user": message.get("senderId"),
        "created_at": message.get("createdAt"),
        "conversationId": fields[_PLACE_FIELD],
    }, None if message else Reason.NOT_A_COMMENT


def _show_links(text: object, links: list[RecordFields], *, shown_name: str) -> object:
    """Return a text as people see it: entities decoded, and shortened links as the address that stands for them.

    Args:
        text: the text.
        links: its links, each with its ``url`` and with the address that people see.
        shown_name: the field of that address.
    """
    if not isinstance(text, str):
        return text
    for link in links[:_MAX_LINKS]:
        url, shown = link.get("url"), link.get(shown_name)
        if isinstance(url, str) and isinstance(shown, str) and url.startswith(_SHORT_LINK) and len(shown) <= _MAX_LINK_LENGTH:
            text = text.replace(url, shown, _MAX_REPEATS)
    return unescape(text)


TWITTER = Platform(
    name="twitter",
    description="posts on Twitter",
    signatures=(
        *(frozenset({name}) for name in ("tweet", "notetweet", "dmconversation", "data")),
        *(frozenset({"id_str", name}) for name in ("full_text", "text")),
        *(frozenset({"text", name}) for name in _OWN_NAMES),
    ),
    columns=Columns("full_text", "id_str", "user", "in_reply_to_status_id_str", "created_at", place="conversationId"),
    prepare=_prepare,
    unfold=_unfold,
    needs_context=True,
    recognises=_is_post,
)
"""Posts and messages; a retweet repeats the post of another user, and what the user has deleted is not judged."""


def _prepare_cells(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = fields.get("text")
    post = {**fields, "text": unescape(text) if isinstance(text, str) else text}
    return post, Reason.NOT_A_COMMENT if parse_parent(fields.get("retweeted_status_id")) else None


TWITTER_TABLE = Platform(
    name="twitter",
    description="posts on Twitter",
    signatures=(frozenset({"tweet_id", "text", "retweeted_status_id", "expanded_urls"}),),
    columns=Columns("text", "tweet_id", None, "in_reply_to_status_id", "timestamp"),
    prepare=_prepare_cells,
    extra_fields=("retweeted_status_id",),
)
"""``tweets.csv``, which archives held until 2019."""


def _prepare_scraped(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    post = {**fields, "text": text_in(fields, "rawContent", "content"), "author": text_in(object_in(fields, "user"), "username")}
    return post, Reason.NOT_A_COMMENT if isinstance(fields.get("retweetedTweet"), Mapping) else None


SNSCRAPE = Platform(
    name="twitter",
    description="posts on Twitter",
    signatures=(frozenset({"renderedcontent", "conversationid", "id"}),),
    columns=Columns("text", "id", "author", "inReplyToTweetId", "date"),
    prepare=_prepare_scraped,
    unfold=keep_whole,
    extra_fields=("rawContent", "content", "user", "retweetedTweet"),
)
"""Posts as snscrape wrote them."""
