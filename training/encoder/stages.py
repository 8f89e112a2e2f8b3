"""Trains an encoder in four stages, so that hundreds of thousands of rows of sources that err teach it our definitions.

1. Rows of sources, corrected by how each source errs (forward correction), give a first idea.
2. The rows that were read again by the guide of the labels, twice, make a teacher of it.
3. The teacher says what more rows of the sources are, given what their sources say of them, and learns that: once over these rows, those
   that were read again, and comments of our own.
4. Twice over the rows that were read again and comments of our own, by two orders of the rows; rows with a context count three times. The
   mean of the weights after stage 3 and after both runs of stage 4 is better than any of them (Wortsman et al. 2022, "Model soups").

Each stage keeps its state in a file of its own and is not repeated after a kill.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.ngrams.heads import LABEL_HEADS
from training.encoder.network import Network
from training.encoder.teaching import Teaching, make_teaching_loss
from training.encoder.training_loop import EncoderSettings, compute_log_odds, train_network
from training.encoder.training_rows import EncodedRows
from training.label_noise.source_confusion import SourceConfusion
from training.label_noise.teacher import doubtful_rows, label_distributions
from training.tables.labelled import Labelled
from training.terminal import StepProgress

__all__ = ["StagedRows", "train_stages"]

_FIRST_ROWS, _TAUGHT_ROWS = 3500, 9000  # of a source at most, in the first stage and in the third
_RATES = (1.0, 0.6, 0.8, 0.48)  # of the step size, stage by stage
_LAST_SEEDS = (1, 2)
_LAST_SHARE = 0.75  # of the runs of the last stage in the mean of the weights
_CONTEXT_COPIES = 3


@dataclass(frozen=True, eq=False)
class StagedRows:
    """What the stages learn from.

    Attributes:
        labelled: n rows.
        encoded: the same as the network reads them.
        confusion: how their sources err.
        attributes: names of the attributes, in the order of the heads.
        own: sources whose rows are comments of our own.
    """

    labelled: Labelled
    encoded: EncodedRows
    confusion: SourceConfusion
    attributes: Sequence[str]
    own: frozenset[str]


def train_stages(
    network: Network,
    rows: StagedRows,
    judge: Callable[[Network], float],
    *,
    settings: EncoderSettings,
    folder: Path,
    device: str = "cpu",
    report_progress: StepProgress = lambda step, share: None,
) -> None:
    """Train a network in place, in the stages that the module describes.

    Args:
        network: with a head for each attribute after those of the label.
        rows: what to learn from.
        judge: returns the figure on dev rows by which the best weights of a stage are chosen.
        settings: of all stages, but for the number of passes; the step size is that of the first stage, the others have less.
        folder: where the states of the stages are kept.
        device: as PyTorch names it.
        report_progress: called after each batch.
    """
    folder.mkdir(parents=True, exist_ok=True)
    labelled = rows.labelled
    doubtful = doubtful_rows(labelled, rows.confusion)
    own = np.flatnonzero(np.isin(labelled.source, sorted(rows.own)))
    reread = np.setdiff1d(np.arange(len(labelled)), np.concatenate([doubtful, own]))
    with_context = own[[labelled.context is not None and labelled.context[row] is not None for row in own]]
    likelihoods = rows.confusion.likelihoods(labelled.source, labelled.abusive, labelled.hateful)
    exact = Teaching.from_answers(labelled, rows.attributes)
    corrected = replace(
        exact,
        labels=replace(
            exact.labels, weights=np.where(np.isin(np.arange(len(labelled)), doubtful)[:, None], likelihoods, exact.labels.weights)
        ),
    )

    def run(name: str, teaching: Teaching, numbers: npt.NDArray[np.intp], *, passes: int, rate: float, seed: int = 0) -> None:
        course = replace(settings, epochs=passes, patience=0, evaluations=1, rate=rate * settings.rate, seed=seed, frozen_words=True)
        encoded = rows.encoded.take(numbers)
        of_all = make_teaching_loss(teaching, device)

        def loss(log_odds: Any, batch: npt.NDArray[np.int64]) -> Any:
            return of_all(log_odds, numbers[batch])

        train_network(
            network, encoded, judge, settings=course, state_file=folder / name, device=device, loss=loss, report_progress=report_progress
        )

    run("corrected", corrected, _sample(labelled, doubtful, _FIRST_ROWS), passes=1, rate=_RATES[0])
    run("reread", exact, reread, passes=2, rate=_RATES[1])
    taught = _sample(labelled, doubtful, _TAUGHT_ROWS)
    log_odds = _kept(folder / "teacher.npy", lambda: compute_log_odds(network, rows.encoded.take(taught), device=device))
    distributions = label_distributions(log_odds[:, :LABEL_HEADS], likelihoods[taught])
    soft = exact.with_distributions(taught, distributions, log_odds[:, LABEL_HEADS:])
    run("taught", soft, np.concatenate([taught, reread, own]), passes=1, rate=_RATES[2])
    states = [_copy(network)]
    last = np.concatenate([reread, own, *[with_context] * (_CONTEXT_COPIES - 1)])
    for seed in _LAST_SEEDS:
        network.restore(states[0])
        run(f"last-{seed}", exact, last, passes=2, rate=_RATES[3], seed=seed)
        states.append(_copy(network))
    shares = [1 - _LAST_SHARE, *[_LAST_SHARE / len(_LAST_SEEDS)] * len(_LAST_SEEDS)]
    network.restore({name: sum(share * state[name] for share, state in zip(shares, states, strict=True)) for name in states[0]})


def _sample(labelled: Labelled, numbers: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    """Return at most so many rows of each source, drawn at random, the same each time."""
    sources, chance = np.array(labelled.source, np.str_)[numbers], np.random.default_rng(0)
    drawn = [chance.permutation(numbers[sources == name])[:most] for name in np.unique(sources)]
    return np.concatenate([*drawn, np.empty(0, np.intp)]).astype(np.intp)


def _kept(path: Path, compute: Callable[[], FloatArray]) -> FloatArray:
    """Return an array from a file, or compute it and keep it there."""
    if path.is_file():
        stored: FloatArray = np.load(path, allow_pickle=False)
        return stored
    computed = compute()
    unfinished = path.with_suffix(".new.npy")
    np.save(unfinished, computed)
    unfinished.replace(path)
    return computed


def _copy(network: Network) -> dict[str, Any]:
    return {name: weights.clone() for name, weights in network.state().items()}
