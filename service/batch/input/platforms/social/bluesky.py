"""Bluesky: threads, feeds and searches of its interface, records of a repository, and the events of Jetstream."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import PurePosixPath

from service.batch.input.platforms.nested_values import object_in, objects_in, text_in, walk_tree
from service.batch.input.platforms.platform import FILE_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["BLUESKY"]

_NAMESPACE = "app.bsky."
_POST = f"{_NAMESPACE}feed.post"
_LISTS = ("feed", "posts", "records", "notifications")
"""What the lists of posts are called in answers of the interface."""

_PARENT_FIELD = "\0parent"


def _is_post(fields: RecordFields) -> bool:
    """Tell whether an object is a post, a record or an event of Bluesky, or an answer that holds some."""
    if isinstance(fields.get("commit"), Mapping) or str(fields.get("kind")) in {"identity", "account"}:
        return str(fields.get("did")).startswith("did:")
    thread = fields.get("thread")
    nodes = thread[:1] if isinstance(thread, list) else [thread]
    lists = (entries[:1] for entries in map(fields.get, _LISTS) if isinstance(entries, list))
    return any(_is_node(node) for node in chain([fields], nodes, *lists) if isinstance(node, Mapping))


def _is_node(node: RecordFields) -> bool:
    view = object_in(node, "post") or node
    return str(view.get("uri")).startswith("at://") or str(view.get("$type")).startswith(_NAMESPACE)


def _ancestors(node: RecordFields) -> list[RecordFields]:
    """Return the posts above a node of a thread, the first post of the thread first."""
    above: list[RecordFields] = []
    while isinstance(parent := node.get("parent"), Mapping):
        above.append(parent)
        node = parent
    return above[::-1]


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the posts of an answer, each once: those that another one quotes or answers are not repeated."""
    thread = fields.get("thread")
    if isinstance(thread, list):
        yield from ({**object_in(node, "value"), "uri": node.get("uri")} for node in objects_in(fields, "thread"))
    elif isinstance(thread, Mapping):
        yield from _ancestors(thread)
        yield from _walk_replies(thread)
    elif (name := next((name for name in _LISTS if isinstance(fields.get(name), list)), None)) is not None:
        yield from objects_in(fields, name)
    elif "post" in fields and "replies" in fields:
        yield from _walk_replies(fields)
    else:
        yield fields


def _walk_replies(thread: RecordFields) -> Iterator[RecordFields]:
    for node, parent in walk_tree([thread], lambda node: objects_in(node, "replies")):
        yield node if parent is None else {**node, _PARENT_FIELD: object_in(parent, "post").get("uri")}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if "commit" in fields or "did" in fields:
        return _prepare_event(fields)
    view = object_in(fields, "post") or fields
    record = object_in(view, "record") or object_in(view, "value") or view
    uri = view.get("uri") or _file_id(fields)
    post = _build_post(record, uri, text_in(object_in(view, "author"), "handle", "did"))
    post["reply"] = post["reply"] or fields.get(_PARENT_FIELD)
    if fields.get("notFound") is True:
        return post, Reason.DELETED
    if isinstance(reason := fields.get("reason"), Mapping):
        # A repost repeats a post, whose id is not its own.
        return {**post, "uri": reason.get("uri")}, Reason.NOT_A_COMMENT
    if record.get("$type", _POST) != _POST:
        return post, Reason.NOT_A_COMMENT
    return post, None


def _file_id(fields: RecordFields) -> str | None:
    """Return the id of a record that is a file of its own, in the folder of its repository; None where it is none."""
    path = PurePosixPath(str(fields.get(FILE_FIELD, "")))
    if path.parent.name != _POST:
        return None
    owner = path.parent.parent.name
    return f"at://{owner}/{_POST}/{path.stem}" if owner.startswith("did:") else path.stem


def _prepare_event(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    commit = object_in(fields, "commit")
    uri = f"at://{fields.get('did')}/{commit.get('collection')}/{commit.get('rkey')}" if commit else None
    post = _build_post(object_in(commit, "record"), uri, text_in(fields, "did"))
    if commit.get("collection") != _POST:
        return post, Reason.NOT_A_COMMENT
    return post, Reason.DELETED if commit.get("operation") == "delete" else None


def _build_post(record: RecordFields, uri: object, author: str | None) -> dict[str, object]:
    if author is None and isinstance(uri, str) and uri.startswith("at://"):
        author = uri.removeprefix("at://").partition("/")[0]
    return {
        "text": record.get("text"),
        "uri": uri,
        "author": author,
        "reply": object_in(record, "reply", "parent").get("uri"),
        "createdAt": record.get("createdAt"),
    }


BLUESKY = Platform(
    name="bluesky",
    description="posts on Bluesky",
    signatures=(
        *(frozenset({name}) for name in ("thread", "post", *_LISTS)),
        *(frozenset({"uri", name}) for name in ("record", "value")),
        *(frozenset({"did", name}) for name in ("commit", "identity", "account")),
        frozenset({"$type"}),
    ),
    columns=Columns("text", "uri", "author", "reply", "createdAt"),
    prepare=_prepare,
    unfold=_unfold,
    needs_context=True,
    recognises=_is_post,
)
"""Posts; their ids are their addresses (``at://…``)."""
