"""Mastodon: posts as its interface returns them, and ``outbox.json`` in the archive that users download of their own posts."""

from collections.abc import Iterator, Mapping
from html import escape

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["MASTODON_OUTBOX", "MASTODON_STATUSES"]


def _join_parts(warning: object, content: object, options: Iterator[object]) -> object:
    """Return what people see of a post as HTML: its content warning, its text, and what a poll has to choose from.

    Args:
        warning: the content warning, plain text; empty if there is none.
        content: the text, HTML.
        options: what a poll has to choose from, plain text.
    """
    if not isinstance(content, str):
        return content
    before = f"<p>{escape(warning)}</p>" if isinstance(warning, str) and warning else ""
    return before + content + "".join(f"<p>{escape(option)}</p>" for option in options if isinstance(option, str))


def _names(container: object, *fields: str, name: str) -> Iterator[object]:
    """Yield what is called so in each object of the lists in some fields of a container."""
    if isinstance(container, Mapping):
        lists = [container.get(field) for field in fields]
        yield from (entry.get(name) for entries in lists if isinstance(entries, list) for entry in entries if isinstance(entry, Mapping))


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    post = fields.get("object")
    if fields.get("type") != "Create" or not isinstance(post, Mapping):
        # A boost repeats the post of another user; the archive holds at most its address.
        return {"id": fields.get("id"), "published": fields.get("published")}, Reason.NOT_A_COMMENT
    return {
        **post,
        "content": _join_parts(post.get("summary"), post.get("content"), _names(post, "oneOf", "anyOf", name="name")),
        "attributedTo": post.get("attributedTo") or fields.get("actor"),
    }, None


MASTODON_OUTBOX = Platform(
    name="mastodon",
    description="posts on Mastodon",
    signatures=(frozenset({"type", "object", "actor"}),),
    columns=Columns("content", "id", "attributedTo", "inReplyTo", "published"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Activities; the content warning before a post, and what its poll has to choose from, are read as parts of it."""


def _prepare_status(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    account = fields.get("account")
    status = {
        **fields,
        "content": _join_parts(fields.get("spoiler_text"), fields.get("content"), _names(fields.get("poll"), "options", name="title")),
        "author": account.get("acct") if isinstance(account, Mapping) else account,
    }
    return status, None if fields.get("reblog") is None else Reason.NOT_A_COMMENT


MASTODON_STATUSES = Platform(
    name="mastodon",
    description="posts on Mastodon",
    signatures=(frozenset({"spoiler_text", "content", "visibility"}), frozenset({"spoiler_text", "content", "account"})),
    columns=Columns("content", "id", "author", "in_reply_to_id", "created_at"),
    format=Format.HTML,
    prepare=_prepare_status,
    extra_fields=("account", "poll", "reblog", "spoiler_text"),
)
"""Statuses, of which those with a ``reblog`` repeat the post of another user; they are read as the posts of an archive are."""
