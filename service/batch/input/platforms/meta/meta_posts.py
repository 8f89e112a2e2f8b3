"""Comments and posts in what Facebook and Instagram let users download, in the shapes that they have had over the years."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from service.batch.input.platforms.message_context import join_lines
from service.batch.input.platforms.meta.mojibake import mend_fields, undo_mojibake
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import FILE_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["FACEBOOK_POSTS", "INSTAGRAM_COMMENTS", "INSTAGRAM_EARLY_COMMENTS", "INSTAGRAM_POSTS"]

_COLUMNS = Columns("text", "id", "author", None, "time", place="place")
_COMMENT_LABELS = {
    *("comment", "kommentar", "kommentar:", "commentaire", "comentario", "comentário", "commento", "opmerking", "reactie", "komentarz"),
    *("yorum", "комментарий", "коментар", "комментар", "σχόλιο", "komentář", "komentár", "hozzászólás", "comentariu", "kommentti"),
    *(
        "bình luận",
        "komentar",
        "komen",
        "ความคิดเห็น",
        "コメント",
        "댓글",
        "评论",
        "留言",
        "評論",
        "تعليق",
        "תגובה",
        "टिप्पणी",
        "text",
        "post",
    ),
}
"""What Instagram and Facebook call the text of a comment in the language of the user, in small letters."""
_OWNER_LABELS = {"author", "name", "autor", "auteur", "autore", "verfasser", "автор"}
_DATA_FIELDS = {"post", "comment", "update_timestamp", "backdated_timestamp"}
_LABELS_OF_FIELDS = ("label", "ent_field_name", "title")


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return mend_fields(fields), None


def _is_facebook(fields: RecordFields) -> bool:
    """Tell whether a record is an entry of Facebook's log: other tables, too, have times, data and titles."""
    if objects_in(fields, "label_values"):
        return True
    entries = objects_in(fields, "data")
    attached = [entry for attachment in objects_in(fields, "attachments") for entry in objects_in(attachment, "data")]
    return any(_DATA_FIELDS & entry.keys() for entry in entries) or bool(attached)


def _unfold_facebook(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield each comment in an entry of the log of what a user did; or else the post in it, whose text stands in several places."""
    if "label_values" in fields:
        yield _read_label_values(fields)
        return
    comments = [object_in(entry, "comment") for entry in objects_in(fields, "data")]
    comments = [comment for comment in comments if comment]
    for comment in comments:
        time = comment.get("timestamp") or fields.get("timestamp")
        text = comment.get("comment")
        # A comment that is a photo or a sticker has no text.
        yield {
            "text": "" if text is None else text,
            "author": comment.get("author"),
            "time": time,
            "place": comment.get("group"),
        }
    if not comments:
        yield {"text": _join_once(_post_texts(fields)), "time": fields.get("timestamp")}


def _post_texts(fields: RecordFields) -> Iterator[object]:
    for entry in objects_in(fields, "data"):
        yield entry.get("post")
    for attachment in objects_in(fields, "attachments"):
        for entry in objects_in(attachment, "data"):
            yield entry.get("text")
            yield object_in(entry, "media").get("description")
            poll = object_in(entry, "poll")
            yield from (poll.get("question"), *(option.get("option") for option in objects_in(poll, "options")))


def _join_once(texts: Iterable[object]) -> str:
    """Join texts without repetition: the text of a post is often that of its photo."""
    return join_lines(dict.fromkeys(text for text in texts if isinstance(text, str)))


FACEBOOK_POSTS = Platform(
    name="facebook",
    description="comments and posts of Facebook or Instagram",
    signatures=(
        frozenset({"timestamp", "data", "title"}),
        frozenset({"timestamp", "attachments", "title"}),
        frozenset({"timestamp", "data", "attachments"}),
        frozenset({"label_values"}),
    ),
    columns=_COLUMNS,
    prepare=_prepare,
    unfold=_unfold_facebook,
    recognises=_is_facebook,
)
"""``comments.json``, ``your_posts_1.json``, ``group_posts_and_comments.json`` and the like; only the newest have ids."""


def _read_label_values(fields: RecordFields) -> RecordFields:
    """Return the comment or post in a list of labels and values, which are in the language of the user."""
    values = list(_labelled_values(fields, depth=0))
    text = next((value for label, value in values if label in _COMMENT_LABELS), None)
    return {
        "text": "" if text is None else text,
        "id": fields.get("fbid"),
        "author": next((value for label, value in values if label in _OWNER_LABELS), None),
        "time": fields.get("timestamp"),
    }


def _labelled_values(fields: RecordFields, *, depth: int) -> Iterator[tuple[str, str]]:
    for name in ("label_values", "dict"):
        for entry in objects_in(fields, name):
            label, value = text_in(entry, *_LABELS_OF_FIELDS), text_in(entry, "value")
            if label is not None and value is not None:
                yield undo_mojibake(label).casefold(), value
            if depth < 1:
                yield from _labelled_values(entry, depth=depth + 1)


def _unfold_instagram(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the comment in an object of labels and values: ``{"Comment": {"value": "…"}, "Time": {"timestamp": …}}``."""
    values = object_in(fields, "string_map_data")
    entries = [(undo_mojibake(label).casefold(), entry) for label, entry in values.items() if isinstance(entry, Mapping)]
    text = next((entry.get("value") for label, entry in entries if label in _COMMENT_LABELS), None)
    if text is None and "comment" in PurePosixPath(str(fields.get(FILE_FIELD))).name.casefold():
        # The text comes first in every language, before whose post it is below, and when it was written.
        text = next((value for _, entry in entries if (value := text_in(entry, "value"))), None)
    times = [entry.get("timestamp") for _, entry in entries]
    yield {"text": "" if text is None else text, "time": next((time for time in times if time), None)}


INSTAGRAM_COMMENTS = Platform(
    name="instagram",
    description="comments on Instagram",
    signatures=(frozenset({"string_map_data"}),),
    columns=_COLUMNS,
    prepare=_prepare,
    unfold=_unfold_instagram,
    needs_context=True,
)
"""``post_comments_1.json`` and ``reels_comments.json``; whose post a comment is below is in them, and not which."""


def _unfold_early(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the comments in lists of time, text and whose post it is below."""
    for name in ("media_comments", "live_comments", "story_comments"):
        entries = fields.get(name)
        for entry in entries if isinstance(entries, list) else ():
            cells = entry if isinstance(entry, list) else []
            time, text = (*cells[:2], None, None)[:2]
            yield {"text": text, "time": time}


INSTAGRAM_EARLY_COMMENTS = Platform(
    name="instagram",
    description="comments on Instagram",
    signatures=(frozenset({"media_comments"}),),
    columns=_COLUMNS,
    prepare=_prepare,
    unfold=_unfold_early,
)
"""``comments.json`` as Instagram wrote it until 2020."""


def _has_media(fields: RecordFields) -> bool:
    """Tell whether a record is a post, or one of the photos and videos in it."""
    return any("uri" in item and "creation_timestamp" in item for item in (fields, *objects_in(fields, "media")))


def _unfold_media(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield a post: the caption of its photos and videos, which stands beside several of them or inside the only one."""
    media = objects_in(fields, "media")
    times = [item.get("creation_timestamp") for item in (fields, *media)]
    text = _join_once(item.get("title") for item in (fields, *media))
    yield {"text": text, "time": next((time for time in times if time), None)}


INSTAGRAM_POSTS = Platform(
    name="instagram",
    description="posts on Instagram",
    signatures=(frozenset({"media"}), frozenset({"uri", "title", "creation_timestamp"})),
    columns=_COLUMNS,
    prepare=_prepare,
    unfold=_unfold_media,
    recognises=_has_media,
)
"""``posts_1.json``, ``reels.json``, ``stories.json``: captions."""
