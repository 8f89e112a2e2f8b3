"""What labelled rows teach an encoder of all heads: labels that may be likelihoods or distributions, and answers to attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model.ngrams.heads import LABEL_HEADS
from training.encoder.training_loop import BatchLoss
from training.label_noise.known_labels import KnownLabels
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["Teaching", "make_teaching_loss"]

_ATTRIBUTES_SHARE = 0.5  # of the loss of the attributes, beside that of the labels


@dataclass(frozen=True, eq=False)
class Teaching:
    """What n rows teach.

    Attributes:
        labels: what is known of the label of each row.
        attributes: the probability of each attribute, -1 where nothing is known of it; float32, shape (n, attributes).
    """

    labels: KnownLabels
    attributes: npt.NDArray[np.float32]

    @classmethod
    def from_answers(cls, rows: Labelled, names: Sequence[str]) -> "Teaching":
        """Return what the answers of rows teach, if they are right; attributes in the order of ``names``."""
        unknown = np.full(len(rows), UNKNOWN, np.int8)
        attributes = [rows.attributes.get(name, unknown) for name in names]
        return cls(KnownLabels.from_answers(rows), np.array(attributes, np.float32).reshape(len(names), len(rows)).T.copy())

    def with_distributions(self, numbers: npt.NDArray[np.intp], distributions: npt.NDArray[np.float64], log_odds: Any) -> "Teaching":
        """Return the same with what a teacher says of m rows, where their own answers do not say it.

        Args:
            numbers: of the rows.
            distributions: over the labels, shape (m, 3).
            log_odds: of the attributes, shape (m, attributes).
        """
        attributes = self.attributes.copy()
        said = 1 / (1 + np.exp(-np.asarray(log_odds, np.float32)))
        attributes[numbers] = np.where(attributes[numbers] < 0, said, attributes[numbers])
        return Teaching(self.labels.replaced(numbers, distributions), attributes)


def make_teaching_loss(teaching: Teaching, device: str = "cpu") -> BatchLoss:
    """Return the loss of a batch of the rows of a teaching: the mean over its rows.

    A label that is known as a distribution has its cross-entropy; one that is known by how likely the answers are for each label, minus the
    logarithm of the probability of these answers (forward correction). Attributes have theirs, each where it is known.
    """
    import torch

    logsigmoid = torch.nn.functional.logsigmoid
    weights = torch.from_numpy(teaching.labels.weights).float()
    is_distribution = torch.from_numpy(teaching.labels.is_distribution)
    attributes = torch.from_numpy(teaching.attributes)

    def loss(log_odds: Any, batch: npt.NDArray[np.int64]) -> Any:
        rows = torch.from_numpy(batch)
        yes, no = logsigmoid(log_odds[:, :LABEL_HEADS]), logsigmoid(-log_odds[:, :LABEL_HEADS])
        log_probabilities = torch.stack([no[:, 0] + no[:, 1], no[:, 0] + yes[:, 1], yes[:, 0]], 1)
        known, exact = weights[rows].to(device), is_distribution[rows].to(device)
        of_answers = -torch.logsumexp(log_probabilities + torch.log(known.clamp(min=torch.finfo(torch.float32).tiny)), 1)
        of_labels = torch.where(exact, -(known * log_probabilities).sum(1), of_answers).mean()
        said = attributes[rows].to(device)
        is_known = (said >= 0).float()
        each = torch.nn.functional.binary_cross_entropy_with_logits(log_odds[:, LABEL_HEADS:], said.clamp(min=0), reduction="none")
        return of_labels + _ATTRIBUTES_SHARE * (each * is_known).sum() / is_known.sum().clamp(min=1)

    return loss
