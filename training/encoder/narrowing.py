"""Takes neurons out of the feed-forward layers of a network, those whose absence the loss would notice least.

The importance of a neuron is the sum, over texts, of the square of its activations times their gradients, which estimates by how much the
loss changes without it (Molchanov, Mallya, Tyree, Frosio & Kautz 2017, "Pruning convolutional neural networks for resource efficient
inference"). A network of half the neurons judges nearly as well at once, and as well after some more training.
"""

from typing import Any

import numpy as np

from training.encoder.network import Network, pad_texts
from training.encoder.training_loop import BatchLoss
from training.encoder.training_rows import EncodedRows, make_batches

__all__ = ["narrow_network", "neuron_importance"]

_BATCH = 2816  # pieces


def neuron_importance(network: Network, rows: EncodedRows, loss: BatchLoss) -> list[Any]:
    """Return the importance of the neurons of each feed-forward layer, tensors of shape (neurons,).

    Args:
        network: the trained network; its gradients are gone afterwards.
        rows: what it is tried on.
        loss: of a batch of these rows.
    """
    import torch

    layers = network.body.encoder.layer
    activations: list[Any] = [None] * len(layers)
    importance = [torch.zeros(layer.intermediate.dense.out_features) for layer in layers]

    def keep(number: int) -> Any:
        def hook(_module: Any, _inputs: Any, output: Any) -> None:
            output.retain_grad()
            activations[number] = output

        return hook

    hooks = [layer.intermediate.register_forward_hook(keep(number)) for number, layer in enumerate(layers)]
    sizes = np.array([len(ids) for ids in rows.ids], np.int64)
    for batch in make_batches(sizes, most=_BATCH, seed=(0,)):
        (loss(network.log_odds(*pad_texts([rows.ids[row] for row in batch])), batch) * len(batch)).backward()
        for number, output in enumerate(activations):
            importance[number] += (output.detach() * output.grad).sum(1).square().sum(0)
    for each in hooks:
        each.remove()
    network.body.zero_grad()
    network.heads.zero_grad()
    return importance


def narrow_network(network: Network, importance: list[Any], width: int) -> None:
    """Leave, in place, only the most important neurons in each feed-forward layer.

    Args:
        network: changed in place.
        importance: of its neurons, as :func:`neuron_importance` returns it.
        width: how many stay in each layer; a layer with fewer stays as it is.
    """
    import torch

    hidden = network.body.config.hidden_size
    with torch.no_grad():
        for layer, of_neurons in zip(network.body.encoder.layer, importance, strict=True):
            kept = of_neurons.argsort(descending=True)[:width].sort().values
            into, out_of = layer.intermediate.dense, layer.output.dense
            layer.intermediate.dense, layer.output.dense = torch.nn.Linear(hidden, kept.numel()), torch.nn.Linear(kept.numel(), hidden)
            layer.intermediate.dense.weight.copy_(into.weight[kept])
            layer.intermediate.dense.bias.copy_(into.bias[kept])
            layer.output.dense.weight.copy_(out_of.weight[:, kept])
            layer.output.dense.bias.copy_(out_of.bias)
    network.body.config.intermediate_size = min(width, network.body.config.intermediate_size)
