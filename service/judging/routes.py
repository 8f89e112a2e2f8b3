"""Which models judge which comments: that of the site, which reads English, and the packs of other languages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from model.array_types import IntArray
from model.language.identified import ENGLISH_ALONE
from service.judging.contained_steps import IdentifiedLanguages

if TYPE_CHECKING:
    from model.languages.language_packs import LanguagePacks
    from model.moderator import Moderator

__all__ = ["LanguageColumns", "Routes", "are_all_english", "describe_languages", "find_routes", "languages_read_by"]


class Routes(NamedTuple):
    """Which models judge n comments.

    Attributes:
        own: the numbers of those that the model of the site judges, ascending; also those that no model reads.
        packs: by language, the numbers of those that its pack judges, ascending; a comment may have several judges.
        unread: the numbers of those that no model reads.
    """

    own: IntArray
    packs: dict[str, IntArray]
    unread: frozenset[int]


def languages_read_by(moderator: "Moderator", packs: "LanguagePacks | None") -> tuple[str, ...]:
    """Return the tags of the languages that a model and packs read together, in alphabetical order."""
    return tuple(sorted({*moderator.languages, *(packs.read_tags() if packs is not None else ())}))


class LanguageColumns(NamedTuple):
    """What ``Judgements`` tell of languages, as it is described there; None where languages were not identified.

    Attributes:
        languages, foreign, unsure, judged_as: columns of ``Judgements``.
        unread: whether no language that is read claims a comment; empty if none is so.
    """

    languages: Sequence[str | None] | None = None
    foreign: Sequence[bool] | None = None
    unsure: Sequence[bool] | None = None
    judged_as: Sequence[str | None] | None = None
    unread: Sequence[bool] = ()


def describe_languages(
    languages: IdentifiedLanguages, packs: Mapping[int, str], unread: Set[int], *, own: Sequence[str]
) -> LanguageColumns:
    """Return what is told of the languages of comments.

    Args:
        languages: of n comments.
        packs: by the number of each comment on which a pack has decided, its language.
        unread: the numbers of the comments that could not be judged by any of their candidates.
        own: the languages that the model of the site reads.
    """
    codes, foreign, candidates, _ = languages
    # Nearly all comments are English on most sites; only the others are looked at one by one.
    unsure: list[bool] = [False] * len(codes)
    judged_as: list[str | None] = [*ENGLISH_ALONE] * len(codes)
    others = _find_others(candidates, own)
    if not others:
        return LanguageColumns(codes, foreign, unsure, judged_as)
    all_foreign, are_unread = list(foreign), [False] * len(codes)
    for row in others:
        tags = candidates[row]
        if not tags or row in unread:
            judged_as[row] = None
            all_foreign[row] = foreign[row] or codes[row] is not None
            unsure[row] = not all_foreign[row]
            are_unread[row] = True
        else:
            judged_as[row] = packs.get(row) or next((tag for tag in tags if tag in own), tags[0])
    return LanguageColumns(codes, all_foreign, unsure, judged_as, are_unread if True in are_unread else ())


def are_all_english(candidates: Sequence[tuple[str, ...]], own: Sequence[str]) -> bool:
    """Return whether English is the only candidate of each comment, as it mostly is, and the model of the site reads it."""
    return ENGLISH_ALONE[0] in own and candidates.count(ENGLISH_ALONE) == len(candidates)


def find_routes(candidates: Sequence[tuple[str, ...]], *, own: Sequence[str], packs: Set[str]) -> Routes:
    """Return which models judge comments.

    Args:
        candidates: by which languages each of n comments is to be judged.
        own: the languages that the model of the site reads.
        packs: the languages that packs read.
    """
    alike = defaultdict[tuple[str, ...], list[int]](list)
    for row in _find_others(candidates, own):
        alike[candidates[row]].append(row)
    rows = defaultdict[str, list[int]](list)
    is_own, unread = np.ones(len(candidates), np.bool_), list[int]()
    for tags, some in alike.items():
        by_packs, by_own = [tag for tag in tags if tag in packs], any(tag in own for tag in tags)
        is_own[some] = by_own or not by_packs
        if not by_own and not by_packs:
            unread += some
        for tag in by_packs:
            rows[tag] += some
    return Routes(np.flatnonzero(is_own), {tag: np.sort(np.array(some, np.int64)) for tag, some in rows.items()}, frozenset(unread))


def _find_others(candidates: Sequence[tuple[str, ...]], own: Sequence[str]) -> list[int]:
    """Return the numbers of the comments that are not simply English for a model that reads it."""
    if ENGLISH_ALONE[0] not in own:
        return list(range(len(candidates)))
    # They are mostly the same object, which is seen at once.
    return [row for row, tags in enumerate(candidates) if tags is not ENGLISH_ALONE and tags != ENGLISH_ALONE]
