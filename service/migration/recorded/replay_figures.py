"""What came of a replay, in figures: statuses and latencies by kind of call, and how the answers differ from those that were recorded."""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np

from service.migration.recorded.answers import answered_scores, decided_flags, error_name
from service.migration.recorded.recorded_calls import RecordedCall
from service.migration.recorded.recorded_files import UnreadableCall
from service.migration.recorded.replay import Reply
from service.perspective.comparison import DEFAULT_THRESHOLD, compare_attribute
from service.perspective.stored_scores import ScoreColumn

__all__ = ["ReplayFigures"]

_MAX_LISTED = 100
_PERCENTILES = (50, 95, 99)
_NO_ANSWER, _OTHER = "no answer", "other errors"


class ReplayFigures:
    """Counts replies as they come in; only figures and numbers of lines are held, no text.

    Args:
        thresholds: for each attribute the lowest score on which the site acts; 0.8 for an attribute that is missing.
        out: where a line of JSON is written for each reply; None for nowhere.
    """

    def __init__(self, *, thresholds: Mapping[str, float], out: IO[str] | None = None) -> None:
        self._thresholds = thresholds
        self._out = out
        self._statuses: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._errors: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._seconds: defaultdict[str, array[float]] = defaultdict(lambda: array("d"))
        self._columns: dict[str, ScoreColumn] = {}
        self._missing: Counter[str] = Counter()
        self._flags: defaultdict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
        self._skipped: Counter[str] = Counter()
        self._unreadable: list[UnreadableCall] = []
        self._unreadable_count = 0
        self._failed: list[tuple[str, int, str]] = []
        self.sent = 0
        self.failed = 0
        self.as_recorded = 0
        self.retried = 0

    @property
    def is_clean(self) -> bool:
        """Whether calls were sent, all of them were answered as is due or as was recorded, and every line could be read."""
        return self.sent > 0 and not self.failed and not self._unreadable_count

    def skip(self, record: RecordedCall | UnreadableCall) -> None:
        """Count a record that was not sent."""
        if isinstance(record, UnreadableCall):
            if record.is_damage:
                self._unreadable_count += 1
                if len(self._unreadable) < _MAX_LISTED:
                    self._unreadable.append(record)
            else:
                self._skipped["about something else"] += 1
        elif record.body is None:
            self._skipped["without a body"] += 1
        else:
            self._skipped["would leave something behind"] += 1

    def add(self, reply: Reply) -> None:
        """Count a reply, and write its line."""
        call, name = reply.call, reply.call.kind.name
        self.sent += 1
        self.retried += bool(reply.retries)
        status = _NO_ANSWER if reply.status is None or reply.failure else str(reply.status)
        self._statuses[name][status] += 1
        error = reply.failure or (error_name(reply.response) if _is_failure(reply) else "")
        if reply.status is not None:
            self._seconds[name].append(reply.seconds)
        if _is_failure(reply) and _was_failure(call) and str(call.status or status) == status:
            self.as_recorded += 1
        elif _is_failure(reply):
            self.failed += 1
            counts, label = self._errors[name], reply.failure or f"{status} {error}".strip()
            counts[label if label in counts or len(counts) < _MAX_LISTED else _OTHER] += 1
            if len(self._failed) < _MAX_LISTED:
                self._failed.append((call.file, call.number, label))
        scores = self._add_scores(reply)
        if self._out is not None:
            self._write_line(reply, error, scores)

    def _add_scores(self, reply: Reply) -> dict[str, dict[str, float | None]]:
        """Add the scores and flags of both answers; return the scores."""
        call = reply.call
        recorded, now = answered_scores(call.response), answered_scores(reply.response)
        if recorded and now:
            for name, score in recorded.items():
                if name not in now:
                    self._missing[name] += 1
                    continue
                column = self._columns.setdefault(name, ScoreColumn(name, name, name))
                column.stored_scores.append(score)
                column.own_scores.append(now[name])
        both = (decided_flags(call.kind, call.response), decided_flags(call.kind, reply.response))
        if len(both[0]) == len(both[1]):
            self._flags[call.kind.name].update(zip(*both, strict=True))
        return {name: {"recorded": recorded.get(name), "now": now.get(name)} for name in {**recorded, **now}}

    def _write_line(self, reply: Reply, error: str, scores: Mapping[str, Any]) -> None:
        call = reply.call
        flagged = {"recorded": list(decided_flags(call.kind, call.response)), "now": list(decided_flags(call.kind, reply.response))}
        line = {
            **{"file": call.file, "number": call.number, "call": call.kind.name, "status": reply.status, "recorded_status": call.status},
            **{"error": error or None, "ms": round(reply.seconds * 1000, 3), "retries": reply.retries},
            **({"scores": scores} if scores else {}),
            **({"flagged": flagged} if any(flagged.values()) else {}),
        }
        print(json.dumps(line), file=self._out)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as values for JSON."""
        return {
            **{"sent": self.sent, "failed": self.failed, "refused_as_recorded": self.as_recorded, "sent_again": self.retried},
            **{"unreadable": self._unreadable_count, "not_sent": dict(self._skipped)},
            # Answers come in any order; the report has one of its own.
            "calls": {name: {"statuses": _sorted(statuses), **self._latencies(name)} for name, statuses in sorted(self._statuses.items())},
            "errors": {name: _sorted(errors) for name, errors in sorted(self._errors.items())},
            "attributes": [self._attribute(column) for _, column in sorted(self._columns.items())],
            "missing_attributes": _sorted(self._missing),
            "flags": {name: _describe_flags(flags) for name, flags in sorted(self._flags.items()) if flags},
            "failed_calls": [{"file": file, "number": number, "error": error} for file, number, error in sorted(self._failed)],
            "unreadable_lines": [{"file": one.file, "number": one.number, "reason": one.reason} for one in self._unreadable],
        }

    def _latencies(self, name: str) -> dict[str, float]:
        """Return percentiles of the time that answers to one kind of call took, in milliseconds."""
        seconds = self._seconds[name]
        values = np.percentile(seconds, _PERCENTILES) * 1000 if seconds else ()
        return {f"p{percentile}_ms": round(float(value), 2) for percentile, value in zip(_PERCENTILES, values, strict=False)}

    def _attribute(self, column: ScoreColumn) -> dict[str, Any]:
        comparison = compare_attribute(column, self._thresholds.get(column.attribute, DEFAULT_THRESHOLD))
        difference = float(np.mean(np.frombuffer(column.own_scores, np.float32) - np.frombuffer(column.stored_scores, np.float32)))
        figures = {name: value for name, value in vars(comparison).items() if name != "column"}
        figures["mean_difference"] = round(difference, 6)
        return {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in figures.items()}

    def lines(self) -> Iterator[str]:
        """Yield the lines of a report for people."""
        report = self.as_json()
        skipped = "".join(f", {count:,} not sent ({reason})" for reason, count in self._skipped.items())
        yield f"{self.sent:,} calls sent, {self.failed:,} failed, {self.as_recorded:,} refused as recorded{skipped}"
        if self.retried:
            yield f"{self.retried:,} of them were sent again, since the service asked to come later"
        for name, figures in report["calls"].items():
            yield f"{name}: " + ", ".join(f"{status} × {count:,}" for status, count in figures["statuses"].items()) + _times(figures)
        for name, errors in report["errors"].items():
            yield from (f"  {name}: {error} × {count:,}" for error, count in errors.items())
        for attribute in report["attributes"]:
            yield ""
            yield from _attribute_lines(attribute)
        for name, flags in report["flags"].items():
            yield ""
            yield f"{name}: {flags['same']:.2%} of {flags['texts']:,} texts are flagged as recorded"
            yield f"  flagged then {flags['recorded']:.2%}, now {flags['now']:.2%}"
        if missing := report["missing_attributes"]:
            yield ""
            yield f"recorded, and not answered now: {', '.join(f'{name} × {count:,}' for name, count in missing.items())}"


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _times(figures: Mapping[str, Any]) -> str:
    times = [f"p{percentile} {figures[f'p{percentile}_ms']:,.1f} ms" for percentile in _PERCENTILES if f"p{percentile}_ms" in figures]
    return f"; {', '.join(times)}" if times else ""


def _attribute_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    correlation = figures["correlation"]
    yield f"{figures['attribute']}, {figures['rows']:,} recorded scores"
    yield f"  mean difference                  {figures['mean_difference']:+.4f}"
    yield f"  rank correlation (Spearman)      {'not to be told' if correlation is None else f'{correlation:.3f}'}"
    yield f"  flagged then                     {figures['flagged']:.2%} at {figures['threshold']:g}"
    yield f"  flags kept, same threshold       {figures['agreement']:.2%}"
    yield f"  threshold for the same rate      {figures['same_rate']:.4f}, which flags {figures['flagged_then']:.2%}"


def _describe_flags(flags: Counter[tuple[bool, bool]]) -> dict[str, Any]:
    texts = flags.total()
    same = flags[True, True] + flags[False, False]
    then = flags[True, True] + flags[True, False]
    now = flags[True, True] + flags[False, True]
    return {"texts": texts, "same": same / texts, "recorded": then / texts, "now": now / texts}


def _is_failure(reply: Reply) -> bool:
    """Tell whether a call was not answered as is due; Akismet answers a key that it does not know with 200."""
    is_refused_key = reply.call.kind.dialect == "akismet" and reply.response == "invalid"
    return bool(reply.failure) or reply.status is None or not 200 <= reply.status < 300 or is_refused_key


def _was_failure(call: RecordedCall) -> bool:
    has_error = isinstance(call.response, dict) and "error" in call.response
    return has_error or (call.status is not None and not 200 <= call.status < 300)
