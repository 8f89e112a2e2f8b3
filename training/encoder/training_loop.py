"""Trains the encoder: epochs, learning-rate schedule, early stopping, and resumption after a kill."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.errors import TableError
from training.encoder.network import Network, log_likelihood, pad_texts
from training.encoder.training_rows import EncodedRows, make_batches
from training.terminal import StepProgress

__all__ = ["BatchLoss", "EncoderSettings", "compute_log_odds", "train_network"]

_SCORING_BATCH = 4096  # pieces
_LARGEST_GRADIENT = 1.0  # norm
_OFFSETS_RATE, _HEADS_RATE = 20, 4  # times the step size of the uppermost layer
_WEIGHT_DECAY = 0.01
_BETAS = (0.9, 0.98)  # of AdamW

BatchLoss = Callable[[Any, npt.NDArray[np.int64]], Any]
"""From the log-odds of a batch, shape (n, heads), and the numbers of its rows to the loss to minimise."""


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """How the encoder is trained.

    Attributes:
        epochs: passes over the rows at most; the step size falls in a line to nothing at the end of the last one.
        patience: evaluations without a better figure on the dev rows after which training ends; 0 to go on to the end.
        rate: step size of the uppermost layer.
        decay: what each layer below has of the step size of the one above.
        batch: pieces of a batch, padding included.
        warmup: steps in which the step size rises.
        tokens: the largest number of pieces that are read of a text.
        layers: number of layers of the base that are kept; 0 for all.
        sharing: weight of a hateful row in the second head.
        evaluations: number of evaluations on the dev rows in each epoch; the state is stored after each.
        seed: of the order of the rows and the first weights of the heads.
        frozen_words: whether the embeddings of the pieces stay as the base has them.
    """

    epochs: int = 2
    patience: int = 3
    rate: float = 2.5e-4
    decay: float = 0.8
    batch: int = 2560
    warmup: int = 150
    tokens: int = 96
    layers: int = 0
    sharing: float = 0.9
    evaluations: int = 4
    seed: int = 0
    frozen_words: bool = False


@dataclass
class _State:
    """The progress of a training.

    Attributes:
        epoch, batch: the next batch, by its epoch and its number there.
        step: number of batches learnt from so far.
        best: the highest figure on the dev rows.
        worse: evaluations since then.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    best: float = -np.inf
    worse: int = 0


def train_network(
    network: Network,
    rows: EncodedRows,
    judge: Callable[[Network], float],
    *,
    settings: EncoderSettings,
    state_file: Path,
    device: str = "cpu",
    loss: BatchLoss | None = None,
    report_progress: StepProgress = lambda step, share: None,
) -> float:
    """Train a network in place; it ends with the weights that judged the dev rows best.

    Args:
        network: changed in place.
        rows: what to learn from.
        judge: returns the figure on the dev rows that is to be maximised.
        settings: of the training.
        state_file: the file of the stored state; if it exists, training resumes from it, which needs the same rows and settings.
        device: as PyTorch names it.
        loss: what is minimised; None for the answers of the rows, each source with intercepts of its own.
        report_progress: called after each batch.

    Returns:
        The best figure.

    Raises:
        TableError: the state is of other rows or settings.
    """
    course = _TrainingCourse(network, rows, settings, state_file, device)
    course.loss = loss or course.loss
    state = course.state
    total = max(1, settings.epochs * course.steps)
    evaluation_steps = max(1, course.steps // settings.evaluations)
    while state.epoch < settings.epochs:
        for number, batch in enumerate(make_batches(course.sizes, most=settings.batch, seed=(settings.seed, state.epoch))):
            if number < state.batch:
                continue
            course.learn(batch, share=state.step / total)
            state.batch, state.step = number + 1, state.step + 1
            report_progress("encoder", state.step / total)
            if state.step % evaluation_steps == 0:
                course.record(judge(network))
                if settings.patience and state.worse >= settings.patience:
                    return course.restore_best()
        state.epoch, state.batch = state.epoch + 1, 0
    course.record(judge(network))
    return course.restore_best()


def compute_log_odds(network: Network, rows: EncodedRows, *, device: str = "cpu") -> FloatArray:
    """Return the log-odds of rows, without the intercepts of their sources; shape (n, heads)."""
    import torch

    log_odds = np.zeros((len(rows.ids), network.heads.out_features))
    sizes = np.array([len(ids) for ids in rows.ids], np.int64)
    with torch.no_grad(), _half_precision(device):
        for batch in make_batches(sizes, most=_SCORING_BATCH, seed=(0,)):
            ids, mask, types = pad_texts([rows.ids[row] for row in batch])
            log_odds[batch] = network.log_odds(ids.to(device), mask.to(device), types.to(device)).float().cpu().numpy()
    return log_odds


def _half_precision(device: str) -> AbstractContextManager[Any]:
    import torch

    return torch.autocast(device.partition(":")[0], torch.bfloat16)  # type: ignore[no-any-return]


class _TrainingCourse:
    """A running training: the network, its optimiser, and their progress."""

    def __init__(self, network: Network, rows: EncodedRows, settings: EncoderSettings, state_file: Path, device: str) -> None:
        import torch

        self.network, self.rows, self.settings, self.state_file, self.device = network, rows, settings, state_file, device
        self.sizes = np.array([len(ids) for ids in rows.ids], np.int64)
        self.steps = sum(1 for _ in make_batches(self.sizes, most=settings.batch, seed=(settings.seed, 0)))
        self.state = _State()
        self.best: dict[str, Any] = {}
        self.loss: BatchLoss = self._loss_of_answers
        network.to(device).body.train()
        network.body.embeddings.word_embeddings.weight.requires_grad_(not settings.frozen_words)
        learnt = [(name, weights) for name, weights in network.parameters() if weights.requires_grad]
        self.groups = [{"params": [weights], **_step_size(name, weights, settings, network)} for name, weights in learnt]
        self.optimiser = torch.optim.AdamW(self.groups, betas=_BETAS, fused=True)
        self.identity = {"settings": asdict(settings), "rows": len(rows.ids), "pieces": int(self.sizes.sum())}
        if state_file.exists():
            self._resume()

    def learn(self, batch: npt.NDArray[np.int64], *, share: float) -> None:
        """Take one step on the rows of a batch, with the step size that fits the share of the training that is done."""
        import torch

        schedule = min(1.0, (self.state.step + 1) / self.settings.warmup) * max(0.0, 1 - share)
        for group in self.optimiser.param_groups:
            group["lr"] = group["full"] * schedule
        device = self.device
        ids, mask, types = pad_texts([self.rows.ids[row] for row in batch])
        with _half_precision(device):
            log_odds = self.network.log_odds(ids.to(device), mask.to(device), types.to(device))
        loss = self.loss(log_odds.float(), batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([weights for _, weights in self.network.parameters()], _LARGEST_GRADIENT)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)

    def _loss_of_answers(self, log_odds: Any, batch: npt.NDArray[np.int64]) -> Any:
        import torch

        rows, device = self.rows, self.device
        source = torch.from_numpy(rows.source[batch]).to(device)
        log_odds = log_odds + self.network.offsets[source] * torch.from_numpy(rows.has_intercept).to(device)[source]
        answers = (torch.from_numpy(head[batch]).to(device) for head in (rows.hateful, rows.abusive))
        weight = torch.from_numpy(rows.weight[batch]).to(device)
        return -(log_likelihood(log_odds, *answers, sharing=self.settings.sharing) * weight).sum() / weight.sum()

    def record(self, figure: float) -> None:
        """Remember the weights if they are the best so far, and store the state, so that a kill loses only what follows."""
        import torch

        if figure > self.state.best:
            self.state.best, self.state.worse = figure, 0
            self.best = {name: weights.clone() for name, weights in self.network.state().items()}
        else:
            self.state.worse += 1
        state = {"identity": self.identity, "state": asdict(self.state), "best": self.best, "now": self.network.state()}
        temporary = self.state_file.with_name(self.state_file.name + ".new")
        torch.save(state | {"optimiser": self.optimiser.state_dict()}, temporary)
        os.replace(temporary, self.state_file)  # noqa: PTH105 - atomic

    def restore_best(self) -> float:
        """Give the network its best weights and return their figure."""
        self.network.restore(self.best)
        self.network.body.eval()
        return self.state.best

    def _resume(self) -> None:
        import pickle

        import torch

        try:
            stored = torch.load(self.state_file, map_location=self.device, weights_only=True)
        except (EOFError, RuntimeError, pickle.UnpicklingError) as error:
            raise TableError(f"{self.state_file}: is no state of a training: remove it, and it begins anew") from error
        if stored["identity"] != self.identity:
            raise TableError(f"{self.state_file}: is of a training with other rows or settings: remove it, or give those")
        self.state, self.best = _State(**stored["state"]), stored["best"]
        self.network.restore(stored["now"])
        self.optimiser.load_state_dict(stored["optimiser"])


def _step_size(name: str, weights: Any, settings: EncoderSettings, network: Network) -> dict[str, Any]:
    """Return the full step size of a parameter and its weight decay, as options of its group in the optimiser."""
    if name == "offsets":
        return {"full": _OFFSETS_RATE * settings.rate, "weight_decay": 0.0}
    if name.startswith("heads"):
        return {"full": _HEADS_RATE * settings.rate, "weight_decay": _WEIGHT_DECAY}
    layers = network.body.config.num_hidden_layers
    below = layers - 1 - int(name.split("layer.")[1].split(".", maxsplit=1)[0]) if "layer." in name else layers
    is_matrix = weights.ndim > 1 and "embeddings" not in name
    return {"full": settings.rate * settings.decay**below, "weight_decay": _WEIGHT_DECAY if is_matrix else 0.0}
