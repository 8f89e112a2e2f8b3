"""The training of the encoder: passes over the rows, early stopping, and going on after a kill."""

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

__all__ = ["EncoderSettings", "compute_log_odds", "train_network"]

_SCORED = 4096  # pieces of a batch that is only scored
_CLIP = 1.0


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
        tokens: how many pieces are read of a text.
        layers: how many layers of the base are kept; 0 for all.
        sharing: how much a hateful row also teaches the second head.
        evaluations: how often an epoch the dev rows are judged and the state is kept.
        seed: of the order of the rows and the first weights of the heads.
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


@dataclass
class _State:
    """How far the training is."""

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
    keep: Path,
    device: str = "cpu",
    tell: StepProgress = lambda step, share: None,
) -> float:
    """Train a network; it ends with the weights that judged the dev rows best.

    Args:
        network: changed in place.
        rows: what to learn from.
        judge: gives the figure on the dev rows that is to be high.
        settings: how.
        keep: file of the state; if it is there, training goes on from it. It is for the same rows and settings alone.
        device: as PyTorch names it.
        tell: is told how far the work is.

    Returns:
        The best figure.

    Raises:
        TableError: the state is of other rows or settings.
    """
    course = _Course(network, rows, settings, keep, device)
    total = max(1, settings.epochs * course.steps)
    every = max(1, course.steps // settings.evaluations)
    while course.state.epoch < settings.epochs:
        for at, batch in enumerate(make_batches(course.sizes, most=settings.batch, seed=(settings.seed, course.state.epoch))):
            if at < course.state.batch:
                continue
            course.learn(batch, share=course.state.step / total)
            course.state.batch, course.state.step = at + 1, course.state.step + 1
            tell("encoder", course.state.step / total)
            if course.state.step % every == 0:
                course.take_stock(judge(network))
                if settings.patience and course.state.worse >= settings.patience:
                    return course.end()
        course.state.epoch, course.state.batch = course.state.epoch + 1, 0
    course.take_stock(judge(network))
    return course.end()


def compute_log_odds(network: Network, rows: EncodedRows, *, device: str = "cpu") -> FloatArray:
    """Return the log-odds of rows, without the intercepts of their sources; shape (n, 2)."""
    import torch

    found = np.zeros((len(rows.ids), 2))
    sizes = np.array([len(ids) for ids in rows.ids], np.int64)
    with torch.no_grad(), _half(device):
        for batch in make_batches(sizes, most=_SCORED, seed=(0,)):
            ids, mask = pad_texts([rows.ids[row] for row in batch])
            found[batch] = network.log_odds(ids.to(device), mask.to(device)).float().cpu().numpy()
    return found


def _half(device: str) -> AbstractContextManager[Any]:
    import torch

    return torch.autocast(device.partition(":")[0], torch.bfloat16)  # type: ignore[no-any-return]


class _Course:
    """A training under way."""

    def __init__(self, network: Network, rows: EncodedRows, settings: EncoderSettings, keep: Path, device: str) -> None:
        import torch

        self.network, self.rows, self.settings, self.keep, self.device = network, rows, settings, keep, device
        self.sizes = np.array([len(ids) for ids in rows.ids], np.int64)
        self.steps = sum(1 for _ in make_batches(self.sizes, most=settings.batch, seed=(settings.seed, 0)))
        self.state = _State()
        self.best: dict[str, Any] = {}
        network.to(device).body.train()
        self.groups = [{"params": [weights], **_pace(name, weights, settings, network)} for name, weights in network.parameters()]
        self.optimiser = torch.optim.AdamW(self.groups, betas=(0.9, 0.98), fused=True)
        self.identity = {"settings": asdict(settings), "rows": len(rows.ids), "pieces": int(self.sizes.sum())}
        if keep.exists():
            self._resume()

    def learn(self, batch: npt.NDArray[np.int64], *, share: float) -> None:
        """Take one step on the rows of a batch, so far along in the training."""
        import torch

        pace = min(1.0, (self.state.step + 1) / self.settings.warmup) * max(0.0, 1 - share)
        for group in self.optimiser.param_groups:
            group["lr"] = group["full"] * pace
        rows, device = self.rows, self.device
        ids, mask = pad_texts([rows.ids[row] for row in batch])
        with _half(device):
            log_odds = self.network.log_odds(ids.to(device), mask.to(device))
        source = torch.from_numpy(rows.source[batch]).to(device)
        log_odds = log_odds.float() + self.network.offsets[source] * torch.from_numpy(rows.both).to(device)[source]
        answers = (torch.from_numpy(of[batch]).to(device) for of in (rows.hateful, rows.abusive))
        weight = torch.from_numpy(rows.weight[batch]).to(device)
        loss = -(log_likelihood(log_odds, *answers, sharing=self.settings.sharing) * weight).sum() / weight.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([weights for _, weights in self.network.parameters()], _CLIP)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)

    def take_stock(self, figure: float) -> None:
        """Keep the weights if they are the best so far; keep the state, so that a kill costs only what comes after."""
        import torch

        if figure > self.state.best:
            self.state.best, self.state.worse = figure, 0
            self.best = {name: weights.clone() for name, weights in self.network.state().items()}
        else:
            self.state.worse += 1
        kept = {"identity": self.identity, "state": asdict(self.state), "best": self.best, "now": self.network.state()}
        fresh = self.keep.with_name(self.keep.name + ".new")
        torch.save(kept | {"optimiser": self.optimiser.state_dict()}, fresh)
        os.replace(fresh, self.keep)  # noqa: PTH105 - at once, or not at all

    def end(self) -> float:
        """Go back to the best weights."""
        self.network.restore(self.best)
        self.network.body.eval()
        return self.state.best

    def _resume(self) -> None:
        import pickle

        import torch

        try:
            kept = torch.load(self.keep, map_location=self.device, weights_only=True)
        except (EOFError, RuntimeError, pickle.UnpicklingError) as error:
            raise TableError(f"{self.keep}: is no state of a training: remove it, and it begins anew") from error
        if kept["identity"] != self.identity:
            raise TableError(f"{self.keep}: is of a training with other rows or settings: remove it, or give those")
        self.state, self.best = _State(**kept["state"]), kept["best"]
        self.network.restore(kept["now"])
        self.optimiser.load_state_dict(kept["optimiser"])


def _pace(name: str, weights: Any, settings: EncoderSettings, network: Network) -> dict[str, Any]:
    """Return the step size of a parameter, and how it decays."""
    if name == "offsets":
        return {"full": 20 * settings.rate, "weight_decay": 0.0}
    if name.startswith("heads"):
        return {"full": 4 * settings.rate, "weight_decay": 0.01}
    layers = network.body.config.num_hidden_layers
    below = layers - 1 - int(name.split("layer.")[1].split(".", maxsplit=1)[0]) if "layer." in name else layers
    matrix = weights.ndim > 1 and "embeddings" not in name
    return {"full": settings.rate * settings.decay**below, "weight_decay": 0.01 if matrix else 0.0}
