"""Languages in the calls of Perspective's and Akismet's clients: those that a caller names, and those that a comment shows.

A caller who names a language is believed, unless the comment shows that it is in another: many clients name the language of their site, or
always English, whatever a comment is written in, and abuse in a few English words must not pass as the language of the site. Of several
languages the comment is in the one that it looks like.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from starlette.requests import Request

from model.comment import Comment
from model.failures import Step, log_failure
from model.language.tags import bare_tag, canonical_tag, primary_language, reader_tag
from model.language.visible_texts import visible_text
from service.http.state import find_model, get_state
from service.judging.contained_steps import identify_languages

if TYPE_CHECKING:
    from model.language.identifier import Identifier

__all__ = [
    "NamedLanguages",
    "choose_language",
    "detect_language",
    "identify_language",
    "is_read",
    "read_languages",
    "state_language",
]

_T = TypeVar("_T")

_ENGLISH = "en"


class NamedLanguages(NamedTuple):
    """The languages that a caller names.

    Attributes:
        tags: those that are languages, each once, as BCP 47 writes them.
        others: what is no language; as the caller wrote it.
    """

    tags: Sequence[str] = ()
    others: Sequence[str] = ()


_NONE_NAMED = NamedLanguages()
_NO_LANGUAGES = frozenset({"", "und", "mul", "zxx", "mis"})


def read_languages(named: Sequence[str] | None) -> NamedLanguages:
    """Read the languages that a caller names. A tag that says that the language is not known counts as none."""
    if not named:
        return _NONE_NAMED
    tags: dict[str, None] = {}
    others = []
    for text in named:
        tag = canonical_tag(text)
        if tag is not None:
            tags[tag] = None
        elif text.lower() not in _NO_LANGUAGES:
            others.append(text)
    return NamedLanguages(tuple(tags), others)


def is_read(tag: str, read: Collection[str]) -> bool:
    """Return whether the language of a canonical tag is among some that are read: that language in the script of the tag.

    Args:
        tag: such as ``pt-BR`` or ``hi-Latn``.
        read: tags of the languages that are read: ``pt``, ``hi-Latn``.
    """
    return reader_tag(tag) in read


def choose_language(request: Request, comment: Comment, named: NamedLanguages) -> str | None:
    """Return the tag of the language that a comment is in, of those that its caller names; None if the caller names none."""
    if len(named.tags) <= 1:
        return named.tags[0] if named.tags else None
    return _ask(request, lambda identifier: identifier.choose(visible_text(comment), named.tags), otherwise=named.tags[0])


def state_language(request: Request, comment: Comment, tag: str | None) -> tuple[Comment, str | None]:
    """Return a comment with the language in which it is to be judged, as its caller names it; without, where judging has to identify it.

    Args:
        request: the call.
        comment: the comment.
        tag: the tag that `choose_language` returns.

    Returns:
        The comment; and, if its language is stated now, that which is identified otherwise, None if none is.
    """
    if tag is None or primary_language(tag) == _ENGLISH:
        return comment, None
    identified = identify_language(request, comment)
    if identified == _ENGLISH or _ask(
        request, lambda identifier: identifier.is_rather_english(visible_text(comment), tag), otherwise=False
    ):
        return comment, None
    return comment._replace(language=tag), identified


def detect_language(request: Request, comment: Comment, identified: str | None) -> str | None:
    """Return the language that a comment shows or, if it shows none, the one that is stated with it; None if there is none either.

    Args:
        request: the call.
        comment: the comment, as `state_language` returns it.
        identified: its language as it is identified, whatever is stated.
    """
    shown = identified or _ask(request, lambda identifier: identifier.shown_language(visible_text(comment)), otherwise=None)
    return shown or (None if comment.language is None else bare_tag(comment.language))


def identify_language(request: Request, comment: Comment) -> str | None:
    """Return the language of a comment as it is identified when it is judged; None if that is not certain, or the service is not ready."""
    model = find_model(request)
    if model is None:
        return None
    identified = identify_languages(model.identifier, [comment])
    if identified.failures:
        get_state(request).metrics.count_failures(identified.failures)
    return identified.codes[0]


def _ask(request: Request, question: Callable[["Identifier"], _T], *, otherwise: _T) -> _T:
    """Return the identifier's answer to a question, or another if it fails or is not ready: a comment is judged all the same."""
    model = find_model(request)
    if model is None:
        return otherwise
    try:
        return question(model.identifier)
    except Exception as error:
        log_failure(Step.LANGUAGE, error)
        get_state(request).metrics.count_failures({Step.LANGUAGE: 1})
        return otherwise
