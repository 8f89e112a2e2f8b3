"""The mark-up of comments on a kind of page, as CSS selectors."""

from typing import NamedTuple

__all__ = ["PageMarkup"]


class PageMarkup(NamedTuple):
    """How one kind of page marks its comments; elements of a reply in a comment never count for the comment itself.

    Attributes:
        marks: words of which every page of this kind has one in its source; none if that cannot be said.
        comment: matches the comments; a comment may contain its replies.
        text: match the text of a comment, in order of preference.
        author: match the name of its author, in the same way.
        time: match its date, in the same way.
        ids: attributes of the comment that may hold its id, in order of preference.
        holders: match elements in a comment whose attribute ``id`` holds its id, if it has none itself.
        links: matches a link in a comment whose address holds its id.
        author_attributes: attributes of the comment that may name its author.
        parent_attribute: the attribute of the comment that names the comment that it answers.
        answers: matches a link to the comment that this one answers.
        indent: the element and the attribute that tell how deep a comment is in its thread; empty where replies are nested in comments.
        notes: matches comments that nobody wrote, such as notifications.
        skipped: matches what looks like a comment but is none, not even a notification, such as the date between two messages.
        continues: matches comments that have the author of the comment before, unless they name one.
        group: matches elements in which the name of the author stands beside its comments.
        place: matches the name of the channel or the group that the page shows.
        removed: matches what is no part of a text that contains it.
        is_loose: whether the text may contain names, dates and buttons, which are told by their classes and by their place.
    """

    marks: tuple[str, ...]
    comment: str
    text: tuple[str, ...]
    author: tuple[str, ...] = ()
    time: tuple[str, ...] = ("time",)
    ids: tuple[str, ...] = ("data-comment-id", "data-commentid", "data-post-id", "id")
    holders: str = ""
    links: str = ""
    author_attributes: tuple[str, ...] = ()
    parent_attribute: str = ""
    answers: str = ""
    indent: tuple[str, str] | tuple[()] = ()
    notes: str = ""
    skipped: str = ""
    continues: str = ""
    group: str = ""
    place: str = ""
    removed: str = ""
    is_loose: bool = False
