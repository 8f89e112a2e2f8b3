"""Names in trees of records: lists of records, replies, and what is inside a record without being a record of its own."""

__all__ = ["QUOTED_NAMES", "RECORD_ARRAY_NAMES", "REPLY_NAMES", "THING_NAMES", "WRAPPER_NAMES"]

REPLY_NAMES = frozenset(
    {
        *("replies", "reply", "children", "child", "comments", "comment_list", "answers", "answer", "responses", "subcomments"),
        *("sub_comments", "subComments", "child_comments", "childComments", "nested_comments", "thread_replies", "thread", "threads"),
        *("kids", "followups", "reply_comments", "replyComments", "reply_list", "replyList", "top_replies", "descendants", "posts"),
        *("messages", "discussion", "conversation"),
        *("antworten", "kommentare", "réponses", "reponses", "respuestas", "respostas", "risposte", "commentaires", "comentarios"),
    }
)
"""Fields whose objects are records that answer the record around them, in a list or not."""

RECORD_ARRAY_NAMES = frozenset(
    {
        *("items", "orderedItems", "comments", "data", "posts", "results", "replies", "rows", "entries", "records", "hits", "messages"),
        *("tweets", "reviews", "statuses", "documents", "docs", "texts", "sentences", "values", "objects", "feed", "nodes", "edges"),
    }
)
"""Fields of a document in which its records stand; names of one of these in the singular would be names of texts."""

WRAPPER_NAMES = frozenset({"data", "node", "comment", "post", "item", "_source", "document", "doc", "object", "record", "value", "message"})
"""Fields whose object is all of the record but what belongs to its storage."""

QUOTED_NAMES = frozenset(
    {
        # What is quoted, answered or shared stands elsewhere as a record of its own.
        *("quoted_status", "quoted_tweet", "quoted", "quote", "quotes", "quoted_post", "quotedpost", "retweeted_status", "retweeted"),
        *("reblog", "shared", "shared_post", "repost", "reposted", "parent", "parents", "parent_comment", "parent_post", "ancestors"),
        *("in_reply_to", "reply_to", "replyto", "replied_to", "reply_to_message", "referenced_message", "reference", "references"),
        *(
            "referenced_tweets",
            "original",
            "crosspost_parent_list",
            "includes",
            "included",
            "forwarded_from",
            "_highlightresult",
            "highlight",
        ),
        # Earlier versions of the same text, and what machines have made of it.
        *("edits", "edit_history", "history", "revisions", "versions", "translations", "translation", "annotations", "annotation"),
        *("entities", "text_entities", "spans", "tokens", "labels", "label", "annotators", "predictions", "scores", "metadata"),
        *("matched_terms", "context_annotations", "facets", "author_flair_richtext", "link_flair_richtext", "user_flair_richtext"),
    }
)
"""Fields, in small letters, that hold no record at any depth."""

THING_NAMES = frozenset(
    {
        *("author", "user", "users", "account", "accounts", "creator", "owner", "owners", "profile", "actor", "sender", "from", "members"),
        *(
            "participants",
            "moderators",
            "mentions",
            "mention",
            "reactions",
            "reaction",
            "likes",
            "votes",
            "awards",
            "all_awardings",
            "flags",
        ),
        *(
            "media",
            "media_attachments",
            "media_metadata",
            "attachments",
            "attachment",
            "embeds",
            "embed",
            "links",
            "link",
            "urls",
            "images",
        ),
        *("image", "photos", "videos", "files", "stickers", "preview", "card", "poll", "polls", "options", "tags", "hashtags", "emojis"),
        *("thumbnails", "formats", "automatic_captions", "subtitles", "chapters", "heatmap", "categories", "article", "story", "video"),
        *("submission", "topic", "channel", "guild", "community", "subreddit", "group", "place", "location", "geo", "source", "errors"),
        *("error", "warnings", "paging", "pagination", "cursor", "meta", "root"),
    }
)
"""Fields, in small letters, of persons, things and places: no records themselves, though there may be lists of replies in them."""
