"""What retraining on the rulings of a site gains there, and what it costs elsewhere."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.figures import Figure, Skipped
from benchmarks.loop.bases import build_base
from benchmarks.loop.seed_intervals import SeedInterval, describe_seeds, interval_over_seeds
from benchmarks.loop.site_rows import SITES, load_elsewhere, load_site
from benchmarks.loop.trials import Change, Journal, Trial, run_trial
from model.profile import Profile

__all__ = ["GAIN_TARGETS", "MOST_HARM", "measure", "run_site"]

GAIN_TARGETS: Mapping[int, float] = {200: 0.01, 2000: 0.03}
"""Number of rulings → lowest mean gain in AUC hateful over the sites."""

MOST_HARM = 0.005
"""How much the AUC of other sources may fall."""

_LOWEST_BOUND = -0.002  # of a site's gain
_SEEDS = 20
_HARM_TITLES = ("elsewhere hateful", "elsewhere abusive")
_HARM_COLUMNS = ("elsewhere_hateful", "sources_hateful", "elsewhere_abusive", "sources_abusive")


def measure(*, state: Path, count: int | None = None) -> Iterator[Figure | Skipped | str]:
    """Yield the gain and the harm of retraining, site by site and over all.

    Args:
        state: where bases and measurements are kept.
        count: seeds of each site in the profile fast; None for 20.
    """
    seeds = count or _SEEDS
    changes: dict[tuple[str, int, Profile], list[Change]] = {}
    for site in SITES:
        try:
            base = build_base(site, state=state / "bases")
            for size in GAIN_TARGETS:
                for profile, number in ((Profile.FAST, seeds), (Profile.FULL, 1)):
                    journal = state / "trials.jsonl"
                    changes[site, size, profile] = run_site(site, size, profile, base=base, seeds=range(number), journal=journal)
        except Skipped as reason:
            yield reason
    if not changes:
        return
    yield f"Seeds 0 to {seeds - 1} in the profile fast, 0 with both readers; bounds are those of 95 % intervals of the mean over the seeds."
    yield _table(changes)
    yield from _figures(changes)


def run_site(site: str, size: int, profile: Profile, *, base: Path, seeds: Sequence[int], journal: Path) -> list[Change]:
    """Return what retraining a base on rulings of a site changes, seed by seed; what the journal holds is not measured again.

    Args:
        site: its name.
        size: number of rulings.
        profile: which readers judge.
        base: folder of the model to start from.
        seeds: of the draws.
        journal: file of the trials that are done.

    Raises:
        Skipped: the corpus is not there.
    """
    kept = Journal.current(journal, base=base)
    trials = [Trial(site, size, seed, profile) for seed in seeds]
    done = {trial: kept.find(trial) for trial in trials}
    missing = [trial for trial, change in done.items() if change is None]
    if missing:
        rows, elsewhere = load_site(site), load_elsewhere(site)
        for trial in missing:
            change = run_trial(trial, base=base, site=rows, elsewhere=elsewhere)
            kept.add(trial, change)
            done[trial] = change
    return [change for change in done.values() if change is not None]


def _table(changes: Mapping[tuple[str, int, Profile], Sequence[Change]]) -> str:
    titles = ("site", "rulings", "profile", "seeds", "gain hateful", "worst seed", "gain abusive", *_HARM_TITLES, "seconds")
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for (site, size, profile), of_seeds in changes.items():
        gains = _values(of_seeds, "gain_hateful")
        cells = [
            *(site, f"{size:,}", f"`{profile}`", str(len(of_seeds)), describe_seeds(gains)),
            f"{min(gains):+.4f}" if gains else "",
            describe_seeds(_values(of_seeds, "gain_abusive")),
            *(describe_seeds(_values(of_seeds, name)) for name in ("elsewhere_hateful", "elsewhere_abusive")),
            f"{sum(change.seconds for change in of_seeds) / len(of_seeds):.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _figures(changes: Mapping[tuple[str, int, Profile], Sequence[Change]]) -> Iterator[Figure]:
    for size, least in GAIN_TARGETS.items():
        of_sites = {site: of_seeds for (site, n, profile), of_seeds in changes.items() if (n, profile) == (size, Profile.FAST)}
        gains = {site: interval_over_seeds(_values(of_seeds, "gain_hateful")) for site, of_seeds in of_sites.items()}
        known = {site: gain for site, gain in gains.items() if gain is not None}
        if not known:
            continue
        sites = ", ".join(known)
        yield Figure(f"gain of {size:,} rulings in AUC hateful", _mean(known.values()), at_least=least, note=f"mean of {sites}")
        for site, gain in known.items():
            yield Figure(f"{site}: lower bound of the gain of {size:,}", gain.low, at_least=_LOWEST_BOUND, note=f"mean {gain.mean:+.4f}")
        for name in _HARM_COLUMNS:
            falls = [interval_over_seeds(_values(of_seeds, name)) for of_seeds in of_sites.values()]
            fall = -_mean([interval for interval in falls if interval is not None])
            question, over = name.split("_")[1], "all rows" if name.startswith("elsewhere") else "mean of sources"
            note = f"{over} read again, {sites} left out in turn"
            yield Figure(f"fall of AUC {question} elsewhere after {size:,}", fall, at_most=MOST_HARM, note=note)


def _values(changes: Sequence[Change], name: str) -> list[float]:
    values = [getattr(change, name) for change in changes]
    return [value for value in values if value is not None]


def _mean(intervals: Collection[SeedInterval]) -> float:
    return sum(interval.mean for interval in intervals) / len(intervals)
