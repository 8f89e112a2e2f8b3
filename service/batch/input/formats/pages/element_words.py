"""The words in classes of elements, and those that pages say around comments, by which names, dates and buttons are told from texts."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["AUTHOR_WORDS", "CONTENT_WORDS", "DATE_WORDS", "class_words", "is_meta_element", "is_stop_text", "is_text_element", "word_set"]


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


AUTHOR_WORDS = word_set("author username nickname nick fn commenter poster reviewer byline by user name")
"""Words in classes of elements that hold the name of an author."""
DATE_WORDS = word_set("date time datetime timestamp timeago ago published posted")
"""Words in classes of elements that hold a date."""
_META_WORDS = (
    AUTHOR_WORDS
    | DATE_WORDS
    | word_set(
        """
        authors vcard avatar avatars gravatar userpic pubdate meta metadata metainfo commentmeta commentmetadata postmeta info says said
        action actions button buttons btn toolbar tools controls menu permalink edit delete report flag share sharing like likes dislike
        vote votes voting score rating rate karma points badge badges header head heading footer foot signature sig rank moderation
        awaiting location role stars reply link links number num count cancel edited lastedited
        """
    )
)
CONTENT_WORDS = word_set("text txt content body message")
"""Last words in classes of elements that hold a text."""
_TEXT_WORDS = word_set("text txt content body message comment copy entry description html inner wrap wrapper container block box")
_WORD_BREAKS = re.compile(r"[-_:]+|(?<=[a-z])(?=[A-Z])")
_STOP_WORDS = word_set(
    """
    by on at in says said say wrote writes posted commented comment comments replied reply replies answer like likes dislike share report
    quote edit delete permalink link flag up down vote votes upvote downvote ago just now am pm h of to via the
    second seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks month months year years yesterday today
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    um uhr von schrieb sagt sagte antworten melden zitieren bearbeiten januar februar märz mai juni juli oktober dezember
    le à a dit écrit répondre signaler citer janvier février mars avril juin juillet août septembre octobre novembre décembre
    el dice dijo escribió responder denunciar editar
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    il scrive ha scritto rispondi em disse diz escreveu odpowiedz pisze zegt schreef beantwoorden ответить пишет цитировать
    """
)
"""What themes say around comments, in the languages of most of them."""
_LETTERS = re.compile(r"[^\W\d_]+")


def is_stop_text(text: str) -> bool:
    """Tell whether a text holds nothing but what themes say around comments: “says”, “Reply”, dates, numbers, signs."""
    return all(word.casefold() in _STOP_WORDS for word in _LETTERS.findall(text))


def class_words(element: "LexborNode") -> set[str]:
    """Return the words that the classes of an element consist of, in small letters: ``comment-author`` has two."""
    return {word for name in _class_names(element) for word in _words_of(name)}


def is_meta_element(element: "LexborNode") -> bool:
    """Tell whether a class says that an element holds a name, a date, a button or the like: ``comment-author``, ``postMeta``."""
    return bool(_META_WORDS & class_words(element))


def is_text_element(element: "LexborNode", words: frozenset[str] = _TEXT_WORDS) -> bool:
    """Tell whether the last word of a class says that an element holds a text: ``comment-text``, ``author-comment``."""
    return any(_words_of(name)[-1] in words for name in _class_names(element))


def _class_names(element: "LexborNode") -> list[str]:
    return (element.attributes.get("class") or "").split()


def _words_of(name: str) -> list[str]:
    return [word.casefold() for word in _WORD_BREAKS.split(name)]
