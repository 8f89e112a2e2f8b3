"""XenForo: its tables of posts, and of what members write on each other's profiles."""

from service.batch.input.platforms.bbcode import read_bbcode
from service.batch.input.platforms.databases.table_values import text_reader
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns, Reason

__all__ = ["XENFORO_POSTS", "XENFORO_PROFILE_COMMENTS", "XENFORO_PROFILE_POSTS"]

_PREPARE = text_reader("message", read_bbcode, state="message_state", reasons={"deleted": Reason.REMOVED})

XENFORO_POSTS = Platform(
    name="xenforo",
    description="posts of XenForo",
    signatures=(frozenset({"post_id", "thread_id", "message", "post_date"}),),
    columns=Columns("message", "post_id", "username", None, "post_date"),
    prepare=_PREPARE,
    extra_fields=("message_state",),
)
"""``xf_post``."""

XENFORO_PROFILE_POSTS = Platform(
    name="xenforo",
    description="posts on profiles of XenForo",
    signatures=(frozenset({"profile_post_id", "profile_user_id", "message"}),),
    columns=Columns("message", "profile_post_id", "username", None, "post_date"),
    prepare=_PREPARE,
    extra_fields=("message_state",),
)
"""``xf_profile_post``."""

XENFORO_PROFILE_COMMENTS = Platform(
    name="xenforo",
    description="comments on profiles of XenForo",
    signatures=(frozenset({"profile_post_comment_id", "message"}),),
    columns=Columns("message", "profile_post_comment_id", "username", "profile_post_id", "comment_date"),
    prepare=_PREPARE,
    extra_fields=("message_state",),
)
"""``xf_profile_post_comment``."""
