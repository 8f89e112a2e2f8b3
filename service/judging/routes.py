"""Which models judge which comments: that of the site, which reads English, and the packs of other languages."""

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from model.array_types import IntArray
from service.judging.contained_steps import IdentifiedLanguages

if TYPE_CHECKING:
    from model.languages.language_packs import LanguagePacks
    from model.moderator import Moderator

__all__ = ["Routes", "describe_languages", "find_routes", "languages_read_by"]


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


def describe_languages(languages: IdentifiedLanguages, packs: Mapping[int, str], unread: Set[int], *, own: Sequence[str]) -> dict[str, Any]:
    """Return the columns of ``Judgements`` that tell of languages.

    Args:
        languages: of n comments.
        packs: by the number of each comment on which a pack has decided, its language.
        unread: the numbers of the comments that could not be judged by any of their candidates.
        own: the languages that the model of the site reads.
    """
    foreign, unsure, judged_as = list[bool](), list[bool](), list[str | None]()
    for row, (code, is_foreign, tags) in enumerate(zip(languages.codes, languages.foreign, languages.candidates, strict=True)):
        is_read = bool(tags) and row not in unread
        foreign.append(is_foreign or (not is_read and code is not None))
        unsure.append(not is_read and not foreign[-1])
        judged_as.append((packs.get(row) or next((tag for tag in tags if tag in own), None)) if is_read else None)
    return {"languages": languages.codes, "foreign": foreign, "unsure": unsure, "judged_as": judged_as}


def find_routes(candidates: Sequence[tuple[str, ...]], *, own: Set[str], packs: Set[str]) -> Routes:
    """Return which models judge comments.

    Args:
        candidates: by which languages each of n comments is to be judged.
        own: the languages that the model of the site reads.
        packs: the languages that packs read.
    """
    rows: dict[str, list[int]] = {}
    own_rows, unread = [], []
    for row, tags in enumerate(candidates):
        by_packs = [tag for tag in tags if tag in packs]
        if not by_packs or not own.isdisjoint(tags):
            own_rows.append(row)
            if not by_packs and own.isdisjoint(tags):
                unread.append(row)
        for tag in by_packs:
            rows.setdefault(tag, []).append(row)
    return Routes(np.array(own_rows, np.int64), {tag: np.array(some, np.int64) for tag, some in rows.items()}, frozenset(unread))
