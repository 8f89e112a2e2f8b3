"""The section about languages: how well the comments of each are judged, and which model judges them.

The language of a row is the one that its table states, in a column ``language`` or ``lang``, else the one that is identified. A column
changes nothing about the judging: the rows are judged as a site judges comments that come without a language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from model.array_types import BoolArray
from model.language.identifier import Identifier
from model.language.language_names import language_name
from model.language.tags import reader_tag
from model.languages.language_packs import LanguagePacks
from training.evaluation.report.sections import Cell, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import EvaluationResults
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.subject import EvaluationSubject
from training.languages.own_tables.stated_languages import read_stated_languages
from training.languages.pack_figures import measure_pack
from training.metrics.estimate import Estimate

__all__ = ["IdentifyingJudge", "language_section"]

_ENGLISH = "en"
_NOT_READ = "not read"
_COLUMNS = (
    *(ReportColumn("language"), ReportColumn("judged by"), ReportColumn("comments"), ReportColumn("abusive"), ReportColumn("hateful")),
    *(ReportColumn("AUC abusive"), ReportColumn("AUC hateful"), ReportColumn("fine called otherwise", percent=True)),
    ReportColumn("abuse called fine", percent=True),
)
_INTRODUCTION = (
    "How well comments are judged by language: the one that their table states, else the one that was identified. Each language is judged "
    "by its pack; a comment in one that is not read is for review, and its figures are those of the model for English. What cannot be told "
    "from so few comments is left blank, and so is hate where a pack does not tell it."
)


@runtime_checkable
class IdentifyingJudge(Protocol):
    """A judge that identifies languages and has packs for some of them, as that of a site has."""

    identifier: Identifier | None
    packs: LanguagePacks | None


@dataclass(frozen=True, slots=True)
class _Readers:
    """Who reads which language, as tag → version of the model; the languages whose packs do not tell hate; and what identifies them."""

    versions: Mapping[str, str]
    without_hate: frozenset[str]
    identifier: Identifier


def language_section(subject: EvaluationSubject, scored: ScoredRows, _results: EvaluationResults) -> ReportSection | None:
    """Measure the rows of each language; None where all of them are in English. One of ``SECTION_BUILDERS``.

    Args:
        subject: what is evaluated.
        scored: the rows with their scores.
    """
    readers = _find_readers(subject)
    languages = _row_languages(scored, readers)
    if set(languages) <= {_ENGLISH, ""}:
        return None
    names, numbers, counts = np.unique(np.array(languages, np.str_), return_inverse=True, return_counts=True)
    rows: list[Sequence[Cell]] = []
    figures: dict[str, object] = {}
    for number in np.argsort(-counts, kind="stable").tolist():
        tag = str(names[number])
        version = readers.versions.get(tag, _NOT_READ if tag else "")
        row, described = _measure(tag, version, scored, numbers == number, tells_hate=tag not in readers.without_hate)
        rows.append(row)
        figures[tag or "unknown"] = described
    return ReportSection("Languages", _INTRODUCTION, (ReportTable("Figures by language", _COLUMNS, rows),), figures=figures)


def _find_readers(subject: EvaluationSubject) -> _Readers:
    versions = dict.fromkeys(subject.moderator.languages, subject.moderator.version)
    judge = subject.judge
    identifier, packs = (judge.identifier, judge.packs) if isinstance(judge, IdentifyingJudge) else (None, None)
    without_hate: frozenset[str] = frozenset()
    if packs is not None:
        without_hate = frozenset(str(pack["tag"]) for pack in packs.public_manifest() if "hateful" not in pack["tells"])
        versions = {tag: packs.version(tag) for tag in packs.read_tags()} | versions
    return _Readers(versions, without_hate, identifier or Identifier.load(sorted({_ENGLISH, *versions})))


def _row_languages(scored: ScoredRows, readers: _Readers) -> list[str]:
    """Return the tag of the language of each of n rows; "" where it is not known."""
    found = readers.identifier.identify(scored.rows.comments())
    languages = []
    for stated, code, candidates in zip(read_stated_languages(scored.rows), found.codes, found.candidates, strict=True):
        if stated is not None:
            languages.append(stated if stated in readers.versions else reader_tag(stated))
        else:
            languages.append(code or (candidates[0] if len(candidates) == 1 else ""))
    return languages


def _measure(
    tag: str, version: str, scored: ScoredRows, members: BoolArray, *, tells_hate: bool
) -> tuple[Sequence[Cell], dict[str, object]]:
    """Return the line of a language, and the same for programs."""
    own = scored.rows.take(np.flatnonzero(members))
    scores, labels = scored.scores[members], scored.labels[members]
    measured = measure_pack(scores, own)
    if not tells_hate:
        measured.pop("hateful", None)
    shares = [_share(labels[own.abusive == 0] != 0), _share(labels[own.abusive == 1] == 0)]
    counts = len(own), int((own.abusive == 1).sum()), int((own.hateful == 1).sum())
    row = (
        language_name(tag) if tag else "not known",
        version,
        *counts,
        *(
            Estimate(figure["auc"], figure["auc_low"], figure["auc_high"]) if (figure := measured.get(name)) else None
            for name in ("abusive", "hateful")
        ),
        *shares,
    )
    names = ("rows", "abusive", "hateful")
    described = {"judged_by": version, **dict(zip(names, counts, strict=True)), "figures": measured}
    return row, described | {"fine_called_otherwise": shares[0], "abuse_called_fine": shares[1]}


def _share(hits: BoolArray) -> float | None:
    return float(hits.mean()) if hits.size else None
