"""Languages of ``comments:analyze`` and ``comments:suggestscore``: those that a caller names, and those that a comment shows.

A caller who names a language is believed, unless the comment shows that it is in another: many clients name the language of their site, or
always English, whatever a comment is written in, and abuse in a few English words must not pass as the language of the site. Of several
languages the comment is in the one that it looks like.
"""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request

from model.comment import Comment
from model.failures import Step, log_failure
from model.language.tags import canonical_tag, primary_language
from model.language.visible_texts import visible_text
from service.http.state import get_state
from service.judging.contained_steps import identify_languages

__all__ = ["NamedLanguages", "choose_language", "detect_language", "identify_language", "read_languages", "state_language"]

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


def choose_language(request: Request, comment: Comment, named: NamedLanguages) -> str | None:
    """Return the tag of the language that a comment is in, of those that its caller names; None if the caller names none."""
    if len(named.tags) <= 1:
        return named.tags[0] if named.tags else None
    identifier = get_state(request).identifier
    if identifier is not None:
        try:
            return identifier.choose(visible_text(comment), named.tags)
        except Exception as error:
            _count_failure(request, error)
    return named.tags[0]


def state_language(request: Request, comment: Comment, tag: str | None) -> Comment:
    """Return a comment with the language in which it is to be judged, as its caller names it; without, where judging has to identify it.

    Args:
        request: the call.
        comment: the comment.
        tag: the tag that `choose_language` returns.
    """
    if tag is None or primary_language(tag) == _ENGLISH:
        return comment
    if identify_language(request, comment) == _ENGLISH or _is_rather_english(request, comment, tag):
        return comment
    return comment._replace(language=tag)


def _is_rather_english(request: Request, comment: Comment, tag: str) -> bool:
    """Return whether a comment that may be too short to be identified is English all the same; not if this cannot be told."""
    identifier = get_state(request).identifier
    if identifier is None:
        return False
    try:
        return identifier.is_rather_english(visible_text(comment), tag)
    except Exception as error:
        _count_failure(request, error)
        return False


def detect_language(request: Request, comment: Comment, identified: str | None) -> str | None:
    """Return the language that a comment shows or, if it shows none, the one that is stated with it; None if there is none either.

    Args:
        request: the call.
        comment: the comment, as `state_language` returns it.
        identified: its language as it was identified when it was judged; if one is stated, that one.
    """
    if comment.language is not None:
        identified = identify_language(request, comment._replace(language=None))
    return identified or _show_language(request, comment) or primary_language(comment.language)


def identify_language(request: Request, comment: Comment) -> str | None:
    """Return the language of a comment as it is identified when it is judged; None if that is not certain, or the service is not ready."""
    state = get_state(request)
    if state.identifier is None:
        return None
    identified = identify_languages(state.identifier, [comment])
    if identified.failures:
        state.metrics.count_failures(identified.failures)
    return identified.codes[0]


def _show_language(request: Request, comment: Comment) -> str | None:
    """Return the language that a comment shows at a glance; None if it shows none, if this fails, or if the service is not ready."""
    identifier = get_state(request).identifier
    if identifier is None:
        return None
    try:
        return identifier.shown_language(visible_text(comment))
    except Exception as error:
        _count_failure(request, error)
        return None


def _count_failure(request: Request, error: Exception) -> None:
    # A comment whose language cannot be told is judged all the same.
    log_failure(Step.LANGUAGE, error)
    get_state(request).metrics.count_failures({Step.LANGUAGE: 1})
