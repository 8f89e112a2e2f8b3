"""What the name of a table says about whether it holds comments."""

import re
from enum import IntEnum

__all__ = ["NameHint", "hint_of", "is_same_table", "legible_table"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_COMMENT_WORDS = {
    *("comment", "post", "message", "reply", "review", "tweet", "feedback", "answer", "toot", "remark", "guestbook", "shout"),
    *("shoutbox", "testimonial", "chat", "opinion", "text", "msg"),
    *("kommentar", "kommentare", "beitrag", "beiträge", "beitraege", "nachricht", "antwort", "commentaire", "avis", "réponse", "reponse"),
    *("comentario", "mensaje", "respuesta", "comentário", "mensagem", "commento", "commenti", "messaggio", "reactie", "komentarz"),
    *("komentarze", "komentar", "komentář", "комментарий", "комментарии", "yorum", "コメント", "评论", "評論"),
}
_OTHER_WORDS = {
    *("option", "setting", "config", "configuration", "session", "log", "cache", "template", "theme", "user", "member", "account", "role"),
    *("permission", "migration", "mail", "email", "notification", "queue", "job", "search", "index", "meta", "module", "widget", "block"),
    *("menu", "plugin", "smiley", "word", "ban", "rank", "revision", "history", "archive", "draft", "parsed", "hash", "edit", "node"),
    *("article", "page", "news", "story", "product", "event", "document", "attachment", "file", "image", "media", "tag", "category"),
    *("term", "link", "forum", "topic", "thread", "board", "poll", "vote", "badge", "webhook", "token", "key", "translation"),
    *("language", "phrase", "style", "css", "script", "help", "announcement", "warning", "reputation", "schema", "version"),
    *("stat", "statistic", "task", "field", "upload", "sitemap", "seo", "redirect", "variable", "router", "watchdog"),
    *("prefix", "bot", "spam", "profile", "group", "acl", "oauth", "download", "order", "payment", "coupon", "price"),
}
_PRIVATE_WORDS = {
    *("privmsg", "privmsgs", "pm", "pmtext", "private", "privatemessage", "conversation", "direct", "dm", "dms", "bp"),
    *("report", "reported", "admin", "moderator", "staff"),
}

_SYSTEM_DATABASES = ("mysql.", "information_schema.", "performance_schema.", "sys.", "pg_catalog.", "pg_toast.")

_MAX_SHOWN_LENGTH = 40


class NameHint(IntEnum):
    """What the name of a table says: the more, the more likely it holds comments."""

    PRIVATE = 0
    """Messages between few people, or of those who run the site, which are read if somebody asks for them."""
    OTHER = 1
    UNKNOWN = 2
    COMMENTS = 3


def hint_of(table: str) -> NameHint:
    """Return what the name of a table says; of several words the last that is known decides, as in ``comment_meta``.

    The name of its database does not count, unless it is one of the server's own.
    """
    if table.startswith(_SYSTEM_DATABASES):
        return NameHint.OTHER
    words = [_singular(word.lower()) for word in _WORD.findall(table.rpartition(".")[2])]
    if not _PRIVATE_WORDS.isdisjoint(words):
        return NameHint.PRIVATE
    known = next((word for word in reversed(words) if word in _COMMENT_WORDS or word in _OTHER_WORDS), None)
    if known is None:
        return NameHint.UNKNOWN
    return NameHint.COMMENTS if known in _COMMENT_WORDS else NameHint.OTHER


def is_same_table(table: str, requested: str) -> bool:
    """Tell whether a table is the one that somebody asked for, with or without its database, in any case."""
    name, wanted = table.casefold(), requested.strip().strip('`"[]').casefold()
    return name == wanted or name.endswith(f".{wanted}")


def legible_table(name: str) -> str:
    """Return the name of a table or a column as messages show it: printable, and not longer than names are."""
    printable = "".join(char if char.isprintable() else " " for char in name[:_MAX_SHOWN_LENGTH])
    return f"{printable}…" if len(name) > _MAX_SHOWN_LENGTH else printable


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("ses") and not word.endswith("responses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) and word not in {"news", "css", "dms", "avis"} else word
