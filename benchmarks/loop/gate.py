"""The gate's two error rates: candidates that are truly worse and pass, and candidates that are truly better and do not."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count as count_up
from itertools import islice
from pathlib import Path

from benchmarks.figures import Figure, Skipped
from benchmarks.loop.gate_errors import HONEST_KIND, MIXTURES, GateJournal, GateOutcome, GateTrial, run_gate_trial
from benchmarks.loop.poisons import POISONS
from benchmarks.loop.site_rows import LANGUAGES, SITES

__all__ = ["LEAST_BETTER", "measure"]

LEAST_BETTER = 0.03
"""Gain in AUC of a candidate that the gate has to let pass, on rows that neither fit nor gate saw."""

_CANDIDATES = 100
_MOST_TRIALS = 6  # for each candidate that counts: many that are made are neither worse nor better by so much
_MOST_WORSE, _LEAST_BETTER_PASS = 0.05, 0.80
_SIZES_OF_WORSE = (500, 1000)
_SIZES_OF_BETTER = (1000, 2000)
_SIZE_ABROAD = 500


def measure(*, state: Path, count: int | None = None) -> Iterator[Figure | Skipped | str]:
    """Yield both error rates.

    Args:
        state: where trials are kept; the bases are those of the part ``sites`` beside it.
        count: candidates of either kind; None for 100.
    """
    wanted = count or _CANDIDATES
    bases = state.parent / "sites" / "bases"
    journal = GateJournal(state / "gate_trials.jsonl")
    for capped in (True, False):
        worse = _run(_poisoned(capped), is_counted=_is_worse, wanted=wanted, bases=bases, journal=journal)
        yield _table(worse, title="truly worse" if capped else "truly worse, fitted without caps")
        name = "truly worse candidates that pass" if capped else "truly worse candidates, fitted without caps, that pass"
        yield Figure(name, _share_passed(worse), at_most=_MOST_WORSE, note=f"of {len(worse)}")
    better = _run(_honest(), is_counted=_is_better, wanted=wanted, bases=bases, journal=journal)
    yield _table(better, title=f"truly better by {LEAST_BETTER}")
    yield Figure("truly better candidates that pass", _share_passed(better), at_least=_LEAST_BETTER_PASS, note=f"of {len(better)}")


def _share_passed(counted: Sequence[tuple[GateTrial, GateOutcome]]) -> float:
    return sum(outcome.passed for _, outcome in counted) / max(len(counted), 1)


def _poisoned(capped: bool) -> Iterator[GateTrial]:
    for seed in count_up():
        for site in (*SITES, *MIXTURES):
            for kind in POISONS:
                yield GateTrial(kind, site, _SIZES_OF_WORSE[seed % len(_SIZES_OF_WORSE)], seed, capped)


def _honest() -> Iterator[GateTrial]:
    for seed in count_up():
        for site in (*SITES, *MIXTURES):
            yield GateTrial(HONEST_KIND, site, _SIZES_OF_BETTER[seed % len(_SIZES_OF_BETTER)], seed)
        for site in LANGUAGES:
            yield GateTrial(HONEST_KIND, site, _SIZE_ABROAD, seed)


def _is_worse(outcome: GateOutcome) -> bool:
    return outcome.worth < 0


def _is_better(outcome: GateOutcome) -> bool:
    return max(value for value in (outcome.hateful, outcome.abusive) if value is not None) >= LEAST_BETTER and outcome.worth > 0


def _run(
    trials: Iterator[GateTrial], *, is_counted: Callable[[GateOutcome], bool], wanted: int, bases: Path, journal: GateJournal
) -> list[tuple[GateTrial, GateOutcome]]:
    """Return the first trials whose outcome counts, as many as are wanted."""
    counted: list[tuple[GateTrial, GateOutcome]] = []
    for trial in islice(trials, wanted * _MOST_TRIALS):
        outcome = journal.find(trial)
        if outcome is None:
            outcome = run_gate_trial(trial, bases=bases)
            if outcome is not None:
                journal.add(trial, outcome)
        if outcome is not None and is_counted(outcome):
            counted.append((trial, outcome))
            if len(counted) == wanted:
                break
    return counted


def _table(counted: Sequence[tuple[GateTrial, GateOutcome]], *, title: str) -> str:
    lines = [f"| {title} | site | rulings | seeds | passed | mean change of AUC |", "|---|---|---|---|---|---|"]
    for kind, site, size in dict.fromkeys((trial.kind, trial.site, trial.size) for trial, _ in counted):
        members = [(trial, outcome) for trial, outcome in counted if (trial.kind, trial.site, trial.size) == (kind, site, size)]
        seeds = ", ".join(str(trial.seed) for trial, _ in members)
        passed = sum(outcome.passed for _, outcome in members)
        worth = sum(outcome.worth for _, outcome in members) / len(members)
        lines.append(f"| {kind} | {site} | {size:,} | {seeds} | {passed} of {len(members)} | {worth:+.4f} |")
    return "\n".join(lines)
