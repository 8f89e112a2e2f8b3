"""Trains an encoder in stages, so that hundreds of thousands of rows of sources that err teach it our definitions.

1. ``corrected``: rows of sources, corrected by how each source errs (forward correction), give a first idea.
2. ``reread``: the rows that were read again by the guide of the labels, twice, make a teacher of it.
3. ``taught``: the teacher says what more rows of the sources are, given what their sources say of them, and the network learns that, once,
   with the rows that were read again and comments of our own.
4. ``last``: twice over the rows that were read again and comments of our own, by two orders of the rows; rows with a context count three
   times. The mean of the weights before and after is better than any of them (Wortsman et al. 2022, "Model soups").
5. ``narrow``: half of the neurons of the feed-forward layers are taken out; what is left learns, once, from all rows of the sources what
   the whole network and the n-grams together say of them, and then as in the stage before.
6. ``again``: the same once more, with what the narrow network and the n-grams say.

Each stage keeps its state in files of its own and is not repeated after a kill.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.ngrams.heads import LABEL_HEADS
from training.encoder.narrowing import narrow_network, neuron_importance
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
# Of the step size.
_RATES = {"corrected": 1.0, "reread": 0.6, "taught": 0.8, "last": 0.48, "narrow": 0.8, "narrow-last": 0.4, "again": 0.6, "again-last": 0.32}
_WIDTH = 704  # neurons of a feed-forward layer in the end
_TRIED_ROWS = 6000  # by which the importance of neurons is measured
_ENCODER_SHARE = 0.62  # of the log-odds of the second teacher; the rest are those of the n-grams
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
        ngrams: log-odds of the rows by n-grams that help to teach, shape (n, heads); None if none do.
    """

    labelled: Labelled
    encoded: EncodedRows
    confusion: SourceConfusion
    attributes: Sequence[str]
    own: frozenset[str]
    ngrams: FloatArray | None = None


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

    def run(name: str, teaching: Teaching, numbers: npt.NDArray[np.intp], *, passes: int = 1, seed: int = 0) -> None:
        rate = _RATES[name] * settings.rate
        course = replace(settings, epochs=passes, patience=0, evaluations=1, rate=rate, seed=seed, frozen_words=True)
        of_all = make_teaching_loss(teaching, device)

        def loss(log_odds: Any, batch: npt.NDArray[np.int64]) -> Any:
            return of_all(log_odds, numbers[batch])

        state_file = folder / (f"{name}-{seed}" if seed else name)
        encoded = rows.encoded.take(numbers)
        train_network(
            network, encoded, judge, settings=course, state_file=state_file, device=device, loss=loss, report_progress=report_progress
        )

    def teach(name: str, numbers: npt.NDArray[np.intp]) -> Teaching:
        log_odds = _kept(folder / f"{name}-teacher.npy", lambda: compute_log_odds(network, rows.encoded.take(numbers), device=device))
        said = log_odds[:, :LABEL_HEADS]
        if name != "taught" and rows.ngrams is not None:
            said = _ENCODER_SHARE * said + (1 - _ENCODER_SHARE) * rows.ngrams[numbers, :LABEL_HEADS]
        return exact.with_distributions(numbers, label_distributions(said, likelihoods[numbers]), log_odds[:, LABEL_HEADS:])

    def finish(name: str) -> None:
        states = [_copy(network)]
        for seed in _LAST_SEEDS:
            network.restore(states[0])
            run(name, exact, last, passes=2, seed=seed)
            states.append(_copy(network))
        shares = [1 - _LAST_SHARE, *[_LAST_SHARE / len(_LAST_SEEDS)] * len(_LAST_SEEDS)]
        network.restore({key: sum(share * state[key] for share, state in zip(shares, states, strict=True)) for key in states[0]})

    last = np.concatenate([reread, own, *[with_context] * (_CONTEXT_COPIES - 1)])
    run("corrected", corrected, _sample(labelled, doubtful, _FIRST_ROWS))
    run("reread", exact, reread, passes=2)
    taught = _sample(labelled, doubtful, _TAUGHT_ROWS)
    run("taught", teach("taught", taught), np.concatenate([taught, reread, own]))
    finish("last")
    second = teach("narrow", doubtful)
    tried = _sample(labelled, reread, _TRIED_ROWS)[:_TRIED_ROWS]
    of_tried = make_teaching_loss(exact)
    network.to("cpu")
    importance = neuron_importance(network, rows.encoded.take(tried), lambda log_odds, batch: of_tried(log_odds, tried[batch]))
    narrow_network(network, importance, _WIDTH)
    every = np.concatenate([doubtful, reread, own])
    run("narrow", second, every)
    finish("narrow-last")
    run("again", teach("again", doubtful), every)
    finish("again-last")


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
