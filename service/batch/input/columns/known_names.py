"""The names by which columns of text, id, author and so on are known, in small letters; of each, the first that a file has is chosen."""

__all__ = ["AUTHOR_NAMES", "ID_NAMES", "PARENT_NAMES", "PARENT_TEXT_NAMES", "PLACE_NAMES", "TEXT_NAMES", "TIME_NAMES", "TITLE_NAMES"]

TEXT_NAMES = (
    *("text", "body", "comment_text", "comment_body", "comment", "content", "message", "tweet", "full_text"),
    *("post_text", "post_body", "post", "review_text", "review", "sentence", "raw_text", "body_text"),
)
"""The text of a comment."""

ID_NAMES = ("id", "comment_id", "_id", "cid", "commentid", "tweet_id", "post_id", "message_id", "review_id", "uuid", "guid", "rev_id")
"""Its id."""

AUTHOR_NAMES = (
    *("author", "author_name", "username", "user_name", "screen_name", "user", "author_id", "user_id", "userid", "authorid"),
    *("nickname", "commenter", "poster", "posted_by", "created_by"),
)
"""Who wrote it."""

PARENT_NAMES = (
    *("parent_id", "parent", "parent_comment_id", "parentid", "in_reply_to", "in_reply_to_id", "in_reply_to_status_id"),
    *("inreplyto", "reply_to", "reply_to_id", "replyto"),
)
"""The id of the comment that it answers."""

TIME_NAMES = (
    *("created_at", "created_utc", "createdat", "created", "timestamp", "published_at", "publishedat", "published"),
    *("created_date", "date_created", "creation_date", "datetime", "date", "time", "posted_at", "comment_date"),
)
"""When it was written."""

PLACE_NAMES = ("subreddit", "channel", "community", "room", "site", "group", "forum", "board")
"""Where it was written."""

PARENT_TEXT_NAMES = ("parent_text", "parent_body", "parent_comment_text")
"""The text of the comment that it answers."""

TITLE_NAMES = ("title", "link_title", "thread_title", "topic_title", "article_title", "post_title")
"""The title of what it comments on."""
