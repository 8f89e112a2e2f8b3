"""Retrains a base on rulings of a site and judges it before and after, from the folder that was stored; keeps what it has measured."""

import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import training.retrain
from benchmarks.loop.site_rows import Elsewhere, Site, draw_rulings
from model.array_types import FloatArray, Int8Array
from model.comment import Comment
from model.moderator import Moderator
from model.profile import Profile
from training.metrics.source_metrics import auc
from training.retrain.retrain import retrain
from training.retrain.retrain_job import RetrainJob
from training.retrain.ruling_rows import RulingRows

__all__ = ["Change", "Journal", "Trial", "run_trial"]

_FEWEST_OF_A_SOURCE = 10  # of yes and of no, so that its AUC says something


@dataclass(frozen=True, slots=True)
class Trial:
    """What is retrained on what.

    Attributes:
        site: its name.
        size: number of rulings.
        seed: of the draw.
        profile: which readers judge.
    """

    site: str
    size: int
    seed: int
    profile: Profile


@dataclass(frozen=True, slots=True)
class Change:
    """What a retraining changed; None where the rows cannot tell.

    Attributes:
        hateful, abusive: AUC on the site's dev rows by the candidate.
        gain_hateful, gain_abusive: by how much it is above that of the base.
        elsewhere_hateful, elsewhere_abusive: the change of the AUC on all dev rows of other sources together.
        sources_hateful, sources_abusive: the change of the mean AUC over the other sources.
        seconds: that the retraining took.
        content_hash: of the candidate.
    """

    hateful: float | None
    abusive: float | None
    gain_hateful: float | None
    gain_abusive: float | None
    elsewhere_hateful: float | None
    elsewhere_abusive: float | None
    sources_hateful: float | None
    sources_abusive: float | None
    seconds: float
    content_hash: str


@dataclass(frozen=True, slots=True)
class _Figures:
    """AUC on the rows of a site and on those of other sources."""

    hateful: float | None
    abusive: float | None
    elsewhere_hateful: float | None
    elsewhere_abusive: float | None
    sources_hateful: float | None
    sources_abusive: float | None


def run_trial(trial: Trial, *, base: Path, site: Site, elsewhere: Elsewhere) -> Change:
    """Retrain a base on drawn rulings, store the candidate, load it and judge it beside the base.

    Args:
        trial: what to draw, and which readers judge.
        base: folder of the model to start from.
        site: its rows.
        elsewhere: the rows of other sources.
    """
    rulings = draw_rulings(site, trial.size, seed=trial.seed)
    before = _judge_base(base, trial.profile, site, elsewhere)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "candidate"
        start = time.perf_counter()
        candidate = retrain(RetrainJob(rows=RulingRows.of(rulings), champion=base, out=out))
        seconds = time.perf_counter() - start
        after = _judge(out, trial.profile, site, elsewhere)
    return Change(
        after.hateful,
        after.abusive,
        _difference(after.hateful, before.hateful),
        _difference(after.abusive, before.abusive),
        _difference(after.elsewhere_hateful, before.elsewhere_hateful),
        _difference(after.elsewhere_abusive, before.elsewhere_abusive),
        _difference(after.sources_hateful, before.sources_hateful),
        _difference(after.sources_abusive, before.sources_abusive),
        seconds,
        candidate.manifest.content_hash,
    )


@cache
def _judge_base(base: Path, profile: Profile, site: Site, elsewhere: Elsewhere) -> _Figures:
    return _judge(base, profile, site, elsewhere)


def _judge(artefact: Path, profile: Profile, site: Site, elsewhere: Elsewhere) -> _Figures:
    moderator = Moderator.load(artefact, profile=profile)
    own, others = _scores(moderator, site.dev.text), _scores(moderator, elsewhere.texts)
    return _Figures(
        auc(site.dev.hateful, own[:, 2]),
        auc(site.dev.abusive, 1 - own[:, 0]),
        auc(elsewhere.hateful, others[:, 2]),
        auc(elsewhere.abusive, 1 - others[:, 0]),
        _mean_of_sources(elsewhere, elsewhere.hateful, others[:, 2]),
        _mean_of_sources(elsewhere, elsewhere.abusive, 1 - others[:, 0]),
    )


def _scores(moderator: Moderator, texts: list[str]) -> FloatArray:
    scores = moderator.decide([Comment("", text) for text in texts]).scores
    # A comment without text has no scores; it counts as fine.
    filled: FloatArray = np.where(np.isnan(scores), np.array([1.0, 0.0, 0.0]), scores)
    return filled


def _mean_of_sources(elsewhere: Elsewhere, answers: Int8Array, scores: FloatArray) -> float | None:
    values = []
    for name in np.unique(elsewhere.source):
        members = elsewhere.source == name
        yes = int(answers[members].sum())
        if min(yes, int(members.sum()) - yes) >= _FEWEST_OF_A_SOURCE:
            values.append(auc(answers[members], scores[members]))
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _difference(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


class Journal:
    """The trials that are done, a line each, so that a run goes on where it was stopped; what other code measured does not count.

    Args:
        path: of the file, JSON Lines; made when the first trial is added.
        version: of what is measured; see ``current``.
    """

    def __init__(self, path: Path, *, version: str) -> None:
        self._path = path
        self._version = version

    @classmethod
    def current(cls, path: Path, *, base: Path) -> "Journal":
        """Return the journal for a base, and for retraining as it is now."""
        digest = hashlib.sha256((base / "manifest.json").read_bytes())
        for module in sorted(Path(training.retrain.__file__).parent.rglob("*.py")):
            digest.update(module.read_bytes())
        return cls(path, version=digest.hexdigest()[:12])

    def find(self, trial: Trial) -> Change | None:
        """Return what was measured in a trial; None if it was not."""
        for line in self._lines():
            if line["version"] == self._version and line["trial"] == asdict(trial):
                return Change(**line["change"])
        return None

    def add(self, trial: Trial, change: Change) -> None:
        """Keep what was measured in a trial."""
        line = json.dumps({"version": self._version, "trial": asdict(trial), "change": asdict(change)})
        # A line that a kill cut short stays one of its own.
        is_cut = self._path.is_file() and not self._path.read_bytes().endswith(b"\n") and self._path.stat().st_size > 0
        with self._path.open("a", encoding="utf-8") as file:
            file.write(("\n" if is_cut else "") + line + "\n")

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        if not self._path.is_file():
            return
        for line in self._path.read_text("utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue
