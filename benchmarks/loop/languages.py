"""What retraining makes of a base for sites in languages that it does not read."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Skipped
from benchmarks.loop.seed_intervals import interval_over_seeds
from benchmarks.loop.site_rows import LANGUAGES
from benchmarks.loop.sites import run_site
from benchmarks.loop.trials import Change
from model.profile import Profile

__all__ = ["LEAST_AUC", "measure"]

LEAST_AUC = 0.75
"""Lowest mean AUC abusive over the languages."""

_SIZE = 2000
_SEEDS = 5
_BASE = Path(__file__).parents[2] / "model" / "default"


def measure(*, state: Path, count: int | None = None) -> Iterator[Figure | Skipped | str]:
    """Yield how well the shipped model, retrained on 2,000 rows of a source in another language, tells abuse in it.

    Args:
        state: where measurements are kept.
        count: seeds of each language; None for 5.
    """
    seeds = count or _SEEDS
    means = {}
    for name in LANGUAGES:
        try:
            changes = run_site(name, _SIZE, Profile.FAST, base=_BASE, seeds=range(seeds), journal=state / "trials.jsonl")
        except Skipped as reason:
            yield reason
            continue
        interval = interval_over_seeds([change.abusive for change in changes if change.abusive is not None])
        if interval is not None:
            means[name] = interval.mean
            note = f"95 % of the mean over {seeds} seeds: {interval.low:.3f} to {interval.high:.3f}; {_describe_base(changes)}"
            yield Figure(f"{name}: AUC abusive from {_SIZE:,} rows", interval.mean, note=note)
    if means:
        value = sum(means.values()) / len(means)
        yield Figure(f"AUC abusive from {_SIZE:,} rows", value, at_least=LEAST_AUC, note=f"mean of {', '.join(means)}")


def _describe_base(changes: list[Change]) -> str:
    known = [change.abusive - change.gain_abusive for change in changes if change.abusive is not None and change.gain_abusive is not None]
    return f"{known[0]:.3f} before" if known else "unknown before"
