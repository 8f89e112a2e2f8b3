"""Which rulings are in a language: those that teach its pack, and are no lesson for the model that reads English."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from model.comment import Comment
from model.errors import TableError
from model.language.identifier import Identifier
from model.language.language_names import language_name
from model.language.tags import canonical_tag, reader_tag

if TYPE_CHECKING:
    from service.retraining.lesson import Lesson
    from training.retrain.ruling_rows import RulingRows

__all__ = ["keep_language", "leave_out_languages"]

_ENGLISH = "en"


def keep_language(lesson: "Lesson", tag: str, read: Collection[str]) -> "Lesson":
    """Return a lesson with the rows in a language alone.

    Of tables that the caller gave, all rows count that do not state another language; of rulings, in the store or in a snapshot of it,
    those that state it or that may be in it.

    Args:
        lesson: what a retraining learns from.
        tag: the language.
        read: tags of the languages that are read at the site.

    Raises:
        TableError: no row is in it.
    """
    is_told = all(table.kind != "snapshot" for table in lesson.tables)
    readers = {*read, tag}
    languages = _stated_languages(lesson.rows, readers)
    found = languages if is_told else _candidates(lesson.rows, languages, readers)
    kept = [row for row, tags in enumerate(found) if tag in tags or (is_told and not tags)]
    if not kept:
        raise TableError(f"no ruling is in {language_name(tag)}: nothing can be learned for its pack")
    left = len(lesson.rows) - len(kept)
    remarks = [f"{left:,} rulings in other languages than {language_name(tag)} were left out"] if left else []
    return _take(lesson, kept, remarks)


def leave_out_languages(lesson: "Lesson", tags: Collection[str]) -> "Lesson":
    """Return a lesson without the rows that are in languages which packs read, and may not be in another one that the model reads.

    Args:
        lesson: what the model for English is to learn from.
        tags: the languages that packs read, and the model itself does not.

    Raises:
        TableError: no row is left.
    """
    readers = {_ENGLISH, *tags}
    found = _candidates(lesson.rows, _stated_languages(lesson.rows, readers), readers)
    counts = Counter(languages[0] for languages in found if languages and set(languages) <= set(tags))
    if not counts:
        return lesson
    kept = [row for row, languages in enumerate(found) if not languages or not set(languages) <= set(tags)]
    named = ", ".join(f"{language_name(tag)} {count:,}" for tag, count in counts.most_common())
    first = counts.most_common(1)[0][0]
    count = sum(counts.values())
    remark = f"{count:,} rulings are in languages that packs read, and were left out ({named}): tipstaff retrain --language {first}"
    if not kept:
        raise TableError(remark)
    return _take(lesson, kept, [remark])


def _stated_languages(rows: "RulingRows", read: Collection[str]) -> list[tuple[str, ...]]:
    """Return the language as which each of n rows is read by what it states, alone in a tuple; an empty one where it states no real one."""
    tags = (canonical_tag(language) if language else None for language in rows.language)
    return [() if tag is None else (tag if tag in read else reader_tag(tag),) for tag in tags]


def _candidates(rows: "RulingRows", stated: Sequence[tuple[str, ...]], read: Collection[str]) -> list[tuple[str, ...]]:
    """Return for each of n rows the languages that it states, or those that are read and that it may be in."""
    found = Identifier.load(sorted(read)).identify([Comment("", text) for text in rows.labelled.text]).candidates
    return [own or tags for own, tags in zip(stated, found, strict=True)]


def _take(lesson: "Lesson", kept: Sequence[int], remarks: Sequence[str]) -> "Lesson":
    return replace(lesson, rows=lesson.rows.take(kept), is_learned=lesson.is_learned[np.array(kept)], remarks=[*lesson.remarks, *remarks])
