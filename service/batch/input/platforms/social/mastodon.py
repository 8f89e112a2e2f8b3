"""Mastodon: posts as its interface returns them, and ``outbox.json`` in the archive that users download of their own posts."""

import re
from collections.abc import Iterator, Mapping
from html import escape

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["MASTODON_OUTBOX", "MASTODON_STATUSES"]

_LISTS = ("ancestors", "statuses", "descendants")
_QUOTED_LINK = re.compile(r"""<p class=["']quote-inline["']>.{0,2000}?</p>""", re.DOTALL)
"""The link to a quoted post, which software that shows the post itself leaves out."""


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


def _without_quoted_link(content: object) -> object:
    return _QUOTED_LINK.sub("", content, count=1) if isinstance(content, str) and "quote-inline" in content else content


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
    content = _without_quoted_link(post.get("content"))
    return {
        **post,
        "content": _join_parts(post.get("summary"), content, _names(post, "oneOf", "anyOf", name="name")),
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


def _unfold_statuses(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the posts in an answer of the interface: those that a search found, or those above and below a post."""
    lists = [entries for entries in map(fields.get, _LISTS) if isinstance(entries, list)]
    if not lists or "content" in fields:
        yield fields
    else:
        yield from (status for entries in lists for status in entries if isinstance(status, Mapping))


def _prepare_status(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    account = fields.get("account")
    content = _without_quoted_link(fields.get("content"))
    status = {
        **fields,
        "content": _join_parts(fields.get("spoiler_text"), content, _names(fields.get("poll"), "options", name="title")),
        "author": account.get("acct") if isinstance(account, Mapping) else account,
    }
    return status, None if fields.get("reblog") is None else Reason.NOT_A_COMMENT


MASTODON_STATUSES = Platform(
    name="mastodon",
    description="posts on Mastodon",
    signatures=(
        *(frozenset({"spoiler_text", "content", name}) for name in ("visibility", "account")),
        *(frozenset(names) for names in (("statuses", "hashtags"), ("ancestors", "descendants"))),
    ),
    columns=Columns("content", "id", "author", "in_reply_to_id", "created_at"),
    format=Format.HTML,
    prepare=_prepare_status,
    unfold=_unfold_statuses,
    extra_fields=("account", "poll", "reblog", "spoiler_text"),
)
"""Statuses, of which those with a ``reblog`` repeat the post of another user; they are read as the posts of an archive are."""
