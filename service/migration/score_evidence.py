"""What a caller's own comments say about its thresholds: our scores beside the stored ones, or, where none are stored, ours alone."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model.comment import Comment, Format
from service.migration.recorded.answers import answered_scores
from service.migration.recorded.call_kinds import ANALYZE_CALL
from service.migration.recorded.recorded_calls import RecordedCall, comment_text
from service.perspective.comparison import DEFAULT_THRESHOLD, ScoreComparison, compare_records, compare_scores, select_scores
from service.perspective.stored_scores import DiffJob, ScoreColumn, TableLayout

if TYPE_CHECKING:
    from service.judging.judge import Judge

__all__ = ["LanguageShare", "OwnScores", "ScoreEvidence", "ScoreSample"]

FindScore = Callable[[str], str | None]
"""Returns the name of the score that answers an attribute; None if none does."""

_MAX_SAMPLE = 10_000
_MAX_TEXT_BYTES = 20_480
_FLAG_RATES = (0.01, 0.02, 0.05, 0.10, 0.20)
_CHUNK = 1024
_MAX_IDENTIFIED = 2000
_TEXT = "text"


@dataclass(frozen=True)
class OwnScores:
    """Our scores of one attribute for a caller's comments of which no score is stored. The names are the keys of the JSON report.

    Attributes:
        attribute: the name of the attribute.
        rows: the number of comments.
        threshold: the threshold that the caller has now, for Perspective's scores.
        flagged: the share of comments, in [0, 1], that reach it by our scores.
        rates: for some shares of comments, the threshold at which ours flags that share.
    """

    attribute: str
    rows: int
    threshold: float
    flagged: float
    rates: Mapping[str, float]


@dataclass(frozen=True)
class LanguageShare:
    """In which languages a caller's texts are.

    Attributes:
        texts: how many were looked at.
        foreign: the tag of each language that is not read, with the number of texts in it.
    """

    texts: int
    foreign: Mapping[str, int]


def _clean(text: str) -> str:
    """Return a text in which half a surrogate pair is a question mark."""
    return text.encode("utf-8", "replace").decode()


class ScoreSample:
    """A random sample of the comments in recorded calls, with the scores that were recorded. At most 10,000 comments of each kind."""

    def __init__(self) -> None:
        self._random = random.Random(0)  # noqa: S311 — a sample that is the same in every run
        self._kept: dict[bool, list[tuple[Comment, Mapping[str, float]]]] = {True: [], False: []}
        self._seen = {True: 0, False: 0}
        self._texts: list[Comment] = []
        self._texts_seen = 0

    @property
    def scored(self) -> int:
        """The number of comments that were recorded with a score."""
        return self._seen[True]

    @property
    def unscored(self) -> int:
        """The number of comments that were recorded without one."""
        return self._seen[False]

    def add(self, call: RecordedCall) -> None:
        """Add the comments of a call, as far as they can be judged."""
        for one in comment_text(call):
            self._texts_seen += 1
            at = len(self._texts) if len(self._texts) < _MAX_SAMPLE else self._random.randrange(self._texts_seen)
            if at < _MAX_SAMPLE and one.strip():
                markup = Format.HTML if call.kind.dialect == "akismet" else Format.PLAIN
                self._texts[at : at + 1] = [Comment("", _clean(one[:_MAX_IDENTIFIED]), markup)]
        text = next(comment_text(call), "")
        if call.kind != ANALYZE_CALL or not text.strip() or len(text) > _MAX_TEXT_BYTES:
            return
        markup = Format.HTML if call.body["comment"].get("type") == "HTML" else Format.PLAIN
        scores = answered_scores(call.response)
        kept = self._kept[bool(scores)]
        self._seen[bool(scores)] += 1
        comment = Comment("", _clean(text), markup)
        if len(kept) < _MAX_SAMPLE:
            kept.append((comment, scores))
        elif (at := self._random.randrange(self._seen[bool(scores)])) < _MAX_SAMPLE:
            kept[at] = (comment, scores)

    def languages(self, judge: "Judge") -> LanguageShare:
        """Identify the languages of a sample of the texts of all calls."""
        foreign: Counter[str] = Counter()
        for start in range(0, len(self._texts) if judge.identifier is not None else 0, _CHUNK):
            found = judge.identifier.identify(self._texts[start : start + _CHUNK]) if judge.identifier is not None else None
            if found is not None:
                foreign.update(code or "unknown" for code, is_foreign in zip(found.codes, found.foreign, strict=True) if is_foreign)
        return LanguageShare(len(self._texts), dict(foreign.most_common()))

    def compare(self, judge: "Judge", thresholds: Mapping[str, float], find_score: FindScore) -> ScoreComparison | None:
        """Compare the recorded scores with ours; None if none were recorded for an attribute that is answered.

        Args:
            judge: gives our scores.
            thresholds: for each attribute the caller's threshold; 0.8 for an attribute that is missing.
            find_score: finds the score that answers an attribute.
        """
        kept = self._kept[True]
        sources = {name: find_score(name) for name in dict.fromkeys(name for _, scores in kept for name in scores)}
        columns = [ScoreColumn(name, name, source) for name, source in sources.items() if source is not None]
        if not columns:
            return None
        layout = TableLayout(_TEXT, columns, [name for name, source in sources.items() if source is None])
        return compare_records(_records(kept), layout, judge, thresholds=thresholds, unit="call")

    def describe_own(self, judge: "Judge", thresholds: Mapping[str, float], sources: Mapping[str, str]) -> list[OwnScores]:
        """Describe our scores of the comments that were recorded without any.

        Args:
            judge: gives our scores.
            thresholds: for each attribute the caller's threshold; 0.8 for an attribute that is missing.
            sources: for each attribute that is answered the score that answers it.
        """
        comments = [comment for comment, _ in self._kept[False]]
        scores: dict[str, list[float]] = {name: [] for name in sources}
        for start in range(0, len(comments) if scores else 0, _CHUNK):
            decisions = judge.judge(comments[start : start + _CHUNK], threads=None).decisions
            for name, own in scores.items():
                column = select_scores(sources[name], decisions)
                own += [float(score) for score in column if not np.isnan(score)]
        return [_describe(name, np.array(own), thresholds.get(name, DEFAULT_THRESHOLD)) for name, own in scores.items() if own]


def _records(kept: Sequence[tuple[Comment, Mapping[str, float]]]) -> Iterator[tuple[int, Any]]:
    """Yield a record for each comment: its visible text and its scores."""
    from model.text.pipeline import strip_markup

    for number, (comment, scores) in enumerate(kept, 1):
        text = strip_markup(comment.text, comment.format).text if comment.format is Format.HTML else comment.text
        yield number, {_TEXT: text, **scores}


def _describe(name: str, scores: "np.ndarray[Any, np.dtype[np.float64]]", threshold: float) -> OwnScores:
    rates = {f"{rate:g}": round(float(np.quantile(scores, 1 - rate)), 6) for rate in _FLAG_RATES}
    return OwnScores(name, len(scores), threshold, float((scores >= threshold).mean()), rates)


@dataclass(frozen=True)
class ScoreEvidence:
    """What is known about the thresholds that keep a caller's flag rate.

    Attributes:
        comparison: recorded or stored scores beside ours; None if there are none.
        own_scores: our scores of comments that were recorded without any.
        scored: how many comments were recorded with scores.
        unscored: how many were recorded without any.
        languages: in which languages the recorded texts are.
    """

    comparison: ScoreComparison | None = None
    own_scores: Sequence[OwnScores] = ()
    scored: int = 0
    unscored: int = 0
    languages: LanguageShare = LanguageShare(0, {})

    @classmethod
    def gather(
        cls,
        sample: ScoreSample,
        judge: "Judge",
        *,
        thresholds: Mapping[str, float],
        attributes: Sequence[str],
        find_score: FindScore,
        table: Path | None,
    ) -> "ScoreEvidence":
        """Judge a caller's comments, and compare the scores.

        Args:
            sample: the comments of its recorded calls.
            judge: gives our scores.
            thresholds: its thresholds, by attribute.
            attributes: the attributes that it asks for.
            find_score: finds the score that answers an attribute; None if none does.
            table: a table in which it has stored scores; these then count in place of the recorded ones.

        Raises:
            TableError: the table cannot be read, or has no column with scores.
            DumpError: the table has no column with a text, or several.
        """
        if table is not None:
            comparison: ScoreComparison | None = compare_scores(DiffJob(table, thresholds=thresholds), judge)
        else:
            comparison = sample.compare(judge, thresholds, find_score) if sample.scored else None
        sources = {name: source for name in attributes if (source := find_score(name)) is not None}
        own_scores = sample.describe_own(judge, thresholds, sources) if comparison is None and sample.unscored else []
        return cls(comparison, own_scores, sample.scored, sample.unscored, sample.languages(judge))
