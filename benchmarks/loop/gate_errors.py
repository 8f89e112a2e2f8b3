"""Makes candidates from good and from poisoned rulings, asks the gate about them, and measures on unseen rows what they are worth."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import training.gate
import training.retrain
from benchmarks.comments import CORPUS
from benchmarks.loop.bases import build_base
from benchmarks.loop.poisons import HONEST, POISONS, make_rulings
from benchmarks.loop.site_rows import LANGUAGES, Site, draw_rulings, load_site
from model.array_types import FloatArray
from model.comment import Comment
from model.errors import TipstaffError
from model.moderator import Moderator
from training.gate.run_gate import GateJob, run_gate
from training.metrics.source_metrics import auc
from training.retrain.retrain import retrain
from training.retrain.retrain_job import RetrainJob
from training.retrain.ruling_rows import RulingRows
from training.tables.labelled import Labelled

__all__ = ["HONEST_KIND", "MIXTURES", "GateJournal", "GateOutcome", "GateTrial", "run_gate_trial"]

HONEST_KIND = "honest"
"""The kind of trials in which nothing goes wrong."""
MIXTURES = ("ghc and poleval2019_pl",)
"""Sites that mix sources: the base has not seen the first, and does not read the language of the second."""
_AND = " and "
_SHIPPED = Path(__file__).parents[2] / "model" / "default"


@dataclass(frozen=True, slots=True)
class GateTrial:
    """A candidate that is made and gated.

    Attributes:
        kind: `HONEST_KIND`, or one of `POISONS`.
        site: its name.
        size: number of rulings.
        seed: of all that is drawn.
        capped: whether the candidate is fitted with the caps of the fit; if not, every ruling counts as much as any other.
    """

    kind: str
    site: str
    size: int
    seed: int
    capped: bool = True


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What became of a candidate.

    Attributes:
        passed: whether the gate let it pass.
        hateful, abusive: by how much its AUC on unseen rows of the site is above the champion's; None where the site does not answer.
        gain: the figure of the gate's rule of the gain, and its interval; None where there is none.
        low, high: its interval.
        bars: rules that bar it, each with its verdict.
    """

    passed: bool
    hateful: float | None
    abusive: float | None
    gain: float | None
    low: float | None
    high: float | None
    bars: tuple[str, ...]

    @property
    def worth(self) -> float:
        """The mean of what it is better by, over the questions that the site answers."""
        known = [value for value in (self.hateful, self.abusive) if value is not None]
        return sum(known) / len(known)


def run_gate_trial(trial: GateTrial, *, bases: Path) -> GateOutcome | None:
    """Make a candidate, ask the gate, and measure both artefacts on unseen rows; None if no candidate could be made.

    Args:
        trial: what to make.
        bases: folder of the models that have not seen a site.
    """
    site, champion = _site(trial.site), _champion(trial.site, bases)
    drawn = draw_rulings(site, trial.size, seed=trial.seed)
    rows = make_rulings(drawn, HONEST if trial.kind == HONEST_KIND else POISONS[trial.kind], seed=trial.seed)
    taught = rows if trial.capped else _without_persons(rows)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "candidate"
        try:
            made = retrain(RetrainJob(rows=taught, champion=champion, out=out, threads=1))
        except TipstaffError:
            return None
        corpus = CORPUS if trial.site not in LANGUAGES else None
        fit = made.fit if trial.capped else None
        report = run_gate(GateJob(champion, out, rows, fit=fit, corpus=corpus, cache=bases, threads=1))
        after = _scores(out, site.dev)
    before = _champion_scores(champion, trial.site)
    gain = next(rule for rule in report.rules if rule.rule == "gain")
    return GateOutcome(
        report.passed,
        _difference(auc(site.dev.hateful, after[:, 2]), auc(site.dev.hateful, before[:, 2])),
        _difference(auc(site.dev.abusive, 1 - after[:, 0]), auc(site.dev.abusive, 1 - before[:, 0])),
        gain.figure,
        gain.low,
        gain.high,
        report.reasons(),
    )


def _without_persons(rows: RulingRows) -> RulingRows:
    """Return the same rulings as rows of a plain table, of which every one counts as much as any other."""
    plain = RulingRows.of(rows.labelled)
    return replace(plain, group=np.arange(len(rows)))


@cache
def _site(name: str) -> Site:
    """Return a site, only with rows of which a ruling can be made; a mixture holds as many rows of each of its sources."""
    parts = [load_site(source) for source in name.split(_AND)]
    sides = [[_with_labels(rows) for rows in side] for side in zip(*((part.train, part.dev) for part in parts), strict=True)]
    return Site(name, *(Labelled.concat([rows.take(np.arange(min(map(len, side)))) for rows in side]) for side in sides))


def _with_labels(rows: Labelled) -> Labelled:
    """Return the rows of which a ruling can be made; a site that knows nothing of hate calls abuse toxic."""
    if (rows.label < 0).any() and not (rows.label >= 0).any():
        hateful = np.where(rows.abusive == 1, 0, rows.hateful).astype(np.int8)
        rows = replace(rows, hateful=hateful)
    return rows.take(np.flatnonzero(rows.label >= 0))


def _champion(site: str, bases: Path) -> Path:
    return _SHIPPED if site in LANGUAGES else build_base(site.split(_AND, maxsplit=1)[0], state=bases)


@cache
def _champion_scores(champion: Path, site: str) -> FloatArray:
    return _scores(champion, _site(site).dev)


def _scores(artefact: Path, rows: Labelled) -> FloatArray:
    scores = Moderator.load(artefact).decide([Comment("", text) for text in rows.text], threads=1).scores
    filled: FloatArray = np.where(np.isnan(scores), np.array([1.0, 0.0, 0.0]), scores)
    return filled


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


class GateJournal:
    """The trials that are done, a line each, so that a run goes on where it was stopped; what other code measured does not count.

    Args:
        path: of the file, JSON Lines; made when the first trial is added.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        digest = hashlib.sha256(Path(__file__).with_name("poisons.py").read_bytes())
        for package in (training.gate, training.retrain):
            for module in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
                digest.update(module.read_bytes())
        self._version = digest.hexdigest()[:12]

    def find(self, trial: GateTrial) -> GateOutcome | None:
        """Return what became of a trial; None if it was not run."""
        for line in self._lines():
            if line["version"] == self._version and line["trial"] == asdict(trial):
                return GateOutcome(**{**line["outcome"], "bars": tuple(line["outcome"]["bars"])})
        return None

    def add(self, trial: GateTrial, outcome: GateOutcome) -> None:
        """Keep what became of a trial."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"version": self._version, "trial": asdict(trial), "outcome": asdict(outcome)}) + "\n")

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        for line in self._path.read_text("utf-8").splitlines() if self._path.is_file() else ():
            try:
                yield json.loads(line)
            except ValueError:
                continue  # a kill cut it short
